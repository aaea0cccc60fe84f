"""Dates as documents write them: one moment in any format of a mapping."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.fields.test_dates import BOTH_FORMS, NAMES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

#: Java patterns, with those of Python that write the same.
_PATTERNS = {
    "uuuu/MM/dd HH:mm:ss": "%Y/%m/%d %H:%M:%S",
    "dd.MM.yyyy": "%d.%m.%Y",
    "dd/MM/uuuu[ HH:mm]": "%d/%m/%Y",
    "MMM d, yyyy h:mm a": "%b %d, %Y %I:%M %p",
    "EEE MMM dd HH:mm:ss Z yyyy": "%a %b %d %H:%M:%S +0130 %Y",
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX": "%Y-%m-%dT%H:%M:%S.250-07:00",
    "yyyy-MM-dd HH:mm:ss.SSSSSS": "%Y-%m-%d %H:%M:%S.%f",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
    "dd-MMM-yy": "%d-%b-%y",
    "yyyy-DDD": "%Y-%j",
    "yyyy-MM": "%Y-%m",
    "HH:mm": "%H:%M",
    # What only the server reads.
    "uuuu-MM-dd HH:mm:ss VV": "%Y-%m-%d %H:%M:%S {region}",
    "EEE, dd MMM yyyy HH:mm:ss zzz": "%a, %d %b %Y %H:%M:%S {region}",
    "d MMMM uuuu": "%d {month} %Y",
    "uuuu-MM-dd A": "%Y-%m-%d 3600000",
    "YYYY-'W'ww-e": "%G-W%V-%u",
}
#: Names of months, where the language of a mapping has others than English.
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
#: Languages of a mapping.
LOCALES = st.sampled_from([*_MONTHS, "en", "en-GB"])
_EPOCHS = {"epoch_second": 1, "epoch_millis": 1000}

#: The longer of two names that begin alike first.
_DAYS = {
    "ordinal_date": "%Y-%j",
    "week_date": "%G-W%V-%u",
    "year_month_day": "%Y-%m-%d",
    "year_month": "%Y-%m",
    "year": "%Y",
    "date": "%Y-%m-%d",
}
_TIMES = {
    "optional_time_nanos": "%H:%M:%S.{fraction}{zone}",
    "optional_time": "%H:%M:%S.{fraction}{zone}",
    "hour_minute_second_fraction": "%H:%M:%S.{fraction}",
    "hour_minute_second_millis": "%H:%M:%S.{fraction}",
    "hour_minute_second": "%H:%M:%S",
    "hour_minute": "%H:%M",
    "hour": "%H",
    "t_time_no_millis": "T%H:%M:%S{zone}",
    "t_time": "T%H:%M:%S.{fraction}{zone}",
    "time_no_millis": "%H:%M:%S{zone}",
    "time": "%H:%M:%S.{fraction}{zone}",
}

#: Every format that has a name.
NAMED = [
    *NAMES.split(),
    *BOTH_FORMS.split(),
    *(f"strict_{name}" for name in BOTH_FORMS.split()),
    *_EPOCHS,
]

_MOMENTS = st.one_of(
    st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2261-01-01")),
    st.datetimes(),
    st.integers(0, 100_000).map(lambda n: datetime.fromisoformat("1970-01-01") + timedelta(0, n)),
)
_FRACTIONS = st.sampled_from(["250", "1", "123456", "123456789", "000"])
_ZONES = st.sampled_from(["Z", "Z", "+01:00", "-07:30", "+0130"])
_REGIONS = st.sampled_from(["Z", "UTC", "+01:00", "Europe/Berlin", "America/New_York", "CET"])


def formats() -> SearchStrategy[str]:
    """Formats of a mapping."""
    one = st.sampled_from([*NAMED, *_PATTERNS])
    usual = st.sampled_from(
        [
            "strict_date_optional_time||epoch_millis",
            "date_optional_time||epoch_second",
            "epoch_second||strict_date_optional_time",
            "epoch_millis||yyyy-MM",
            "yyyy||epoch_second",
        ]
    )
    return st.one_of(one, one, st.lists(one, min_size=2, max_size=2).map("||".join), usual)


def dates(format_of_field: str | None, locale: str | None = None) -> SearchStrategy[Any]:
    """Moments in one of the alternatives of ``format_of_field``."""
    alternatives = (format_of_field or "strict_date_optional_time||epoch_millis").split("||")
    parts = st.fixed_dictionaries({"fraction": _FRACTIONS, "zone": _ZONES, "region": _REGIONS})
    return st.builds(_written, st.sampled_from(alternatives), _MOMENTS, parts, st.just(locale))


def _written(name: str, moment: datetime, parts: dict[str, str], locale: str | None) -> object:
    if name in _EPOCHS:
        return _since_epoch(moment, _EPOCHS[name], parts["fraction"])
    # Python's %Y has no leading zeros.
    layout = _PATTERNS.get(name) or _layout(name)
    text = moment.strftime(layout.replace("%Y", f"{moment.year:04d}"))
    months = _MONTHS.get(locale or "")
    return text.format(
        **parts, month=months.split()[moment.month - 1] if months else f"{moment:%B}"
    )


def _since_epoch(moment: datetime, units: int, fraction: str) -> object:
    """The number, as one or as text, some with a fraction."""
    number = (moment - datetime.fromisoformat("1970-01-01")) // timedelta(seconds=1) * units
    # OpenSearch adds a fraction also to a negative number.
    if fraction == "1" or number < 0:
        return number
    if fraction == "000":
        return number + 0.5
    return str(number) if fraction == "250" else f"{number}.{fraction}"


def _layout(name: str) -> str:
    bare = name.removeprefix("strict_")
    basic = bare.startswith("basic_")
    bare = bare.removeprefix("basic_")
    if bare == "iso8601":
        bare = "date_optional_time"
    day = next((each for each in _DAYS if bare.startswith(each)), "")
    time = _TIMES.get(bare.removeprefix(day).removeprefix("_"), "")
    both = "T" if day and time else ""
    layout = _DAYS.get(day, "") + both + time
    return layout.replace("-", "").replace(":", "") if basic else layout
