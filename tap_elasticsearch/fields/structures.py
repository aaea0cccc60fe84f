"""Normalisers of objects with fixed members: ranges, and numbers that were aggregated."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields.misfit import Misfit
from tap_elasticsearch.fields.numbers import component, integer, real

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Normalise: TypeAlias = "Callable[[object], object]"

#: The members of a range.
BOUNDS = ("gte", "gt", "lte", "lt")


def structure(members: Mapping[str, Normalise]) -> Normalise:
    """The normaliser of an object whose members are among ``members``."""

    def normalise(value: object) -> dict[str, object]:
        if not (isinstance(value, dict) and value.keys() <= members.keys()):
            raise Misfit
        return {
            key: None if member is None else members[key](member) for key, member in value.items()
        }

    return normalise


def range_of(bound: Normalise) -> Normalise:
    """The normaliser of a range whose bounds are normalised by ``bound``."""
    return structure(dict.fromkeys(BOUNDS, bound))


def network(value: object) -> object:
    """A range of addresses as its first and last one.

    Elasticsearch reference, mapping/types/range: an ``ip_range`` may be in CIDR notation.
    """
    try:
        addresses = ipaddress.ip_network(str(value), strict=False)
    except ValueError as error:
        raise Misfit from error
    return {"gte": str(addresses[0]), "lte": str(addresses[-1])}


def list_of(element: Normalise) -> Normalise:
    """The normaliser of a list, its elements normalised by ``element``."""

    def normalise(value: object) -> list[object]:
        if not isinstance(value, list):
            raise Misfit
        return [None if member is None else element(member) for member in value]

    return normalise


def object_schema(**members: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with these members, each nullable, and no others."""
    return {
        "type": "object",
        "properties": {
            name: {**schema, "type": [schema["type"], "null"]} for name, schema in members.items()
        },
        "additionalProperties": False,
    }


histogram = structure({"values": list_of(component), "counts": list_of(integer)})
tdigest = structure(
    {
        "centroids": list_of(component),
        "counts": list_of(integer),
        "sum": real,
        "min": real,
        "max": real,
    }
)
aggregate = structure({"min": real, "max": real, "sum": real, "value_count": integer})
