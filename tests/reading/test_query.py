"""What a search asks for beside the documents as they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from tap_elasticsearch.reading import fetching


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
