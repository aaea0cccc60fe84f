"""The mappings of many indices, read in chunks and parsed once for all that are alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.discovery.countable import countable
from tap_elasticsearch.discovery.names import chunks
from tap_elasticsearch.fields import parse_mapping

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Iterable

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.fields import Field


@dataclass(frozen=True, slots=True)
class Mapping:
    """What one index says of its documents.

    Attributes:
        fields: The field tree.
        routed: Must documents be indexed with a routing?
        countable: Whose values the server can count (see ``countable``).
        source: What it keeps of its documents, as under ``_source`` in the mapping.
    """

    fields: Field
    routed: bool
    countable: collections.abc.Mapping[str, str | None]
    source: collections.abc.Mapping[str, Any] = field(default_factory=dict)


def read_mappings(client: Client, indices: Iterable[str]) -> dict[str, Mapping]:
    """The mapping of each index; equal ones are one object.

    Args:
        client: The cluster.
        indices: Names of concrete indices; thousands are fine: one request carries at most a few
            hundred, and only what is different is kept.
    """
    known: dict[bytes, Mapping] = {}
    result: dict[str, Mapping] = {}
    for chunk in chunks(indices):
        for index, answer in client.mappings(chunk).items():
            raw = bytes(answer)
            if raw not in known:
                known[raw] = _parsed(raw)
            result[index] = known[raw]
    return result


def _parsed(raw: bytes) -> Mapping:
    mapping = msgspec.json.decode(raw)["mappings"]
    return Mapping(
        fields=parse_mapping(mapping),
        routed=bool(mapping.get("_routing", {}).get("required")),
        countable=countable(mapping),
        source=mapping.get("_source", {}),
    )
