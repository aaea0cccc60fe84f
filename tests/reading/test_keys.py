"""Replication keys: places, bookmarks, bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.config.instants import parse_instant
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.reading import Key, Window, key_query, window_of
from tap_elasticsearch.reading.keys import BOOLEAN, DATE, KINDS, NUMBER, TEXT

AT = Key("at", DATE)
NOON = parse_instant("2024-01-01T12:00:00Z")


def test_precisions_meet_in_one_order() -> None:
    """Milliseconds of a date and nanoseconds of a date_nanos are the same place."""
    assert AT.place("date", NOON // 1_000_000) == AT.place("date_nanos", NOON) == NOON


BOOKMARKS = {
    "date": (AT, NOON, "2024-01-01T12:00:00.000000000Z"),
    "integer": (Key("n", NUMBER), 2**64 - 1, 18446744073709551615),
    "float": (Key("n", NUMBER), 0.1, 0.1),
    "text": (Key("k", TEXT), "é", "é"),
    "true": (Key("b", BOOLEAN), 1, True),
    "false": (Key("b", BOOLEAN), 0, False),
}


@pytest.mark.parametrize(("key", "place", "bookmark"), BOOKMARKS.values(), ids=BOOKMARKS)
def test_bookmarks(key: Key, place: int, bookmark: object) -> None:
    """A place becomes a bookmark that stands for the same place."""
    assert key.bookmark(place) == bookmark
    assert key.parse(bookmark, "it") == place
    assert key.parse(str(bookmark), "it") == place


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (AT, "soon"),
        *((Key("n", NUMBER), value) for value in ("many", "nan", math.inf, "-inf", "1e400")),
        (Key("n", NUMBER), 10**400),
        (Key("k", TEXT), 5),
        (Key("b", BOOLEAN), "maybe"),
    ],
)
def test_foreign_bookmarks(key: Key, value: object) -> None:
    """A value of another kind is refused, with its origin."""
    with pytest.raises(SettingsError, match="start_value is"):
        key.parse(value, "start_value")


def test_without_bounds() -> None:
    """Without bounds, documents must still have the key."""
    assert key_query(AT, "date", Window()) == {"exists": {"field": "at"}}


def test_bounds() -> None:
    """The lower bound is included, the upper is not, and both are in a form of our own."""
    query = key_query(AT, "date", Window(NOON, NOON + 1_000_000))
    bounds = {
        "gte": "2024-01-01T12:00:00.000000000Z",
        "lt": "2024-01-01T12:00:00.001000000Z",
        "format": "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'",
    }
    assert query == {"bool": {"filter": [{"exists": {"field": "at"}}, {"range": {"at": bounds}}]}}


def test_bounds_of_nanoseconds() -> None:
    """What a date_nanos cannot hold is no bound for it: the server would refuse it."""
    window = Window(parse_instant("1900-01-01"), parse_instant("2300-01-01"))
    bounds = key_query(AT, "date_nanos", window)["bool"]["filter"][1]["range"]["at"]
    assert bounds["gte"].startswith("1970-01-01")
    assert bounds["lt"].startswith("2262-04-11")


@given(
    start=st.none() | st.integers(0, 2**62),
    lookback=st.floats(0, 1e6),
    lag=st.floats(0, 1e6),
    end=st.none() | st.integers(0, 2**62),
    now=st.integers(2**60, 2**62),
)
def test_windows(start: int | None, lookback: float, lag: float, end: int | None, now: int) -> None:
    """A window never begins behind its start, and never ends in the lag or behind the end."""
    window = window_of(start, kind=DATE, lookback=lookback, lag=lag, end=end, now=now)
    assert window.upper is not None
    assert window.upper % 1_000_000 == 0
    assert window.upper <= now
    assert end is None or window.upper <= end
    assert (window.lower is None) == (start is None)
    assert start is None or int(window.lower or 0) <= start


def test_windows_of_other_keys() -> None:
    """Only time has a lag, a lookback and an end."""
    window = window_of(5, kind=NUMBER, lookback=60, lag=60, end=7, now=1)
    assert window == Window(5)


def test_every_kind_can_be_read() -> None:
    """Each type that can be a key has a kind with bookmarks."""
    assert set(KINDS.values()) == {DATE, NUMBER, TEXT, BOOLEAN}


@given(stored=st.integers(-(10**12), 10**12), factor=st.sampled_from([3, 10, 100, 1_000, 1e6, 7.3]))
def test_scaled_floats(stored: int, factor: float) -> None:
    """What is stored is behind its own sort value, and nothing before it is.

    Elasticsearch sorts by ``stored * (1 / factor)`` and compares with the bound times the factor,
    rounded up (ScaledFloatFieldMapper).
    """
    query = key_query(Key("n", NUMBER), "scaled_float", Window(stored * (1 / factor)))
    bound = query["bool"]["filter"][1]["range"]["n"]["gte"]
    assert stored - 1 < math.ceil(bound * factor) <= stored
