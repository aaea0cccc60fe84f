"""What stands in a column where a document has nothing, or null."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import always, holds_lists, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_elasticsearch.fields import Field

_POINTS = frozenset({"geo_point", "point", "xy_point"})
#: Stands for a value that is not the same in all indices.
_SOMETHING = object()


def constants(properties: Mapping[str, Field]) -> dict[str, Callable[[], Any]]:
    """What makes the value of each field that a document may lack and yet has, by name.

    Where the value varies, that there may be one is all that can be told.

    Elasticsearch reference, mapping/types/constant-keyword.
    """
    found = {name: _constant(field) for name, field in properties.items() if not field.dropped}
    return {name: fill for name, fill in found.items() if fill}


def _constant(field: Field) -> Callable[[], Any] | None:
    if field.value is not None or "value" in field.varying:
        return lambda: _column_of_constant(field)
    if field.array or not (inner := constants(field.properties)):
        return None
    return lambda: {name: fill() for name, fill in inner.items()}


def _column_of_constant(field: Field) -> object:
    value = type_of(field.type).normaliser(field)(field.value)
    return [value] if holds_lists(field) else value


def nulls(properties: Mapping[str, Field]) -> dict[str, Any]:
    """What stands in a column for an explicit null, where that is not null."""
    found = {name: null_of(field) for name, field in properties.items() if not field.dropped}
    return {
        name: [null] if holds_lists(properties[name]) else null
        for name, null in found.items()
        if null is not None
    }


def null_of(field: Field) -> object:
    """What the servers index for a null, in its canonical form.

    Elasticsearch reference, mapping/params/null-value. An empty text in a number field is a null.
    Types whose lists are values have none. Where it varies, it is something.
    """
    row = type_of(field.type)
    if row.is_value is not always and "null_value" in field.varying:
        return _SOMETHING
    if field.null_value is None or row.is_value is always:
        return None
    try:
        # A point is an object in the mapping, whatever form it was given in.
        written = field.type in _POINTS and field.null_value.startswith("{")
        value = json.loads(field.null_value) if written else field.null_value
        return row.normaliser(replace(field, coerce=True))(value)
    except ValueError:  # no value of this type
        return None
