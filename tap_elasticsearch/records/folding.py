"""Documents whose field names contain dots, folded into the objects of the mapping.

``{"a.b": 1}`` and ``{"a": {"b": 1}}`` are the same to the servers (Elasticsearch reference,
mapping/types/object); in a document they may stand side by side. A range, a point or another value
that is an object is a value of its own in each spelling, and ``{"r.gte": 1, "r.lt": 2}`` are two
ranges (seen on Elasticsearch 9.5; OpenSearch 3 takes the like only where it ignores it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields import JSON_TEXT, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_elasticsearch.fields import Field

    #: Any decoded JSON.
    JSON: TypeAlias = "Any"


class Folder:
    """Folds the objects at one place of a document."""

    def __init__(self, properties: Mapping[str, Field]) -> None:
        self._properties = properties
        self._objects = frozenset(
            name for name, field in properties.items() if _takes_objects(field)
        )
        prefixes = frozenset(prefix for name in properties for prefix in _prefixes(name))
        # Objects there are no values, but parts of names.
        self._parts = prefixes - self._objects
        #: Objects with no other names than these need no folding.
        self.plain = frozenset(properties) - self._parts

    def fold(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """``source`` with the names of the mapping; names that it lacks stay as they are.

        What two spellings give for one name is united: objects that have fields, or whatever they
        like, to one object, others to a list.
        """
        found: dict[str, list[JSON]] = {}
        for name, value in source.items():
            self._place(found, name, value)
        return {
            name: values[0] if len(values) == 1 else _united(values, self._properties, name)
            for name, values in found.items()
        }

    def _place(self, found: dict[str, list[JSON]], name: str, value: JSON) -> None:
        if name in self._parts:
            objects, rest = _apart(value, nulls=name in self._properties)
            for inner, deeper in (item for each in objects for item in each.items()):
                self._place(found, f"{name}.{inner}", deeper)
            if not rest and (objects or name not in self._properties):
                return
            value = rest if objects else value
        elif name not in self._properties and (outer := self._outer(name)):
            name, value = outer, {name[len(outer) + 1 :]: value}
        found.setdefault(name, []).append(value)

    def _outer(self, name: str) -> str | None:
        """The longest part of a dotted name that is an object of the mapping."""
        return next((part for part in reversed(_prefixes(name)) if part in self._objects), None)


def _takes_objects(field: Field) -> bool:
    row = type_of(field.type)
    return row.schema["type"] == "object" or row is type_of(JSON_TEXT)


def _is_free(field: Field) -> bool:
    """May its objects have any members, rather than those of a value?"""
    return field.type == JSON_TEXT or bool(type_of(field.type).schema.get("additionalProperties"))


def _prefixes(name: str) -> list[str]:
    """``["a", "a.b"]`` of ``a.b.c``."""
    return [name[:at] for at, character in enumerate(name) if character == "."]


def _apart(value: JSON, *, nulls: bool) -> tuple[list[dict[str, Any]], list[Any]]:
    """The objects that ``value`` is or holds, however deep in lists, and what else there is."""
    flat = list(_flat(value))
    objects = [each for each in flat if isinstance(each, dict)]
    rest = [each for each in flat if not isinstance(each, dict)]
    return objects, rest if nulls else [each for each in rest if each is not None]


def _flat(value: JSON) -> Iterator[JSON]:
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def _united(values: Sequence[JSON], properties: Mapping[str, Field], name: str) -> JSON:
    """All values of one name among ``properties``, as if the document had them in one place."""
    field = properties.get(name)
    if field is not None and not field.properties and not _is_free(field):
        return _collected(values, field)
    given = [single for value in values if (single := _single(value)) is not None]
    if len(given) > 1 and all(isinstance(each, dict) for each in given):
        return _object(given, _below(properties, name) if field is None else field.properties)
    return _one_or_all([each for value in given for each in _listed(value)], given)


def _below(properties: Mapping[str, Field], name: str) -> dict[str, Field]:
    """Those of ``properties`` whose dotted names begin with ``name``, by the rest of that."""
    start = f"{name}."
    return {
        path.removeprefix(start): field
        for path, field in properties.items()
        if path.startswith(start)
    }


def _object(values: Sequence[dict[str, Any]], properties: Mapping[str, Field]) -> dict[str, Any]:
    found: dict[str, list[JSON]] = {}
    for name, value in (item for each in values for item in each.items()):
        found.setdefault(name, []).append(value)
    return {
        name: same[0] if len(same) == 1 else _united(same, properties, name)
        for name, same in found.items()
    }


def _collected(values: Sequence[JSON], field: Field) -> JSON:
    """The values of a field that has no fields, each as it was."""
    is_value = type_of(field.type).is_value
    each = [
        one
        for value in values
        for one in (value if isinstance(value, list) and not is_value(value) else [value])
        if one is not None or field.null_value is not None
    ]
    return _one_or_all(each, each)


def _one_or_all(values: list[Any], given: Sequence[JSON]) -> JSON:
    """Of one that was given, that; None of none."""
    if len(given) > 1:
        return values
    return given[0] if given else None


def _single(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _listed(value: JSON) -> list[Any]:
    return value if isinstance(value, list) else [value]
