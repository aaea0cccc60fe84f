"""Dates: every format to the one canonical form, digit by digit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.fields import CANONICAL_DATE, Field, Misfit, type_of
from tap_elasticsearch.fields.date_formats import NAMED
from tap_elasticsearch.fields.dates import is_canonical, parser

#: The named formats of the Elasticsearch reference, mapping/params/format.
NAMES = """
iso8601 basic_date basic_date_time basic_date_time_no_millis basic_ordinal_date
basic_ordinal_date_time basic_ordinal_date_time_no_millis basic_time basic_time_no_millis
basic_t_time basic_t_time_no_millis basic_week_date strict_basic_week_date basic_week_date_time
strict_basic_week_date_time basic_week_date_time_no_millis strict_basic_week_date_time_no_millis
date_optional_time strict_date_optional_time strict_date_optional_time_nanos
"""
#: Those that are there with and without ``strict_``.
BOTH_FORMS = """
date date_hour date_hour_minute date_hour_minute_second date_hour_minute_second_fraction
date_hour_minute_second_millis date_time date_time_no_millis hour hour_minute hour_minute_second
hour_minute_second_fraction hour_minute_second_millis ordinal_date ordinal_date_time
ordinal_date_time_no_millis time time_no_millis t_time t_time_no_millis week_date week_date_time
week_date_time_no_millis year year_month year_month_day
"""

DAY = "2024-02-29T00:00:00Z"
TIME = "2024-02-29T01:02:03Z"
FRACTION = "2024-02-29T01:02:03.456Z"
EARLIER = "2024-02-29T00:02:03.456Z"

#: Format, text, canonical form.
READ: list[tuple[str | None, object, str]] = [
    (None, "2024-02-29", DAY),
    (None, "2024-02", "2024-02-01T00:00:00Z"),
    (None, "2024", "2024-01-01T00:00:00Z"),
    (None, 2024, "2024-01-01T00:00:00Z"),
    (None, "2024-02-29T", DAY),
    (None, "2024-02-29T01", "2024-02-29T01:00:00Z"),
    (None, "2024-02-29T01:02", "2024-02-29T01:02:00Z"),
    (None, "2024-02-29T01:02:03", TIME),
    (None, "2024-02-29T01:02:03.456", FRACTION),
    (None, "2024-02-29T01:02:03,456Z", FRACTION),
    (None, "2024-02-29T01:02:03.123456789Z", "2024-02-29T01:02:03.123456789Z"),
    (None, "2024-02-29T01:02:03.450+01:00", "2024-02-29T00:02:03.450Z"),
    (None, "2024-02-29T01:02:03.456+0100", EARLIER),
    (None, "2024-02-29T01:02:03.456+01", EARLIER),
    (None, "2024-02-29T01:02:03.456UTC", FRACTION),
    (None, "2024-02-29T23:30:00-17:30", "2024-03-01T17:00:00Z"),
    (None, 1709168523456, FRACTION),
    (None, "1709168523456", FRACTION),
    (None, 1709168523456.0, FRACTION),
    (None, 1709168523000, TIME),
    (None, "1709168523456.789", "2024-02-29T01:02:03.456789000Z"),
    (None, -1, "1969-12-31T23:59:59.999Z"),
    (None, "-0.5", "1969-12-31T23:59:59.999500000Z"),
    ("epoch_second", 1709168523, TIME),
    ("epoch_second", "1709168523.456", FRACTION),
    ("epoch_second", 1709168523.5, "2024-02-29T01:02:03.500Z"),
    ("epoch_second", "-1.000000001", "1969-12-31T23:59:58.999999999Z"),
    ("epoch_second", "5.", "1970-01-01T00:00:05Z"),
    ("iso8601", "2024-02-29T01:02:03+01:00", "2024-02-29T00:02:03Z"),
    ("strict_date_optional_time_nanos", "2024-02-29T01:02:03.1Z", "2024-02-29T01:02:03.1Z"),
    ("date_optional_time", "2024-2-29T1:2:3.456Z", FRACTION),
    ("dateOptionalTime", "2024-2-29", DAY),
    ("basicTTimeNoMillis", "T010203Z", "1970-01-01T01:02:03Z"),
    ("basic_date", "20240229", DAY),
    ("basic_date", 20240229, DAY),
    ("basic_date_time", "20240229T010203.456Z", FRACTION),
    ("basic_date_time_no_millis", "20240229T010203Z", TIME),
    ("basic_ordinal_date", "2024060", DAY),
    ("basic_ordinal_date_time", "2024060T010203.456+0100", EARLIER),
    ("basic_ordinal_date_time_no_millis", "2024060T010203Z", TIME),
    ("basic_time", "010203.456Z", "1970-01-01T01:02:03.456Z"),
    ("basic_time_no_millis", "010203Z", "1970-01-01T01:02:03Z"),
    ("basic_t_time", "T010203.456Z", "1970-01-01T01:02:03.456Z"),
    ("basic_week_date", "2024W094", DAY),
    ("basic_week_date", "2024W94", DAY),
    ("strict_basic_week_date", "2024W094", DAY),
    ("basic_week_date_time", "2024W094T010203.456Z", FRACTION),
    ("strict_basic_week_date_time_no_millis", "2024W094T010203Z", TIME),
    ("date", "2024-2-29", DAY),
    ("strict_date", "2024-02-29", DAY),
    ("date_hour", "2024-02-29T1", "2024-02-29T01:00:00Z"),
    ("strict_date_hour_minute", "2024-02-29T01:02", "2024-02-29T01:02:00Z"),
    ("date_hour_minute_second", "2024-2-29T1:2:3", TIME),
    ("strict_date_hour_minute_second_millis", "2024-02-29T01:02:03.456", FRACTION),
    ("date_hour_minute_second_fraction", "2024-02-29T01:02:03.456", FRACTION),
    ("date_time", "2024-02-29T01:02:03.456+01:00", EARLIER),
    ("strict_date_time", "2024-02-29T01:02:03.456+0100", EARLIER),
    ("date_time_no_millis", "2024-02-29T01:02:03", TIME),
    ("strict_date_time_no_millis", "2024-02-29T01:02:03Z", TIME),
    ("hour", "1", "1970-01-01T01:00:00Z"),
    ("strict_hour_minute", "01:02", "1970-01-01T01:02:00Z"),
    ("hour_minute_second", "1:2:3", "1970-01-01T01:02:03Z"),
    ("hour_minute_second_millis", "1:2:3.4", "1970-01-01T01:02:03.4Z"),
    ("strict_hour_minute_second_fraction", "01:02:03.456", "1970-01-01T01:02:03.456Z"),
    ("time", "01:02:03.456+01:00", "1970-01-01T00:02:03.456Z"),
    ("strict_time_no_millis", "01:02:03Z", "1970-01-01T01:02:03Z"),
    ("t_time", "T01:02:03.456Z", "1970-01-01T01:02:03.456Z"),
    ("strict_t_time_no_millis", "T01:02:03Z", "1970-01-01T01:02:03Z"),
    ("ordinal_date", "2024-60", DAY),
    ("strict_ordinal_date", "2024-060", DAY),
    ("ordinal_date_time", "2024-060T01:02:03.456Z", FRACTION),
    ("strict_ordinal_date_time_no_millis", "2024-060T01:02:03Z", TIME),
    ("week_date", "2024-W9-4", DAY),
    ("strict_week_date", "2024-W09-4", DAY),
    ("week_date_time", "2024-W9-4T1:2:3.456Z", FRACTION),
    ("strict_week_date_time_no_millis", "2024-W09-4T01:02:03+01:00", "2024-02-29T00:02:03Z"),
    ("year", "2024", "2024-01-01T00:00:00Z"),
    ("strict_year_month", "2024-02", "2024-02-01T00:00:00Z"),
    ("year_month_day", "2024-2-29", DAY),
    ("dd/MM/yyyy||yyyy-MM-dd", "29/02/2024", DAY),
    ("dd/MM/yyyy||yyyy-MM-dd", "2024-02-29", DAY),
    ("dd/MM/yyyy||MM/dd/yyyy", "01/02/2024", "2024-02-01T00:00:00Z"),
    ("uuuu-MM-dd HH:mm:ss", "2024-02-29 01:02:03", TIME),
    ("8uuuu-MM-dd HH:mm:ss", "2024-02-29 01:02:03", TIME),
    ("yyyyMMddHHmmssSSS", "20240229010203456", FRACTION),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-02-29T01:02:03.456+01:00", EARLIER),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2024-02-29T01:02:03.456+01", EARLIER),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2024-02-29T01:02:03.456+0100", EARLIER),
    ("yyyy-MM-dd HH:mm:ss[.SSS][ z]", "2024-02-29 01:02:03 GMT", TIME),
    ("yyyy-MM-dd HH:mm:ss[.SSS][ z]", "2024-02-29 01:02:03.456", FRACTION),
    ("uuuu-MM-dd HH:mm:ss VV", "2024-02-29 01:02:03 Z", TIME),
    ("uuuu-MM-dd HH:mm:ss zzz", "2024-02-29 02:02:03 +01:00", TIME),
    ("d.M.yy H:m:s", "29.2.24 1:2:3", TIME),
    ("dd/MMM/yyyy:HH:mm:ss Z", "29/Feb/2024:02:02:03 +0100", TIME),
    ("EEE MMM dd HH:mm:ss Z yyyy", "Thu Feb 29 01:02:03 +0000 2024", TIME),
    ("EEEE, d MMMM yyyy", "Thursday, 29 February 2024", DAY),
    ("MM/dd/yyyy hh:mm:ss a", "02/29/2024 12:02:03 AM", "2024-02-29T00:02:03Z"),
    ("MM/dd/yyyy hh:mm:ss a", "02/29/2024 12:02:03 PM", "2024-02-29T12:02:03Z"),
    ("MM/dd/yyyy KK:mm a", "02/29/2024 11:02 PM", "2024-02-29T23:02:00Z"),
    ("yyyy-MM-dd kk", "2024-02-29 24", DAY),
    ("yyyy-DDD", "2024-060", DAY),
    ("yyyy 'o''clock' HH", "2024 o'clock 01", "2024-01-01T01:00:00Z"),
    ("MM-dd", "02-28", "1970-02-28T00:00:00Z"),
    ("epoch_millis|||strict_date", "2024-02-29", DAY),
    ("basic_week_date", "0024W094", "0024-02-29T00:00:00Z"),
    ("strict_date||epoch_second", "-5", "1969-12-31T23:59:55Z"),
    ("date_optional_time||epoch_second", "1709168523", TIME),
]

UNREAD: list[tuple[str | None, object]] = [
    (None, ""),
    (None, "now"),
    (None, "2024-02-30"),
    (None, "2023-02-29T00:00:00Z"),
    (None, "2024-13-01"),
    (None, "2024-2-29"),
    (None, "2024-02-29T24:00:00Z"),
    (None, "2024-02-29T23:59:60Z"),
    (None, "2024-02-29 01:02:03"),
    (None, "2024-02-29t01:02:03z"),
    (None, "2024-02-29T01:02:03.1234567891Z"),
    (None, "0000-01-01"),
    (None, "0001-01-01T00:00:00+01:00"),
    (None, "9999-12-31T23:59:59-01:00"),
    (None, "+10000-01-01"),
    (None, "2024-02-29T01:02:03Europe/Paris"),
    ("uuuu-MM-dd HH:mm:ss VV", "2024-02-29 01:02:03 Europe/Paris"),
    ("uuuu-MM-dd HH:mm:ss z", "2024-02-29 01:02:03 CET"),
    # Date maths, which a range takes.
    (None, "2024-02-29||+1d"),
    (None, "2024-02-29T01:02:03+18:01"),
    (None, "2024-02-29T01:02:03+01:60"),
    (None, "\u0662\u0660\u0662\u0664-02-29"),
    (None, 10**18),
    (None, -(10**15)),
    (None, True),
    (None, {}),
    ("epoch_second", "1.0000000001"),
    ("dd/MM/yyyy", "2024/02/29"),
    ("EEE dd/MM/yyyy", "Mon 29/02/2024"),
    ("yyyy-DDD", "2023-366"),
    ("yyyy-DDD", "2024-000"),
    ("hh:mm a", "13:00 AM"),
    ("hh:mm", "01:02"),
    ("mm:ss", "01:02"),
    ("ss.SSS", "01.456"),
    ("YYYY-'W'ww", "2024-W09"),
    ("weekyear_week", "2024-W09"),
    ("yyyy-MM-dd G", "2024-02-29 AD"),
    ("yyyy-MM-dd yyyy", "2024-02-29 2024"),
    ("yyyy-MM-dd{", "2024-02-29{"),
    ("yyyy-MM-dd['", "2024-02-29"),
    ("yyyy-MM-dd[", "2024-02-29"),
    ("epoch_millis|||epoch_second", 1709168523),
    ("dd/MM/yyyy|||MM/dd/yyyy", "01/02/2024"),
    # The servers take these for years, out of range here, and not for what comes second.
    (None, -2024),
    (None, "0000"),
    ("date_optional_time||epoch_second", 12345),
    ("year||epoch_second", "-1"),
    ("uuuu||epoch_second", "-2024"),
    ("epoch_millis||epoch_second", 10**15),
    ("strict_date_hour_minute_second||epoch_second", "0000-01-01T00:00:00"),
]


def read(text: object, formats: str | None = None, locale: str | None = None) -> object:
    """The canonical form of a date in a column of this format."""
    return type_of("date").normaliser(Field("date", format=formats, locale=locale))(text)


@pytest.mark.parametrize(("formats", "text", "expected"), READ)
def test_read(formats: str | None, text: object, expected: str) -> None:
    """A date of the mapping's format becomes canonical, its fraction digit for digit."""
    assert read(text, formats) == expected


