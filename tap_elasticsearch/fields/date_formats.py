"""Date formats as regular expressions with named groups.

The groups: ``year``, ``short_year``, ``month``, ``month_name``, ``day``, ``day_of_year``,
``week_year``, ``week``, ``weekday``, ``weekday_name``, ``hour``, ``hour_of_24`` (1 to 24),
``hour_of_12`` (1 to 12), ``hour_of_half`` (0 to 11), ``half``, ``minute``, ``second``,
``fraction``, ``zone``.

Where a named format is narrower in some version of a server than here, nothing is lost: what a
server refuses to index as a date is either no document at all or, with ``ignore_malformed``, a
value whose reading is still the same. (Elasticsearch reference, mapping/params/format;
Elasticsearch source, DateFormatters.)
"""

from __future__ import annotations

import re

#: Their order is the calendar's. Only English names are read; other languages' are for the server.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_FRACTION = r"\.(?P<fraction>\d{1,9})"
_FRACTION_OR_COMMA = r"[.,](?P<fraction>\d{1,9})"
#: Without names of regions, which ISO formats take as well (see the README's limits).
_ZONE = r"(?P<zone>Z|UTC|GMT|UT|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)"


#: Years have a sign before year 0 and after 9999; a lenient one needs none there.
_STRICT_YEAR = r"-?\d{4}|\+\d{5,9}"
_LENIENT_YEAR = r"[+-]?\d{1,9}"


def _number(group: str, digits: str) -> str:
    return rf"(?P<{group}>\d{{{digits}}})"


def _named(year: str, digits: str, ordinal: str) -> dict[str, str]:
    """The named formats with a strict and a lenient form, which differ in numbers of digits."""
    month, day = _number("month", digits), _number("day", digits)
    hour, minute, second = (_number(name, digits) for name in ("hour", "minute", "second"))
    years = f"(?P<year>{year})"
    date = f"{years}(?:-{month}(?:-{day})?)?"
    minutes = f"{hour}:{minute}"
    seconds = f"{minutes}:{second}"
    optional = f"{hour}(?::{minute}(?::{second}(?:{_FRACTION_OR_COMMA})?)?)?"
    ordinal_date = f"(?P<year>{_STRICT_YEAR})-{_number('day_of_year', ordinal)}"
    week_date = rf"(?P<week_year>{_STRICT_YEAR})-W{_number('week', digits)}-(?P<weekday>[1-7])"
    times = {
        "hour": hour,
        "hour_minute": minutes,
        "hour_minute_second": seconds,
        "hour_minute_second_fraction": f"{seconds}{_FRACTION}",
        "hour_minute_second_millis": f"{seconds}{_FRACTION}",
    }
    zoned = {
        "time": f"{minutes}(?::{second}(?:{_FRACTION})?)?{_ZONE}",
        "time_no_millis": f"{minutes}(?::{second})?{_ZONE}",
    }
    dates = {"date": date, "ordinal_date": ordinal_date, "week_date": week_date}
    return {
        "date_optional_time": f"{date}(?:T(?:{optional})?{_ZONE}?)?",
        "date_optional_time_nanos": f"{date}(?:T(?:{optional})?{_ZONE}?)?",
        "year": years,
        "year_month": f"{years}-{month}",
        "year_month_day": f"{years}-{month}-{day}",
        **dates,
        **times,
        **zoned,
        **{f"t_{name}": f"T{pattern}" for name, pattern in zoned.items()},
        **{f"date_{name}": f"{date}T{pattern}" for name, pattern in times.items()},
        **{
            f"{name}_{time}": f"{pattern}T{zone}{'?' if time.endswith('no_millis') else ''}"
            for name, pattern in dates.items()
            for time, zone in zoned.items()
        },
    }


def _basic(week_year: str, week_digits: str) -> dict[str, str]:
    """The formats without separators."""
    seconds = "".join(_number(name, "2") for name in ("hour", "minute", "second"))
    zoned = {"time": f"{seconds}{_FRACTION}{_ZONE}", "time_no_millis": f"{seconds}{_ZONE}"}
    year = f"(?P<year>{_STRICT_YEAR})"
    week = _number("week", week_digits)
    dates = {
        "date": f"{year}{_number('month', '2')}{_number('day', '2')}",
        "ordinal_date": f"{year}{_number('day_of_year', '3')}",
        "week_date": f"(?P<week_year>{week_year})W{week}(?P<weekday>[1-7])",
    }
    return {
        **dates,
        **zoned,
        **{f"t_{name}": f"T{pattern}" for name, pattern in zoned.items()},
        **{
            f"{name}_{time}": f"{pattern}T{zone}"
            for name, pattern in dates.items()
            for time, zone in zoned.items()
        },
    }


_STRICT = _named(_STRICT_YEAR, "2", "3")

#: Every named format but ``epoch_*``, and the ``weekyear`` ones, whose weeks depend on the version
#: and locale of the server.
NAMED: dict[str, str] = {
    "iso8601": _STRICT["date_optional_time"],
    **_named(_LENIENT_YEAR, "1,2", "1,3"),
    **{f"strict_{name}": pattern for name, pattern in _STRICT.items()},
    **{f"basic_{name}": pattern for name, pattern in _basic(_LENIENT_YEAR, "1,2").items()},
    **{f"strict_basic_{name}": pattern for name, pattern in _basic(_STRICT_YEAR, "2").items()},
}

