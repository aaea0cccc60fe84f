"""Small indices for the tests."""

from __future__ import annotations

import json

from tests.faults.model import Document, Index

MAPPING = {"properties": {"name": {"type": "keyword"}, "number": {"type": "long"}}}


def document(number: int, *, padding: int = 0, seq_no: int = -1, term: int = 1) -> Document:
    """A document with the ``_id`` "0", "1", …, and ``padding`` more bytes."""
    source = {"name": f"document {number}" + "x" * padding, "number": number}
    return Document(str(number), json.dumps(source), seq_no, term)


def index(*counts: int, name: str = "orders", window: int | None = None, padding: int = 0) -> Index:
    """An index with so many documents in each shard, numbered through from 0."""
    starts = [sum(counts[:shard]) for shard in range(len(counts))]
    shards = [
        [document(start + place, padding=padding, seq_no=place) for place in range(count)]
        for start, count in zip(starts, counts, strict=True)
    ]
    return Index(name, shards, mapping=MAPPING, window=window)
