"""Replication keys: which fields can be one, their order, their bounds, their bookmarks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.config.instants import SECOND, format_instant, parse_instant
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.reading.query import DATE_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A place in the order of a key: nanoseconds for dates, else what the server sorts by.
Place: TypeAlias = "int | float | str"
Bookmark: TypeAlias = "int | float | str | bool"

DATE, NUMBER, TEXT, BOOLEAN = "date", "number", "text", "boolean"

#: What kind of order the values of a type have. Keys of one stream must be of one kind.
KINDS: Mapping[str, str] = {
    "date": DATE,
    "date_nanos": DATE,
    **dict.fromkeys(("long", "integer", "short", "byte", "unsigned_long"), NUMBER),
    **dict.fromkeys(("double", "float", "half_float", "scaled_float"), NUMBER),
    **dict.fromkeys(("keyword", "constant_keyword", "wildcard"), TEXT),
    "boolean": BOOLEAN,
}

#: What a ``date_nanos`` can hold; a bound beyond it is refused (Elasticsearch reference).
NANOS_FIRST = 0
NANOS_LAST = parse_instant("2262-04-11T23:47:16.854775807Z")

_MILLISECOND = 1_000_000

#: By how much of itself a sort value of a ``scaled_float`` may be above what is stored: 57
#: hundredths come as 0.5700000000000001, from which on the servers would find no 57 any more (seen
#: on Elasticsearch 7.17).
_ROUNDED = 1e-14


@dataclass(frozen=True, slots=True)
class Key:
    """A replication key, as one stream has it.

    Attributes:
        path: The field's dotted path.
        kind: What kind of order it has.
    """

    path: str
    kind: str

    def place(self, type_: str, value: Any) -> Place:  # noqa: ANN401
        """The place of a sort value of an index where the key has ``type_``.

        Dates come as whole milliseconds or, of a ``date_nanos``, nanoseconds.
        """
        if self.kind == DATE:
            return int(value) * (1 if type_ == "date_nanos" else _MILLISECOND)
        place: Place = value
        return place

    def bookmark(self, place: Place) -> Bookmark:
        """What stands in the state for ``place``."""
        if self.kind == DATE:
            return format_instant(int(place))
        return bool(place) if self.kind == BOOLEAN else place

    def parse(self, bookmark: object, where: str) -> Place:
        """The place that ``bookmark`` stands for.

        Args:
            bookmark: A value from the state or the settings.
            where: Where it is from, for the message.

        Raises:
            SettingsError: It is no value of this kind.
        """
        try:
            return _PARSERS[self.kind](bookmark)
        except (OverflowError, ValueError, TypeError):
            msg = (
                f"{where} is {bookmark!r}, but {self.path} is a {self.kind}. Correct it, or start"
                " again without a state."
            )
            raise SettingsError(msg) from None


def _number(value: object) -> Place:
    number: Place
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    else:
        text = str(value)
        number = int(text) if text.lstrip("-").isdigit() else float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: object) -> Place:
    if isinstance(value, str):
        return value
    raise TypeError


def _boolean(value: object) -> Place:
    # A list finds what is equal, also among what cannot be hashed.
    return ["false", "true"].index(str(value).lower())


_PARSERS = {
    DATE: lambda value: parse_instant(str(value)),
    NUMBER: _number,
    TEXT: _text,
    BOOLEAN: _boolean,
}


@dataclass(frozen=True, slots=True)
class Window:
    """Between which places a run reads.

    Attributes:
        lower: The first place, included; None: from the beginning.
        upper: The place before which it ends, for dates in whole milliseconds: servers cut the
            bound of a ``date`` to them, and would leave out more than was meant. None: no end.
    """

    lower: Place | None = None
    upper: int | None = None


def key_query(key: Key, type_: str, window: Window) -> dict[str, Any]:
    """The query for documents that have the key, inside ``window``.

    Args:
        key: The key.
        type_: Its type in the index that is asked.
        window: The bounds.
    """
    bounds: dict[str, Any] = {}
    if window.lower is not None:
        bounds["gte"] = _bound(key, type_, window.lower)
    if window.upper is not None:
        bounds["lt"] = _bound(key, type_, window.upper)
    exists = {"exists": {"field": key.path}}
    if not bounds:
        return exists
    if key.kind == DATE:
        bounds["format"] = DATE_FORMAT
    return {"bool": {"filter": [exists, {"range": {key.path: bounds}}]}}


def _bound(key: Key, type_: str, place: Place) -> Bookmark:
    if type_ == "date_nanos":
        place = min(max(int(place), NANOS_FIRST), NANOS_LAST)
    if type_ == "scaled_float":
        place -= abs(place) * _ROUNDED  # type: ignore[arg-type, operator]
    return key.bookmark(place)


def window_of(
    start: Place | None, *, kind: str, lookback: float, lag: float, end: int | None, now: int
) -> Window:
    """The window of a run.

    Args:
        start: Where to begin: the bookmark, or what the settings say.
        kind: The key's kind; only dates have lookback, lag and end.
        lookback: Seconds to read again before ``start``.
        lag: Seconds before now that are left for the next run: they may not be complete yet.
        end: Where to end at the latest, in nanoseconds.
        now: The time, in nanoseconds.
    """
    if kind != DATE:
        return Window(start)
    latest = now - round(lag * SECOND)
    upper = latest if end is None else min(latest, end)
    lower = None if start is None else int(start) - round(lookback * SECOND)
    return Window(lower, upper // _MILLISECOND * _MILLISECOND)
