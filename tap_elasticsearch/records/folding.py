"""Documents whose field names contain dots, folded into the objects of the mapping.

``{"a.b": 1}`` and ``{"a": {"b": 1}}`` are the same to the servers (Elasticsearch reference,
mapping/types/object); in a document they may stand side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields import JSON_TEXT, type_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.fields import Field

    #: Any decoded JSON.
    JSON: TypeAlias = "Any"


class Folder:
    """Folds the objects at one place of a document."""

    def __init__(self, properties: Mapping[str, Field]) -> None:
        self._names = properties.keys()
        self._objects = frozenset(
            name for name, field in properties.items() if _takes_objects(field)
        )
        self._prefixes = frozenset(prefix for name in properties for prefix in _prefixes(name))

    def fold(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """``source`` with the names of the mapping; names that it lacks stay as they are.

        What two spellings give for one name is united: objects to one object, others to a list.
        """
        folded: dict[str, Any] = {}
        for name, value in source.items():
            self._place(folded, name, value)
        return folded

    def _place(self, folded: dict[str, Any], name: str, value: JSON) -> None:
        if name not in self._names:
            if name in self._prefixes and (objects := _objects(value)):
                for inner, deeper in (item for each in objects for item in each.items()):
                    self._place(folded, f"{name}.{inner}", deeper)
                return
            if outer := self._outer(name):
                name, value = outer, {name[len(outer) + 1 :]: value}
        folded[name] = _united(folded[name], value) if name in folded else value

    def _outer(self, name: str) -> str | None:
        """The longest part of a dotted name that is an object of the mapping."""
        return next((part for part in reversed(_prefixes(name)) if part in self._objects), None)


def _takes_objects(field: Field) -> bool:
    row = type_of(field.type)
    return row.schema["type"] == "object" or row is type_of(JSON_TEXT)


def _prefixes(name: str) -> list[str]:
    """``["a", "a.b"]`` of ``a.b.c``."""
    return [name[:at] for at, character in enumerate(name) if character == "."]


def _objects(value: JSON) -> list[dict[str, Any]]:
    """The objects that ``value`` is or holds; none if it holds anything else."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(each, dict) for each in values) else []


def _united(first: JSON, second: JSON) -> JSON:
    """Both, as if the document had held them in one place."""
    first, second = _single(first), _single(second)
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, dict) and isinstance(second, dict):
        both = first.keys() & second.keys()
        return {**first, **second, **{name: _united(first[name], second[name]) for name in both}}
    return [*_listed(first), *_listed(second)]


def _single(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _listed(value: JSON) -> list[Any]:
    return value if isinstance(value, list) else [value]
