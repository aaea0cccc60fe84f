"""Where runs begin, and the bookmarks they leave."""

from __future__ import annotations

import logging

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.config import Settings
from tap_elasticsearch.config.instants import parse_instant
from tap_elasticsearch.extraction.bookmarks import Bookmarks, KeyedRecord, beginning
from tap_elasticsearch.reading import Key

N = Key("n", "number")
AT = Key("at", "date")
LOGGER = logging.getLogger(__name__)


@given(st.none() | st.integers(), st.lists(st.integers(), min_size=1))
def test_bookmarks_never_go_back(start: int | None, places: list[int]) -> None:
    """Whatever comes, the bookmark is the largest place so far, and at least where it began."""
    bookmarks = Bookmarks(N, start)
    left = [bookmarks.at(place) for place in places]
    begun = [] if start is None else [start]
    assert left == [max([*begun, *places[: n + 1]]) for n in range(len(places))]


def test_the_sdk_reads_the_bookmark() -> None:
    """Asked for the key, a record answers with its bookmark; it is written as it is."""
    record = KeyedRecord({"at": "own"}, "at", "bookmark")
    assert record["at"] == "bookmark"
    assert msgspec.json.decode(msgspec.json.encode(record)) == {"at": "own"}
    assert KeyedRecord({"at": {"x": 1}}, "at.x", 1)["at.x"] == 1


def test_the_bookmark_goes_before_the_settings() -> None:
    """The settings say where to begin only as long as there is no bookmark."""
    settings = Settings(start_date="2024-01-01")
    assert beginning(None, AT, settings, None, LOGGER) == parse_instant("2024-01-01")
    assert beginning(5, AT, settings, None, LOGGER) == 5
    assert beginning(None, AT, settings, "2020-01-01", LOGGER) == parse_instant("2020-01-01")
    assert beginning(None, N, settings, None, LOGGER) is None
    assert beginning(None, N, settings, 7, LOGGER) == 7
    assert beginning(None, AT, Settings(), None, LOGGER) is None