@pytest.mark.parametrize(("formats", "text"), UNREAD)
def test_unread(formats: str | None, text: object) -> None:
    """What is no date, is out of range, or can't be read faithfully is refused."""
    with pytest.raises(Misfit):
        read(text, formats)


@pytest.mark.parametrize("formats", [None, "dd/MM/yyyy", "epoch_millis", "YYYY"])
@pytest.mark.parametrize("text", [DAY, FRACTION, "0001-01-01T00:00:00.123456789Z"])
def test_canonical_passes(text: str, formats: str | None) -> None:
    """A canonical date stays as it is, whatever the format."""
    assert read(text, formats) == text


def test_two_readings() -> None:
    """Where the server is asked, a canonical text may be its own: it is not read again."""
    assert read("2024-02-03T04:05:06Z", "uuuu-dd-MM'T'HH:mm:ssX") == "2024-03-02T04:05:06Z"
    assert read("2024-03-02T04:05:06Z", "uuuu-MM-dd'T'HH:mm:ssVV") == "2024-03-02T04:05:06Z"
    with pytest.raises(Misfit):
        read("2024-02-03T04:05:06Z", "uuuu-dd-MM'T'HH:mm:ssVV")


def test_locale() -> None:
    """Names of months are read in English, and only where the mapping means English."""
    assert read("29 Feb 2024", "dd MMM yyyy", "en_US") == DAY
    assert read("29 02 2024", "dd MM yyyy", "fr") == DAY
    with pytest.raises(Misfit):
        read("29 Feb 2024", "dd MMM yyyy", "fr")


