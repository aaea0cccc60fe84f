"""JSON Schema of a field tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.types import holds_lists, type_of

if TYPE_CHECKING:
    from tap_elasticsearch.fields.tree import Field


def json_schema(field: Field) -> dict[str, Any]:
    """The schema of ``field``'s column, or of a whole record where ``field`` is the root.

    One concrete type first, ``"null"`` second, at every level: what targets can load. An object
    with known fields allows no others (what has no place goes to ``_extra``); one without known
    fields is free-form and never has ``properties``. Dropped fields have no column.
    """
    schema = _one(field)
    if not holds_lists(field):
        return schema
    return {"type": ["array", "null"], "items": schema}


def _one(field: Field) -> dict[str, Any]:
    if field.properties:
        return {
            "type": ["object", "null"],
            "properties": {
                name: json_schema(sub) for name, sub in field.properties.items() if not sub.dropped
            },
            "additionalProperties": False,
        }
    schema = type_of(field.type).schema
    return {**schema, "type": [schema["type"], "null"]}
