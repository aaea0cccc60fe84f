"""Mappings: read, written back, walked, marked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tap_elasticsearch.fields import Field, parse_mapping, to_mapping, walk, with_arrays
from tests.fields.trees import trees

PARSED: dict[str, tuple[dict[str, Any], Field]] = {
    "properties without a type are an object": (
        {"properties": {"b": {"type": "long"}}},
        Field("object", {"b": Field("long")}),
    ),
    "an object without properties": ({"type": "object"}, Field("object")),
    "nested is always a list": ({"type": "nested"}, Field("nested", array=True)),
    "an object that is not indexed is JSON text": (
        {"type": "object", "enabled": False, "properties": {"b": {"type": "long"}}},
        Field("json"),
    ),
    "enabled as a text": ({"enabled": "false"}, Field("json")),
    "a date with its format and locale": (
        {"type": "date", "format": "dd/MM/yyyy", "locale": "fr"},
        Field("date", format="dd/MM/yyyy", locale="fr"),
    ),
    "multi-fields are no columns": (
        {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        Field("text"),
    ),
    "the value of a constant": (
        {"type": "constant_keyword", "value": "logs"},
        Field("constant_keyword", value="logs"),
    ),
    "what a vector is made of": (
        {"type": "dense_vector", "element_type": "byte", "dims": 3},
        Field("dense_vector", element_type="byte"),
    ),
    "what is indexed for a null": (
        {"type": "keyword", "null_value": "none"},
        Field("keyword", null_value="none"),
    ),
    "that of a number, as text": (
        {"type": "boolean", "null_value": True},
        Field("boolean", null_value="true"),
    ),
    "no coercion": ({"type": "long", "coerce": False}, Field("long", coerce=False)),
    "not searchable": ({"type": "long", "index": False}, Field("long", indexed=False)),
    "not sortable": ({"type": "long", "doc_values": False}, Field("long", indexed=False)),
    "names with dots stay": (
        {"subobjects": False, "properties": {"b.c": {"type": "ip"}}},
        Field("object", {"b.c": Field("ip")}),
    ),
}


@pytest.mark.parametrize(("definition", "expected"), PARSED.values(), ids=PARSED.keys())
def test_definitions(definition: dict[str, Any], expected: Field) -> None:
    """Of a field's definition the tree has what decides its column."""
    assert parse_mapping({"properties": {"a": definition}}) == Field("object", {"a": expected})


def test_what_is_not_in_the_source() -> None:
    """Aliases, runtime fields and derived fields are no fields of a document."""
    mapping = {
        "dynamic": "runtime",
        "runtime": {"r": {"type": "long"}},
        "derived": {"d": {"type": "long"}},
        "properties": {"a": {"type": "alias", "path": "b"}, "b": {"type": "long"}},
    }
    assert parse_mapping(mapping) == Field("object", {"b": Field("long")})


def test_empty_mapping() -> None:
    """An index without documents has a mapping without properties."""
    assert parse_mapping({}) == Field("object")


@given(trees())
def test_round_trip(field: Field) -> None:
    """A tree written to a catalog as JSON comes back equal."""
    assert parse_mapping(json.loads(json.dumps(to_mapping(field)))) == field


def test_walk() -> None:
    """Every field is visited once, an object before its fields."""
    field = parse_mapping(
        {"properties": {"a": {"properties": {"b.c": {"type": "ip"}}}, "d": {"type": "long"}}}
    )
    assert [(path, sub.type) for path, sub in walk(field)] == [
        (("a",), "object"),
        (("a", "b.c"), "ip"),
        (("d",), "long"),
    ]


def test_with_arrays() -> None:
    """Patterns mark the paths that they match, and those that match none are returned."""
    field = parse_mapping(
        {
            "properties": {
                "a": {"properties": {"b": {"type": "ip"}, "c": {"type": "ip"}}},
                "d": {"type": "long"},
            }
        }
    )
    marked, unmatched = with_arrays(field, ["a.*", "d", "e", "x.*"])
    assert [path for path, sub in walk(marked) if sub.array] == [("a", "b"), ("a", "c"), ("d",)]
    assert unmatched == ("e", "x.*")


@given(trees())
def test_with_no_arrays(field: Field) -> None:
    """Without patterns nothing changes."""
    assert with_arrays(field, ()) == (field, ())


def test_numbers_are_not_coerced() -> None:
    """What an index says holds for the fields that can be coerced, and do not say otherwise."""
    properties = {
        "n": {"type": "long"},
        "r": {"type": "float_range"},
        "y": {"type": "long", "coerce": True},
        "k": {"type": "keyword"},
        "o": {"properties": {"n": {"type": "byte"}}},
    }
    root = parse_mapping({"properties": properties}, coerce=False)
    assert [".".join(path) for path, field in walk(root) if not field.coerce] == ["n", "r", "o.n"]