def test_named_formats() -> None:
    """Every format of the reference is there, save those whose weeks depend on the server."""
    both = BOTH_FORMS.split()
    for name in [*NAMES.split(), *both, *(f"strict_{name}" for name in both)]:
        assert name in NAMED
        assert parser(name)("no date") is None


@given(
    st.datetimes(datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-12-31")),
    st.integers(-18 * 60, 18 * 60),
    st.text("0123456789", max_size=9),
)
def test_offsets(moment: datetime, minutes: int, fraction: str) -> None:
    """A date with an offset is the same moment in UTC, and its fraction the same digits."""
    zone = timezone(timedelta(minutes=minutes))
    moment = moment.replace(microsecond=0, tzinfo=timezone.utc)
    text = moment.astimezone(zone).replace(tzinfo=None).isoformat()
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    fraction = f".{fraction}" if fraction else ""
    expected = f"{moment.replace(tzinfo=None).isoformat()}{fraction}Z"
    assert read(f"{text}{fraction}{offset}") == expected


@given(st.integers(-(10**19), 10**19))
def test_epoch(millis: int) -> None:
    """Milliseconds are exact, and refused where there is no such year."""
    try:
        moment = datetime.fromisoformat("1970-01-01") + timedelta(milliseconds=1) * millis
    except OverflowError:
        with pytest.raises(Misfit):
            read(millis, "epoch_millis")
        return
    fraction = f".{millis % 1000:03d}" if millis % 1000 else ""
    assert read(millis, "epoch_millis") == f"{moment.replace(microsecond=0).isoformat()}{fraction}Z"


@given(st.from_regex(CANONICAL_DATE, fullmatch=True))
def test_is_canonical(text: str) -> None:
    """The pattern and the calendar agree, save for days that no month has."""
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        assert not is_canonical(text)
    else:
        assert is_canonical(text)
