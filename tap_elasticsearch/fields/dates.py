"""Dates: any format of a mapping in, one canonical form out.

A canonical date is ``YYYY-MM-DDThh:mm:ss[.f{1,9}]Z``, UTC, from year 1 to 9999: what every target
can load. Fractions of a second are never computed with, so that no digit changes.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from datetime import date as Date  # noqa: N812 - `date` is the name of a type in the table
from datetime import time as Time  # noqa: N812 - as Date
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

from tap_elasticsearch.fields.date_formats import (
    MONTHS,
    NAMED,
    WEEKDAYS,
    java_pattern,
    names_zones,
)
from tap_elasticsearch.fields.literal import Literal
from tap_elasticsearch.fields.misfit import Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_elasticsearch.fields.tree import Field

    #: A text to its canonical form, ``_BEYOND``, or None where it is not of this format.
    Parse: TypeAlias = "Callable[[str], str | None]"
    Groups: TypeAlias = "Mapping[str, str | None]"

#: A canonical date, save that it admits 30 February.
CANONICAL_DATE = re.compile(
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?Z"
)
#: The frequent form of the formats below, for speed: the general way takes four times as long.
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_ISO_NAMES = frozenset({"iso8601", "strict_date_optional_time", "strict_date_optional_time_nanos"})
#: The format of a field that names none (Elasticsearch reference, mapping/types/date). That of
#: ``date_nanos`` reads the same.
DEFAULT_FORMAT = "strict_date_optional_time||epoch_millis"
#: Stands between the formats of different indices in a merged field, as ``||`` does between those
#: of one index. Which index a value is from is not known here, so two readings are none.
MERGED = "|||"
_SEPARATOR = re.compile(r"\|\|\|?")

#: Canonical dates that a format which reads one of them otherwise reads otherwise.
_PROBES = tuple(
    f"{day}T{time}{fraction}Z"
    for day in ("2024-02-03", "2024-12-30", "2021-01-03")
    for time in ("04:05:06", "16:05:06", "00:00:00")
    for fraction in ("", *(f".{'123456789'[:digits]}" for digits in range(1, 10)))
)
#: All datetimes here are naive, and UTC: that is faster.
_EPOCH = datetime.fromisoformat("1970-01-01")
#: Of year 1 and of year 9999.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
#: Units of the epoch formats, by the decimals that they have down to a nanosecond.
_NANOS = {"epoch_second": 9, "epoch_millis": 6}
_IN_EVERY_MONTH = "28"
#: What a format makes of a date before year 1 or after 9999: the servers read it by that format,
#: so no other one may be tried (``-2024`` is a year, and no milliseconds).
_BEYOND = ""
_MILLI_DIGITS = 3
_CENTURY = 2000
_SIXTY = 60
_NO_TIME = timedelta(0)
#: The farthest offset from UTC that Java reads (java.time.ZoneOffset).
_FARTHEST = timedelta(hours=18)
_NOON = 12
_HOURS = {
    "hour": range(24),
    "hour_of_24": range(1, 25),
    "hour_of_12": range(1, 13),
    "hour_of_half": range(12),
}
_HALF_DAYS = frozenset({"hour_of_12", "hour_of_half"})


def date(field: Field) -> Callable[[object], object]:
    """The normaliser of a date column; also of each end of a ``date_range``."""
    parse = parser(field.format or DEFAULT_FORMAT, field.locale)
    kept = keeps_canonical(field)
    readable = is_readable(field)

    def normalise(value: object) -> str:
        canonical = isinstance(value, str) and is_canonical(value)
        if canonical and kept:
            return str(value)
        result = parse(_text(value))
        if canonical and result is None:
            return str(value)
        # Where the server is asked, that may be its own word already: two readings are none.
        if result is None or (canonical and not readable and result != value):
            raise Misfit
        return result

    return normalise


def keeps_canonical(field: Field) -> bool:
    """Does every format of a date leave a canonical one as it is, or not take it at all?

    Not ``uuuu-dd-MM'T'HH:mm:ss'Z'``, nor ``YYYY``, the year of the week, at the end of some years.
    """
    formats = (field.format or DEFAULT_FORMAT).split(MERGED)
    parsers = [parser(each, field.locale) for each in formats]
    return is_readable(field) and all(
        parse(probe) in {None, probe} for parse in parsers for probe in _PROBES
    )


def is_canonical(text: str) -> bool:
    """Is ``text`` a canonical date, and a day of the calendar?"""
    if not CANONICAL_DATE.fullmatch(text):
        return False
    return text[8:10] <= _IN_EVERY_MONTH or _exists(int(text[:4]), int(text[5:7]), int(text[8:10]))


@cache
def parser(formats: str, locale: str | None = None) -> Parse:
    """What reads texts of ``formats``.

    Args:
        formats: A mapping's ``format``: names and Java patterns, ``||`` between them; the first
            that fits is taken. With ``|||`` between the formats of several indices, texts that they
            read differently are not read at all.
        locale: A mapping's ``locale``.
    """
    merged = [
        [parse for parse in alternatives if parse] for alternatives in _parsers(formats, locale)
    ]
    if len(merged) == 1:
        return partial(_first, merged[0])

    def parse(text: str) -> str | None:
        readings = {_first(alternatives, text) for alternatives in merged} - {None}
        return readings.pop() if len(readings) == 1 else None

    return parse


def is_readable(field: Field) -> bool:
    """Can all texts of the formats of a date be read here, without asking the server?"""
    formats = field.format or DEFAULT_FORMAT
    if any(map(names_zones, _SEPARATOR.split(formats))):
        return False
    return all(None not in alternatives for alternatives in _parsers(formats, field.locale))


def _parsers(formats: str, locale: str | None) -> list[list[Parse | None]]:
    """What reads each alternative of each index, None where it has no faithful translation."""
    english = locale is None or re.split("[-_]", locale)[0].lower() in {"en", "", "root"}
    return [
        [_one_format(name.strip(), english=english) for name in alternatives.split("||")]
        for alternatives in formats.split(MERGED)
    ]


def _first(alternatives: list[Parse], text: str) -> str | None:
    for parse in alternatives:
        found = parse(text)
        if found is not None:
            return found or None
    return None


def _one_format(name: str, *, english: bool) -> Parse | None:
    # Version 7 took names in camel case too, and an 8 before patterns.
    snake = re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
    if snake in _NANOS:
        return _since_epoch(_NANOS[snake])
    if snake in NAMED:
        parse = _matching(re.compile(NAMED[snake], re.ASCII))
        return _iso_or(parse) if snake in _ISO_NAMES else parse
    pattern = java_pattern(name.removeprefix("8"), english=english)
    return None if pattern is None else _matching(pattern)


def _matching(pattern: re.Pattern[str]) -> Parse:
    def parse(text: str) -> str | None:
        match = pattern.fullmatch(text)
        return _canonical(match.groupdict()) if match else None

    return parse


def _text(value: object) -> str:
    """A date as text; the servers, too, read a number as the text that it is written with."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    if isinstance(value, float):
        written = value.text if isinstance(value, Literal) else repr(value)
        return f"{Decimal(written):f}".removesuffix(".0")
    raise Misfit


