"""Which documents of a point in time are in a slice of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.model import Flavour, Part


def places(parts: Sequence[Part], cut: dict[str, Any] | None, flavour: Flavour) -> list[range]:
    """The places of each part's documents that are in the slice ``cut``; None is everything.

    Whole shards go round the slices, or slices round the shards; then each shard's documents are
    cut in their order, by Elasticsearch. (OpenSearch cuts a shard by the hashes of ``_id``.)

    Raises:
        Refusal: There is no such slice, or only a real server knows what is in it.
    """
    if cut is None:
        return [range(len(part.documents)) for part in parts]
    number, count, shards = cut["id"], cut["max"], len(parts)
    if count < 2:
        raise refusal(400, "x_content_parse_exception", "max must be greater than 1")
    if flavour == "opensearch" and count > shards:
        raise refusal(400, "parsing_exception", "the fake server cuts no shard of OpenSearch's")
    if count <= shards:
        return [
            range(len(part.documents) if ordinal % count == number else 0)
            for ordinal, part in enumerate(parts)
        ]
    return [
        _inner(len(part.documents), number // shards, count // shards + (ordinal < count % shards))
        if ordinal == number % shards
        else range(0)
        for ordinal, part in enumerate(parts)
    ]


def _inner(documents: int, number: int, count: int) -> range:
    """One of ``count`` nearly equal parts of a shard; the first ones have one document more."""
    size, more = divmod(documents, count)
    start = number * size + min(number, more)
    return range(start, start + size + (number < more))
