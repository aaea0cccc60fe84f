"""The mappings of many indices, read in chunks and parsed once for all that are alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.discovery.countable import countable
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.names import chunks
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import computed_fields, parse_mapping, with_computed

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Collection, Iterable, Sequence

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.fields import Field


@dataclass(frozen=True, slots=True)
class Mapping:
    """What one index says of its documents.

    Attributes:
        fields: The field tree.
        routed: Must documents be indexed with a routing?
        countable: Whose values the server can count (see ``countable``).
        computed: Fields that no document holds, by their names.
        source: What it keeps of its documents, as under ``_source`` in the mapping.
    """

    fields: Field
    routed: bool
    countable: collections.abc.Mapping[str, str | None]
    computed: collections.abc.Mapping[str, Field] = field(default_factory=dict)
    source: collections.abc.Mapping[str, Any] = field(default_factory=dict)


def read_mappings(
    client: Client, indices: Iterable[str], strict: Collection[str] = ()
) -> dict[str, Mapping]:
    """The mapping of each index; equal ones are one object.

    Args:
        client: The cluster.
        indices: Names of concrete indices; thousands are fine: one request carries at most a few
            hundred, and only what is different is kept.
        strict: Those that coerce no number, unless a field says so.
    """
    known: dict[tuple[bytes, bool], Mapping] = {}
    result: dict[str, Mapping] = {}
    for chunk in chunks(indices):
        for index, answer in client.mappings(chunk).items():
            key = bytes(answer), index not in strict
            if key not in known:
                known[key] = _parsed(*key)
            result[index] = known[key]
    return result


def computing(
    mappings: collections.abc.Mapping[str, Mapping], patterns: Sequence[str]
) -> collections.abc.Mapping[str, Mapping]:
    """``mappings`` with the fields that no document holds and a pattern asks for.

    Raises:
        SettingsError: A pattern matches none in any of them.
    """
    if not patterns:
        return mappings
    different = {id(mapping): mapping for mapping in mappings.values()}
    names = sorted({name for mapping in different.values() for name in mapping.computed})
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            msg = (
                f"computed_fields: no alias, runtime or derived field matches {pattern!r}. There"
                f" are: {listed(names) or 'none'}."
            )
            raise SettingsError(msg)
    made = {
        key: replace(each, fields=with_computed(each.fields, each.computed, patterns))
        for key, each in different.items()
    }
    return {index: made[id(mapping)] for index, mapping in mappings.items()}


def _parsed(raw: bytes, coerce: bool) -> Mapping:  # noqa: FBT001
    mapping = msgspec.json.decode(raw)["mappings"]
    return Mapping(
        fields=parse_mapping(mapping, coerce=coerce),
        routed=bool(mapping.get("_routing", {}).get("required")),
        countable=countable(mapping),
        computed=computed_fields(mapping),
        source=mapping.get("_source", {}),
    )