def _iso_or(otherwise: Parse) -> Parse:
    def parse(text: str) -> str | None:
        match = _ISO.fullmatch(text)
        if not match:
            return otherwise(text)
        start, fraction, zone = match.groups()
        try:
            moment = datetime.fromisoformat(start) - _offset(zone or "Z")
        except OverflowError:
            return _BEYOND
        except ValueError:  # no such day or offset, or year 0
            return otherwise(text)
        return _written(moment, fraction)

    return parse


def _since_epoch(nano_digits: int) -> Parse:
    """What reads numbers of a unit that has ``nano_digits`` decimals."""
    pattern = re.compile(rf"(-?)([0-9]{{1,19}})(?:\.([0-9]{{0,{nano_digits}}}))?")

    def parse(text: str) -> str | None:
        match = pattern.fullmatch(text)
        if not match:
            return None
        nanos = int(match[2] + (match[3] or "").ljust(nano_digits, "0"))
        return _after_epoch(*divmod(-nanos if match[1] else nanos, 10**9))

    return parse


def _after_epoch(seconds: int, nanos: int) -> str:
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return _BEYOND
    digits = f"{nanos:09d}"
    fraction = digits[:_MILLI_DIGITS] if digits.endswith("000000") else digits
    return _written(_EPOCH + timedelta(seconds=seconds), fraction if nanos else None)


def _written(moment: datetime, fraction: str | None) -> str:
    return f"{moment.isoformat()}.{fraction}Z" if fraction else f"{moment.isoformat()}Z"


def _canonical(groups: Groups) -> str | None:
    try:
        moment = datetime.combine(_day(groups), _time(groups))
        if zone := groups.get("zone"):
            moment -= _offset(zone)
    except OverflowError:
        return _BEYOND
    except ValueError:  # no such day, time or offset
        return None
    return _written(moment, groups.get("fraction"))


def _int(groups: Groups, name: str, default: int) -> int:
    text = groups.get(name)
    return default if text is None else int(text)


def _day(groups: Groups) -> Date:
    """The day; missing parts are those of 1970-01-01, as for the servers."""
    year = _year(groups)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(year)
    if groups.get("week_year"):
        return Date.fromisocalendar(year, _int(groups, "week", 1), _int(groups, "weekday", 1))
    day = Date(year, _month(groups), _int(groups, "day", 1))
    if groups.get("day_of_year"):
        day += timedelta(days=_int(groups, "day_of_year", 1) - 1)
    weekday = groups.get("weekday_name") or ""
    if day.year != year or not WEEKDAYS[day.weekday()].startswith(weekday):
        raise ValueError(day)
    return day


def _year(groups: Groups) -> int:
    if groups.get("short_year"):
        return _CENTURY + _int(groups, "short_year", 0)
    return _int(groups, "week_year", _int(groups, "year", _EPOCH.year))


def _month(groups: Groups) -> int:
    name = groups.get("month_name")
    if not name:
        return _int(groups, "month", 1)
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name))


def _time(groups: Groups) -> Time:
    return Time(_hour(groups), _int(groups, "minute", 0), _int(groups, "second", 0))


def _hour(groups: Groups) -> int:
    for name, numbers in _HOURS.items():
        if groups.get(name):
            hour = _int(groups, name, 0)
            if hour not in numbers:
                raise ValueError(hour)
            afternoon = _NOON if groups.get("half") == "PM" and name in _HALF_DAYS else 0
            return hour % (_NOON if name in _HALF_DAYS else 2 * _NOON) + afternoon
    return 0


# Documents have few different ones.
@lru_cache(maxsize=1_000)
def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return _NO_TIME
    digits = zone[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if max(minutes, seconds) >= _SIXTY or size > _FARTHEST:
        raise ValueError(zone)
    return -size if zone[0] == "-" else size


def _exists(year: int, month: int, day: int) -> bool:
    try:
        Date(year, month, day)
    except ValueError:
        return False
    return True
