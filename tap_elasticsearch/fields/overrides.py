"""Fields whose type the user has set."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tap_elasticsearch.fields.tree import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.fields.tree import Field

_DATES = frozenset({"date", "date_nanos"})


def with_types(root: Field, types: Mapping[str, str]) -> tuple[Field, frozenset[str]]:
    """``root`` with other types for some fields, and the patterns that match none.

    Args:
        root: A root.
        types: Types by dotted path; ``*`` stands for any text, dots included. The last that
            matches a field counts.
    """
    matched: set[str] = set()
    return _typed(root, "", types, matched), frozenset(types) - matched


def _typed(field: Field, prefix: str, types: Mapping[str, str], matched: set[str]) -> Field:
    properties = {}
    for name, sub in field.properties.items():
        path = prefix + name
        hits = [pattern for pattern in types if fnmatchcase(path, pattern)]
        matched.update(hits)
        changed = _of_type(sub, types[hits[-1]]) if hits else sub
        properties[name] = _typed(changed, f"{path}.", types, matched)
    same = all(properties[name] is sub for name, sub in field.properties.items())
    return field if same else replace(field, properties=properties)


def _of_type(field: Field, kind: str) -> Field:
    if kind == field.type:
        return field
    dates = {field.type, kind} <= _DATES
    return replace(
        field,
        type=kind,
        properties=field.properties if kind in OBJECTS else {},
        format=field.format if dates else None,
        element_type=None,
        value=None,
        varying=field.varying if dates else field.varying & {"null_value", "coerce"},
        array=kind == "nested",
        # The server sorts by the type that the field has there.
        indexed=field.indexed and dates,
    )
