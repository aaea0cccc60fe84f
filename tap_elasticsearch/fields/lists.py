"""Which fields hold lists: which can, which do in a document, and how a tree says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.tree import walk
from tap_elasticsearch.fields.types import always, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_elasticsearch.fields.tree import Field

#: Types of which the servers take one value in a document.
_SINGLE = frozenset(
    {"aggregate_metric_double", "constant_keyword", "histogram", "join", "rank_feature"}
)


def can_be_list(field: Field) -> bool:
    """Does the mapping leave open whether the field's column is a list?"""
    open_type = field.type != "nested" and field.type not in _SINGLE
    return open_type and type_of(field.type).is_value is not always


def open_shapes(root: Field) -> dict[str, bool]:
    """The dotted path of each field that can be a list, with whether its column is one."""
    return {".".join(path): field.array for path, field in walk(root) if can_be_list(field)}


def shaped(root: Field, is_list: Callable[[str, Field], bool]) -> Field:
    """``root`` with the fields that can be lists made to what ``is_list`` says.

    Args:
        root: A root.
        is_list: Takes a dotted path and the field there.
    """
    return _shaped(root, "", is_list)


def _shaped(field: Field, prefix: str, is_list: Callable[[str, Field], bool]) -> Field:
    properties = {}
    for name, sub in field.properties.items():
        inner = _shaped(sub, f"{prefix}{name}.", is_list)
        array = is_list(prefix + name, sub) if can_be_list(sub) else sub.array
        properties[name] = inner if array == sub.array else replace(inner, array=array)
    # What many streams share stays one object.
    same = all(properties[name] is sub for name, sub in field.properties.items())
    return field if same else replace(field, properties=properties)


class ListFinder:
    """Finds the columns for one value for which a document has several."""

    def __init__(self, root: Field) -> None:
        """Prepare.

        Args:
            root: The root of a stream's field tree.
        """
        self._fields = {".".join(path): field for path, field in walk(root)}
        parts = {prefix for path in self._fields for prefix in _prefixes(path)}
        self._parts = parts - self._fields.keys()

    def __call__(self, document: Mapping[str, Any]) -> set[str]:
        """Dotted paths of the lists of two or more values in ``document``.

        Values are counted as the servers index them: lists in lists are flat, nulls do not count
        unless the mapping has a value for them. A list in which no two are is none.
        """
        found: set[str] = set()
        self._look(document, "", Counter(), found)
        return found

    def _look(
        self, source: Mapping[str, Any], prefix: str, counts: Counter[str], found: set[str]
    ) -> None:
        """Look at an object; ``counts`` has what the objects that are united with it had."""
        for name, value in source.items():
            path = prefix + name
            if (field := self._fields.get(path)) is not None:
                self._count(path, field, value, counts, found)
            elif path in self._parts:
                for each in _flat(value):
                    if isinstance(each, dict):
                        self._look(each, f"{path}.", counts, found)

    def _count(
        self, path: str, field: Field, value: object, counts: Counter[str], found: set[str]
    ) -> None:
        values = list(_values(field, value))
        counts[path] += len(values)
        if counts[path] > 1 and not field.array and can_be_list(field):
            found.add(path)
        if not field.properties:
            return
        for each in values:
            if isinstance(each, dict):
                self._look(each, f"{path}.", counts if len(values) == 1 else Counter(), found)


def _prefixes(path: str) -> list[str]:
    return [path[:at] for at, character in enumerate(path) if character == "."]


def _values(field: Field, value: object) -> Iterator[object]:
    for each in _flat(value, type_of(field.type).is_value):
        if each is not None or field.null_value is not None:
            yield each


def _flat(
    value: object, is_value: Callable[[list[Any]], bool] = lambda _: False
) -> Iterator[object]:
    if type(value) is list and not is_value(value):
        for each in value:
            yield from _flat(each, is_value)
    else:
        yield value
