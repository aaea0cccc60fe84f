"""Documents with a routing: one index can hold several of them under one ``_id``.

A mapping may demand a routing; without that, only the documents show it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.names import chunks
from tap_elasticsearch.exceptions import RefusedError, ServerError, UnreachableError

if TYPE_CHECKING:
    import collections.abc

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.discovery.mappings import Mapping

logger = logging.getLogger("tap-elasticsearch")

#: After which the server answers with what it has.
TIMEOUT = "10s"


class _Bucket(Struct, frozen=True):
    key: str


class _Buckets(Struct, frozen=True):
    buckets: list[_Bucket]


class _Found(Struct, frozen=True):
    indices: _Buckets


class _Answer(Struct, frozen=True):
    aggregations: _Found


def routed_indices(
    client: Client, mappings: collections.abc.Mapping[str, Mapping]
) -> frozenset[str]:
    """The indices whose mapping demands a routing, or in which some document has one.

    Not by a sample of the documents: each shard looks for one, and stops at the first. A request
    that fails costs what it would have shown, and one line in the log.

    Args:
        client: The cluster.
        mappings: The concrete, open indices; one request asks for hundreds.
    """
    found = {index for index, mapping in mappings.items() if mapping.routed}
    for chunk in chunks(index for index in mappings if index not in found):
        try:
            answer = client.look(chunk, _body(len(chunk)), "Looking for documents with a routing")
            decoded = msgspec.json.decode(answer, type=_Answer)
        except (RefusedError, ServerError, UnreachableError, msgspec.DecodeError) as error:
            logger.warning(
                "In %s nobody has looked for documents with a routing, so _routing may be missing"
                " in the key: %s",
                listed(chunk, 3),
                error,
            )
        else:
            found.update(bucket.key for bucket in decoded.aggregations.indices.buckets)
    return frozenset(found)


def _body(indices: int) -> dict[str, Any]:
    return {
        "size": 0,
        "track_total_hits": False,
        "terminate_after": 1,
        "timeout": TIMEOUT,
        "query": {"exists": {"field": "_routing"}},
        "aggs": {"indices": {"terms": {"field": "_index", "size": indices}}},
    }


def in_key(name: str, *, seen: bool, sent: bool | None) -> bool:
    """Is the routing a part of a stream's key?

    A key that was sent stays: a table cannot change its own.

    Args:
        name: The stream's name.
        seen: Do documents have a routing, or does a mapping demand it?
        sent: Was it a part of the key that was sent before? None: there was none.
    """
    if seen and sent is False:
        logger.warning(
            "Stream %s: there are documents with a routing now, which is no part of the key that"
            " was sent before: of two documents with one _id, a table holds one. To have _routing"
            " in the key, load the stream anew, without its state.",
            name,
        )
    return seen if sent is None else sent
