"""What a search asks for beside the documents as they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from tap_elasticsearch.reading import fetching
from tap_elasticsearch.reading.query import moves


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {}),
        ({"metadata": ["_id", "_ignored", "_routing"]}, {}),
        ({"metadata": ["_version"]}, {"version": True}),
        ({"metadata": ["_primary_term"]}, {"seq_no_primary_term": True}),
        ({"vectors": {"v": False, "o.v": False}}, {"_source": {"excludes": ["v", "o.v"]}}),
        ({"vectors": {"v": False}, "hides_vectors": True}, {"_source": {"excludes": ["v"]}}),
        ({"vectors": {"v": True}}, {}),
        ({"vectors": {"v": True}, "hides_vectors": True}, {"_source": {"exclude_vectors": False}}),
        (
            {"vectors": {"v": True, "w": False}, "hides_vectors": True},
            {"_source": {"excludes": ["w"], "exclude_vectors": False}},
        ),
    ],
)
def test_fetching(asked: dict[str, Any], expected: dict[str, Any]) -> None:
    """Filtering makes a server write each document anew, so it is asked only where it must be."""
    assert fetching(**asked) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"range": {"at": {"gte": "now-7d"}}},
        {"range": {"at": {"lt": "now"}}},
        {"bool": {"filter": [{"term": {"a": 1}}, {"range": {"at": {"gte": "now/d"}}}]}},
        {"query_string": {"query": "at:[2024-01-01 TO now-1h]"}},
        {"query_string": {"query": "at:>=now-1h AND paid:true"}},
        {"query_string": {"query": "at:[now/d TO *]"}},
        {"query_string": {"query": "at:now-1d"}},
        {"term": {"at": "now/d"}},
    ],
)
def test_queries_of_the_present(query: dict[str, Any]) -> None:
    """What a query of the present matches may be more with each page than what was counted."""
    assert moves(query)


@pytest.mark.parametrize(
    "query",
    [
        None,
        {"range": {"known_at": {"gte": "2024-01-01"}}},
        {"range": {"now": {"gte": 5}}},
        {"term": {"state": "unknown"}},
        {"term": {"kind": "buy-now"}},
        {"term": {"weather": "nowhere"}},
        {"match": {"text": "buy it now"}},
        {"match": {"text": "now playing"}},
        {"term": {"state": "now"}},
        {"query_string": {"query": "state:now"}},
    ],
)
def test_queries_of_the_same(query: dict[str, Any] | None) -> None:
    """Other queries with these letters are held to what was counted."""
    assert not moves(query)