_SHORT_MONTHS = "|".join(name[:3] for name in MONTHS)
_SHORT_WEEKDAYS = "|".join(name[:3] for name in WEEKDAYS)
_OFFSET = r"[+-]\d\d"
#: Letters for zones with a name. Of those, UTC and offsets are read here; what moment noon was in
#: ``Europe/Berlin`` or ``PST`` depends on the tables of the server.
_ZONE_NAMES = frozenset({"z", "zz", "zzz", "VV"})

#: Letters of Java patterns that mean the same here (java.time.format.DateTimeFormatter). Those that
#: are not here (weeks, eras, quarters, names of zones) depend on a locale or need tables.
_LETTERS: dict[str, str] = {
    "yyyy": r"(?P<year>\d{4}|\+\d{5,9})",
    "uuuu": f"(?P<year>{_STRICT_YEAR})",
    **{letters: _number("short_year", "2") for letters in ("yy", "uu")},
    **{letters: _number("year", "1,4") for letters in ("y", "u")},
    **{
        letter * count: _number(group, digits)
        for letter, group in {
            "M": "month",
            "L": "month",
            "d": "day",
            "H": "hour",
            "k": "hour_of_24",
            "h": "hour_of_12",
            "K": "hour_of_half",
            "m": "minute",
            "s": "second",
        }.items()
        for count, digits in ((1, "1,2"), (2, "2"))
    },
    "D": _number("day_of_year", "1,3"),
    "DDD": _number("day_of_year", "3"),
    **{"S" * count: _number("fraction", str(count)) for count in range(1, 10)},
    "X": rf"(?P<zone>Z|{_OFFSET}(?:\d\d)?)",
    "XX": rf"(?P<zone>Z|{_OFFSET}\d\d)",
    "XXX": rf"(?P<zone>Z|{_OFFSET}:\d\d)",
    "x": rf"(?P<zone>{_OFFSET}(?:\d\d)?)",
    "xx": rf"(?P<zone>{_OFFSET}\d\d)",
    "xxx": rf"(?P<zone>{_OFFSET}:\d\d)",
    **{"Z" * count: rf"(?P<zone>{_OFFSET}\d\d)" for count in (1, 2, 3)},
    "ZZZZZ": rf"(?P<zone>Z|{_OFFSET}:\d\d(?::\d\d)?)",
    **dict.fromkeys(_ZONE_NAMES, _ZONE),
}

#: Letters for names, which are English only in a pattern whose locale is.
_ENGLISH: dict[str, str] = {
    **dict.fromkeys(("MMM", "LLL"), f"(?P<month_name>{_SHORT_MONTHS})"),
    **dict.fromkeys(("MMMM", "LLLL"), f"(?P<month_name>{'|'.join(MONTHS)})"),
    **dict.fromkeys(("E", "EE", "EEE"), f"(?P<weekday_name>{_SHORT_WEEKDAYS})"),
    "EEEE": f"(?P<weekday_name>{'|'.join(WEEKDAYS)})",
    "a": "(?P<half>AM|PM)",
}

_TOKEN = re.compile(
    r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>.)", re.DOTALL
)
_OTHER = {"[": "(?:", "]": ")?", "{": None, "}": None, "#": None, "'": None}

#: A group without the group that it completes: Java resolves no time from these alone.
_NEEDS = {
    "hour_of_12": ("half",),
    "hour_of_half": ("half",),
    "minute": ("hour", "hour_of_24", "hour_of_12", "hour_of_half"),
    "second": ("minute",),
    "fraction": ("second",),
}


def java_pattern(pattern: str, *, english: bool) -> re.Pattern[str] | None:
    """The expression for a pattern of ``java.time.format.DateTimeFormatter``.

    Args:
        pattern: Such as ``dd/MM/uuuu HH:mm[:ss]``.
        english: Are names of months and days in English?

    Returns:
        None where some part of the pattern has no faithful translation.
    """
    letters = {**_LETTERS, **_ENGLISH} if english else _LETTERS
    parts = [_part(token, letters) for token in _TOKEN.finditer(pattern)]
    if None in parts:
        return None
    try:
        compiled = re.compile("".join(filter(None, parts)), re.ASCII)
    except re.error:  # a letter twice, or brackets that don't close
        return None
    groups = compiled.groupindex
    complete = all(
        not groups.keys().isdisjoint(_NEEDS[group]) for group in groups if group in _NEEDS
    )
    return compiled if complete else None


def names_zones(pattern: str) -> bool:
    """May texts of a Java pattern name zones that only the server knows?"""
    return any(token["letters"] in _ZONE_NAMES for token in _TOKEN.finditer(pattern))


def _part(token: re.Match[str], letters: dict[str, str]) -> str | None:
    if token["letters"]:
        return letters.get(token["letters"])
    if token["quoted"] is not None:
        return re.escape(token["quoted"].replace("''", "'") or "'")
    other = token["other"]
    return _OTHER[other] if other in _OTHER else re.escape(other)
