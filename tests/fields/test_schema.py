"""JSON Schema of field trees."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from jsonschema import Draft202012Validator

from tap_elasticsearch.fields import TYPES, Field, json_schema, parse_mapping
from tests.fields.trees import trees


def test_schema() -> None:
    """Properties are nullable, lists have nullable items, free-form objects no properties."""
    field = parse_mapping(
        {
            "properties": {
                "a": {"type": "date"},
                "b": {"properties": {"c": {"type": "boolean", "array": True}}},
                "d": {"type": "nested", "properties": {"e": {"type": "keyword"}}},
                "f": {"type": "object"},
                "g": {"type": "dense_vector", "array": True},
            }
        }
    )
    assert json_schema(field) == {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "a": {"type": ["string", "null"], "format": "date-time"},
            "b": {
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {
                    "c": {"type": ["array", "null"], "items": {"type": ["boolean", "null"]}}
                },
            },
            "d": {
                "type": ["array", "null"],
                "items": {
                    "type": ["object", "null"],
                    "additionalProperties": False,
                    "properties": {"e": {"type": ["string", "null"]}},
                },
            },
            "f": {"type": ["object", "null"], "additionalProperties": True},
            "g": {"type": ["array", "null"], "items": {"type": ["number", "null"]}},
        },
    }


def test_integers() -> None:
    """Integers of every width have the bounds of 64 bits, since wider ones break a load later."""
    for kind in ("byte", "short", "integer", "long"):
        assert json_schema(Field(kind)) == {
            "type": ["integer", "null"],
            "minimum": -9223372036854775808,
            "maximum": 9223372036854775807,
        }


def _subschemas(schema: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ]
    return [schema, *(sub for each in inner for sub in _subschemas(each))]


@given(trees())
def test_loadable(field: Field) -> None:
    """At every level: a valid schema, one concrete type and then null, never empty properties."""
    schema = json_schema(field)
    Draft202012Validator.check_schema(schema)
    for sub in _subschemas(schema):
        concrete, null = sub["type"]
        assert (concrete != "null", null) == (True, "null")
        assert sub.get("properties", True)
        assert concrete != "array" or "items" in sub


def test_no_lists_of_lists() -> None:
    """No type's column is a list of lists, which targets can't load."""
    for kind in TYPES:
        schema = json_schema(Field(kind, array=True))
        assert schema.get("items", {}).get("type", [""])[0] != "array"
