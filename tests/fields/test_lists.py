"""Which fields hold lists, by their documents."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given

from tap_elasticsearch.fields import (
    Field,
    ListFinder,
    can_be_list,
    open_shapes,
    parse_mapping,
    shaped,
    walk,
)
from tap_elasticsearch.records.normalise import Normaliser
from tests.fields.trees import documents, trees

LONG = {"type": "long"}
ROOT = parse_mapping(
    {
        "properties": {
            "n": LONG,
            "null": {"type": "long", "null_value": 0},
            "place": {"type": "geo_point"},
            "vector": {"type": "dense_vector"},
            "raw": {"type": "object", "enabled": False},
            "fixed": {"type": "constant_keyword"},
            "free": {"type": "object"},
            "o": {"properties": {"a": LONG, "p": {"properties": {"b": LONG}}}},
            "nested": {"type": "nested", "properties": {"a": LONG}},
            "flat.name": LONG,
        }
    }
)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"n": 1}, set()),
        ({"n": [1]}, set()),
        ({"n": []}, set()),
        ({"n": [None, 1]}, set()),
        ({"null": [None, 1]}, {"null"}),
        ({"n": [1, 1]}, {"n"}),
        ({"n": [[1], [[2]]]}, {"n"}),
        ({"n": [[[1]]]}, set()),
        ({"place": [1.5, 2.5]}, set()),
        ({"place": [[1.5, 2.5], [3.5, 4.5]]}, {"place"}),
        ({"vector": [1.5, 2.5], "raw": [1, 2], "fixed": ["a", "a"]}, set()),
        ({"free": [{}, {}]}, {"free"}),
        ({"o": [{"a": 1}, {"a": 2}]}, {"o"}),
        ({"o": [{"a": [1, 2]}, {"p": [{"b": 1}, {"b": [1, 2]}]}]}, {"o", "o.a", "o.p", "o.p.b"}),
        ({"o": {"a": 1}, "o.a": 2}, {"o.a"}),
        ({"o.p.b": [1, 2]}, {"o.p.b"}),
        ({"o.p": [{"b": 1}, {"b": 2}]}, {"o.p"}),
        ({"nested": [{"a": 1}, {"a": [1, 2]}]}, {"nested.a"}),
        ({"flat.name": [1, 2]}, {"flat.name"}),
        ({"flat": {"name": [1, 2]}}, {"flat.name"}),
        ({"flat": [{"name": 1}, {"name": 2}]}, {"flat.name"}),
        ({"unknown": [1, 2], "o": {"x": [1, 2]}, "flat": 3}, set()),
    ],
)
def test_lists_of_a_document(document: dict[str, Any], found: set[str]) -> None:
    """A list is where the servers index two or more values; objects in lists are looked into."""
    assert ListFinder(ROOT)(document) == found


def test_known_lists_are_not_found_again() -> None:
    """Only what the tree does not know is found."""
    known = shaped(ROOT, lambda path, _: path == "n")
    assert ListFinder(known)({"n": [1, 2], "o": [{}, {}]}) == {"o"}


def test_what_can_be_a_list() -> None:
    """Not vectors, JSON text, nested, and what the servers take once in a document."""
    assert set(open_shapes(ROOT)) == {
        *("n", "null", "place", "free", "o", "o.a", "o.p", "o.p.b", "nested.a", "flat.name"),
    }
    assert not any(can_be_list(Field(kind)) for kind in ("join", "rank_feature", "histogram"))


def test_shapes_that_do_not_change() -> None:
    """A tree that is right already is not copied: many streams may share it."""
    assert shaped(ROOT, lambda _, field: field.array) is ROOT


def _is_list(found: set[str], path: str, field: Field) -> bool:
    return field.array or path in found


@given(trees(), documents())
def test_found_lists_leave_nothing_to_find(field: Field, document: dict[str, Any]) -> None:
    """With the found columns made lists, the same document has no further ones."""
    found: set[str] = set()
    shapes = field
    while new := ListFinder(shapes)(document):
        assert not new & found
        found |= new
        shapes = shaped(field, partial(_is_list, found))
    assert found <= {".".join(path) for path, _ in walk(field)}
    Normaliser(shapes).record(document)
