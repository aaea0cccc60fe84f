"""What stands at a field: in a document, in its record, and in the server's report of it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.properties.comparison import STRINGS, leaves, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    #: The names that lead to a field; one may contain dots.
    Path = tuple[str, ...]

#: How dates are asked of the server: to the nanosecond, in UTC.
DATE_FORMAT = "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'"
DATES = frozenset({"date", "date_nanos", "date_range"})
#: Numbers that Elasticsearch takes for a year and OpenSearch for a time, where both are allowed.
_YEAR_OR_TIME = re.compile(r"-?\d{6,9}(\.\d*)?")
_NO_CANONICAL_DATE = re.compile(r"[+-]|0000")


def flat(value: object) -> Iterator[Any]:
    """A value, or the values of a list and of the lists in it."""
    if isinstance(value, list):
        for each in value:
            yield from flat(each)
    else:
        yield value


@dataclass(frozen=True)
class Place:
    """One field of one document.

    Attributes:
        path: The names that lead to it in the mapping.
        definition: What the mapping says of it.
        hit: The server's hit, with ``_source`` and ``fields``.
        record: The tap's record.
    """

    path: Path
    definition: Mapping[str, Any]
    hit: Mapping[str, Any]
    record: Mapping[str, Any]

    @cached_property
    def name(self) -> str:
        """The dotted path."""
        return ".".join(self.path)

    @cached_property
    def source(self) -> dict[Path, list[Any]]:
        """What the document has there, by the names that lead to it in the document."""
        found: dict[Path, list[Any]] = {}
        for way, value in _found(self.hit["_source"], self.name, ()):
            found.setdefault(way, []).extend(flat(value))
        return found

    @cached_property
    def values(self) -> list[Any]:
        """The document's values there, nulls among them."""
        return [value for values in self.source.values() for value in values]

    @cached_property
    def ignored(self) -> bool:
        """Has the server left out some value there?"""
        return self.name in self.hit.get("_ignored", ())

    def column(self) -> list[Any]:
        """The values of the record, save for nulls and objects without a value."""
        found = (each for value in _column(self.record, self.path) for each in flat(value))
        return [value for value in found if not _is_empty(value)]

    def is_filled(self) -> bool:
        """Is there anything in the column but null?"""
        return any(v is not None for each in _column(self.record, self.path) for v in flat(each))

    def indexed(self) -> list[Any]:
        """What the server reports; without what it reports and has not, and with what it has not.

        It reports ``null_value`` for nulls above the field, and never that of a ``geo_point``; what
        is no text where a ``binary`` should be; dates that have no canonical form; some objects
        without a value, and some not.
        """
        found = [each for v in _reported(self.hit.get("fields", {}), self.path) for each in flat(v)]
        if self.definition["type"] == "dense_vector":
            found = [n for each in found for n in unpacked(self.definition, each)]
        null = self.definition.get("null_value")
        if null is not None and not self.source:
            return []
        if null is not None and self.definition["type"] == "geo_point":
            # The two that the strategies draw, in whatever form a server gives them back.
            point = {"lat": 1, "lon": 2} if "1" in str(null) else {"lat": 4, "lon": 3}
            found += [point] * self.values.count(None)
        told = [value for value in found if not (_is_empty(value) or self._unfit(value))]
        return list(map(self._as_written, told)) if self.definition["type"] in STRINGS else told

    def _as_written(self, value: Any) -> Any:  # noqa: ANN401
        """A text; of a number, which the server makes anew of the document, the digits there.

        It has indexed those, but reports them as Java spells a double.
        """
        numbers = {each: json.dumps(each) for each in self.values if type(each) is float}
        if isinstance(value, bool) or (isinstance(value, str) and value in self.values):
            return value
        with suppress(ValueError):
            return numbers.get(float(value), value)
        return value

    def _unfit(self, value: object) -> bool:
        if self.definition["type"] in DATES:
            ends = value.values() if isinstance(value, dict) else [value]
            return any(_NO_CANONICAL_DATE.match(str(end)) for end in ends)
        return self.definition["type"] == "binary" and not isinstance(value, str)

    def is_telling(self) -> bool:
        """Does the server tell what it has indexed?

        Not where a text should be and an object is, whose Java form it reports; nor for the dotted
        name of a field inside ``nested``.
        """
        if self.definition["type"] in STRINGS and any(isinstance(v, dict) for v in self.values):
            return False
        return not self.definition.get("in_nested") or self.source.keys() <= {self.path}

    def may_have_more(self) -> bool:
        """Has the column values that the server does not report, for a reason?

        A text stays where it was too long to be indexed or no address. The server reports what has
        one spelling, the usual one, and not what is spelled by longer names alone; OpenSearch
        reports no list with a value that it ignored, and no empty wildcard. Of numbers below 0,
        Elasticsearch reports none in a ``date_nanos``, and OpenSearch takes some for years.
        """
        written = [str(v) for _, v in leaves(self.values)]
        if self.definition["type"] in DATES and any(each.startswith("-") for each in written):
            return True
        return (
            "ignore_above" in self.definition
            or self.definition["type"] in {"ip", "constant_keyword", "wildcard"}
            or not self.source.keys() <= {self.path}
            or self._is_spelled_longer()
            or (self.ignored and self.name not in self.hit.get("fields", {}))
        )

    def _is_spelled_longer(self) -> bool:
        """Does the document have what is in the field, but not the field's own name?"""
        names = [name for name, _ in leaves(self.hit["_source"])]
        return not self.source and any(name.startswith(f"{self.name}.") for name in names)

    def may_have_less(self) -> bool:
        """Lacks the column values that the server reports, for a reason?

        Elasticsearch reports what it has not indexed because of ``coerce``, and fractions that it
        has not taken for dates as the nearest one. In an ``unsigned_long`` it takes no fraction,
        while OpenSearch cuts it off. Date maths in a range is kept apart.
        """
        if self.ignored and str(self.definition.get("coerce")).lower() == "false":
            return True
        if self.definition["type"] in DATES:
            fraction = self.ignored and any(isinstance(v, float) for v in self.values)
            written = [str(v) for _, v in leaves(self.values)]
            maths = any("||" in each for each in written)
            return fraction or maths or any(map(_YEAR_OR_TIME.fullmatch, written))
        return self.definition["type"] == "unsigned_long" and any(
            not str(value).isdigit() for value in self.values
        )


def _is_empty(value: object) -> bool:
    return isinstance(value, dict) and not any(True for _ in leaves(value))


def _found(source: object, name: str, way: Path) -> Iterator[tuple[Path, Any]]:
    objects = [each for each in flat(source) if isinstance(each, dict)]
    for key, value in (item for each in objects for item in each.items()):
        if key == name:
            yield (*way, key), value
        elif name.startswith(f"{key}."):
            yield from _found(value, name[len(key) + 1 :], (*way, key))


def _column(record: object, path: Path) -> list[Any]:
    if isinstance(record, list):
        return [value for each in record for value in _column(each, path)]
    if not path:
        return [] if record is None else [record]
    return _column(record.get(path[0]), path[1:]) if isinstance(record, dict) else []


def _reported(fields: Mapping[str, Any], path: Path) -> list[Any]:
    """The server's values, also inside ``nested`` where it groups them."""
    found = list(fields.get(".".join(path), ()))
    for at in range(1, len(path)):
        for group in fields.get(".".join(path[:at]), ()):
            if isinstance(group, dict):
                found += _reported(group, path[at:])
    return found
