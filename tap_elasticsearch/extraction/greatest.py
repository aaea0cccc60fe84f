"""The largest value of a replication key."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.discovery import chunks
from tap_elasticsearch.records.hits import decode_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading import Key, Place, Target


def greatest(client: Client, targets: Iterable[Target], key: Key) -> Place | None:
    """The last place in the order of ``key`` that a document of ``targets`` has now.

    A document with several values stands at the smallest, as in the ascending order.

    Returns:
        The place, or one before it if a shard did not answer; None: there is no document.
    """
    places = [
        key.place(kind, value)
        for kind, query, indices in _alike(targets)
        for chunk in chunks(indices)
        for value in _values(client, chunk, query, key.path)
    ]
    return max(places, default=None)


def _alike(targets: Iterable[Target]) -> Iterator[tuple[str, Any, list[str]]]:
    """The indices that one search can look at: with one type of the key, and one query."""

    def by(target: Target) -> tuple[str, bytes]:
        return target.key_type, msgspec.json.encode(target.query, order="sorted")

    for (kind, _), alike in groupby(sorted(targets, key=by), key=by):
        members = list(alike)
        yield kind, members[0].query, [target.index for target in members]


def _values(client: Client, indices: list[str], query: Any, path: str) -> Iterator[Any]:  # noqa: ANN401
    body = {
        "size": 1,
        "query": query,
        "sort": [{path: {"order": "desc", "mode": "min"}}],
        "_source": False,
        "track_total_hits": False,
    }
    what = f"Looking for the largest {path}"
    page = decode_page(client.look(indices, body, what, again=True))
    for hit in page.hits:
        yield msgspec.json.decode(hit.sort)[0]
