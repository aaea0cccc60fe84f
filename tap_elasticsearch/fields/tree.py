"""The field tree of a mapping: read, written back, walked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Types whose documents hold objects with fields of their own.
OBJECTS = frozenset({"object", "nested", "passthrough"})

#: Our name for a column of JSON text: objects that are not indexed, and conflicts without a better
#: common type. No server has a type of this name.
JSON_TEXT = "json"

#: Types under ``properties`` whose values are never in ``_source``.
_NOT_IN_SOURCE = frozenset({"alias"})

#: Parameters that change what a value means, copied as they are.
_PARAMETERS = ("format", "locale", "element_type", "value", "null_value")
#: What the indices of one stream may have each of its own.
OWN = (*_PARAMETERS, "coerce")
#: Types with a ``coerce`` that counts here.
_COERCED = frozenset(
    {
        *("byte", "short", "integer", "long", "double", "float", "half_float", "scaled_float"),
        *("integer_range", "long_range", "float_range", "double_range"),
    }
)
#: What a mapping says of what is switched off.
OFF = frozenset({False, "false"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a mapping, or the root object.

    Attributes:
        type: Elasticsearch's name of the type; ``object`` where the mapping only has properties;
            ``json`` for an object with ``enabled: false``.
        properties: The fields of an object, by name. A name contains dots where the mapping's
            does (``subobjects: false``).
        format: How dates are written. ``a||b`` is Elasticsearch's own; ``a|||b`` are the formats
            of two indices (see ``merge``).
        locale: The language of month and day names in ``format``.
        element_type: What a vector is made of.
        value: The value of a ``constant_keyword``, which documents need not repeat.
        null_value: What the server indexes for an explicit null, as text.
        coerce: Does the server take texts for numbers, and cut off fractions?
        array: Is the column a list?
        indexed: Can the server search and sort by it?
        dropped: Is it left out of records? (No mapping says so, see ``dropping``.)
        computed: Does no document hold it, so that the server must be asked for its values?
        varying: Which of ``OWN`` are others in other indices, in the field of several (see
            ``merge``, ``in_index``).
    """

    type: str
    properties: Mapping[str, Field] = field(default_factory=dict)
    format: str | None = None
    locale: str | None = None
    element_type: str | None = None
    value: str | None = None
    null_value: str | None = None
    coerce: bool = True
    array: bool = False
    indexed: bool = True
    dropped: bool = False
    computed: bool = False
    varying: frozenset[str] = frozenset()


def parse_mapping(mapping: Mapping[str, object], *, coerce: bool = True) -> Field:
    """The tree of a mapping.

    Multi-fields, ``alias``, ``runtime`` and ``derived`` fields are left out, since they are never
    in ``_source`` (see ``computed_fields``).

    Args:
        mapping: What stands under ``mappings`` in an answer of ``GET /<index>/_mapping``, or what
            ``to_mapping`` wrote.
        coerce: Are numbers coerced where a field does not say? (Elasticsearch reference,
            mapping/params/coerce: ``index.mapping.coerce``.)
    """
    return Field("object", _properties(mapping, coerce=coerce))


def _properties(mapping: Mapping[str, object], *, coerce: bool) -> dict[str, Field]:
    properties = mapping.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {
        name: _field(definition, coerce=coerce)
        for name, definition in properties.items()
        if definition.get("type") not in _NOT_IN_SOURCE
    }


def _field(mapping: Mapping[str, Any], *, coerce: bool) -> Field:
    kind = mapping.get("type", "object")
    if kind in OBJECTS and mapping.get("enabled", True) in OFF:
        kind = JSON_TEXT
    parameters: dict[str, Any] = {
        name: _text(mapping[name]) for name in _PARAMETERS if mapping.get(name) is not None
    }
    return Field(
        type=kind,
        properties=_properties(mapping, coerce=coerce) if kind in OBJECTS else {},
        array=kind == "nested" or bool(mapping.get("array", False)),
        coerce=mapping.get("coerce", coerce or kind not in _COERCED) not in OFF,
        indexed=mapping.get("index", True) not in OFF and mapping.get("doc_values") not in OFF,
        computed=bool(mapping.get("computed", False)),
        varying=frozenset(mapping.get("varying", ())),
        **parameters,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def to_mapping(field: Field) -> dict[str, Any]:
    """``field`` as JSON in the form of a mapping, such that ``parse_mapping`` reads it back.

    Only what a Field holds is written, and of our own ``"array": true``, ``"computed": true`` and
    ``"varying": […]``.
    """
    written: dict[str, Any] = {"type": field.type}
    if field.properties:
        written["properties"] = {name: to_mapping(sub) for name, sub in field.properties.items()}
    for name in _PARAMETERS:
        if (value := getattr(field, name)) is not None:
            written[name] = value
    flags = {
        "array": (field.array and field.type != "nested", True),
        "coerce": (not field.coerce, False),
        "index": (not field.indexed, False),
        "computed": (field.computed, True),
        "varying": (bool(field.varying), sorted(field.varying)),
    }
    return written | {name: value for name, (holds, value) in flags.items() if holds}


def walk(field: Field) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Every field below ``field``, parents first, with the names that lead to it."""
    for name, sub in field.properties.items():
        yield (name,), sub
        for path, deeper in walk(sub):
            yield (name, *path), deeper


def with_arrays(field: Field, patterns: Sequence[str]) -> tuple[Field, tuple[str, ...]]:
    """``field`` with the fields that match marked as lists, and the patterns that match none.

    Args:
        field: A root.
        patterns: Dotted paths, in which ``*`` stands for any text, dots included.
    """
    if not patterns:
        # The same object: thousands of indices share theirs.
        return field, ()
    paths = [".".join(path) for path, _ in walk(field)]
    unmatched = (
        pattern for pattern in patterns if not any(fnmatchcase(path, pattern) for path in paths)
    )
    return _marked(field, "", patterns), tuple(unmatched)


def _marked(field: Field, prefix: str, patterns: Sequence[str]) -> Field:
    properties = {}
    for name, sub in field.properties.items():
        path = prefix + name
        hit = any(fnmatchcase(path, pattern) for pattern in patterns)
        marked = _marked(sub, f"{path}.", patterns)
        properties[name] = replace(marked, array=True) if hit and not sub.array else marked
    return replace(field, properties=properties) if properties else field
