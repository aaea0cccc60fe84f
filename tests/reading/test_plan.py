"""Units, queries and page sizes: the decisions of a reading, without a server."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.config import Settings
from tap_elasticsearch.exceptions import (
    NotFoundError,
    SlowError,
    TimedOutError,
    TooLargeError,
    UnavailableError,
)
from tap_elasticsearch.reading import Target, Unit, all_of, plan
from tap_elasticsearch.reading.contexts import seconds
from tap_elasticsearch.reading.query import count_body, page_body, pit_of
from tap_elasticsearch.reading.sizes import FIRST, GROWTH, PageSize


def test_a_unit_for_each_shard() -> None:
    """Every shard of every index is read, with the largest page that its index allows."""
    narrow = {"index.number_of_shards": "1", "index.max_result_window": "5"}
    a, b = Target("a"), Target("b", {"match_all": {}})
    settings = {"a": {"index.number_of_shards": "2"}, "b": narrow}
    assert plan([a, b], settings) == [Unit(a, 0), Unit(a, 1), Unit(b, 0, window=5)]


@pytest.mark.parametrize(
    ("more", "numbered"),
    [
        ({}, True),
        ({"index.mode": "standard"}, True),
        ({"index.mode": "logsdb"}, False),
        ({"index.mode": "time_series"}, False),
        ({"index.disable_sequence_numbers": "true"}, False),
        ({"index.seq_no.index_options": "doc_values_only"}, False),
        ({"index.sort.field": "name"}, False),
        ({"index.uuid": ""}, False),
    ],
)
def test_sequence_numbers(more: dict[str, str], numbered: bool) -> None:
    """An index is read by its numbers where it has them, in the order of its documents."""
    settings = {"index.number_of_shards": "1", "index.uuid": "u", **more}
    (unit,) = plan([Target("a")], {"a": settings})
    assert unit.numbered == numbered
    (unit,) = plan([Target("a")], {"a": settings}, points_in_time=False)
    assert not unit.numbered


def test_an_index_that_vanished() -> None:
    """An index that went away between looking it up and reading it is an error."""
    with pytest.raises(NotFoundError, match="'a' was there a moment ago"):
        plan([Target("a")], {})


def test_queries_are_joined() -> None:
    """The stream's query and an alias's filter must both match; nothing at all matches all."""
    one, other = {"term": {"a": 1}}, {"term": {"b": 2}}
    assert all_of(None, None) is None
    assert all_of(one, None) == one
    assert all_of(one, other) == {"bool": {"filter": [one, other]}}


def test_the_first_page() -> None:
    """The request carries its time, its order and no count."""
    expected = {
        "pit": {"id": "x", "keep_alive": "10m"},
        "size": 7,
        "sort": [{"_shard_doc": "asc"}],
        "track_total_hits": False,
    }
    body = page_body(pit_of("x", "10m"), size=7, tie_break="_shard_doc")
    assert body == expected


def test_a_later_page() -> None:
    """The sort values of the last hit go back as the text they came as, to the last digit."""
    after = msgspec.Raw(b"[9223372036854775807]")
    query: dict[str, Any] = {"match_all": {}}
    body = page_body(pit_of("x", "10m"), size=7, tie_break="_doc", query=query, after=after)
    assert b'"search_after":[9223372036854775807]' in msgspec.json.encode(body)
    assert body["query"] == query


def test_counting() -> None:
    """The count covers the same query, and returns no documents."""
    query: dict[str, Any] = {"match_all": {}}
    body = count_body(pit_of("x", "10m"), query)
    assert (body["size"], body["track_total_hits"], body["query"]) == (0, True, query)


@pytest.mark.parametrize(("text", "expected"), [("5s", 5), ("10m", 600), ("2h", 7200)])
def test_durations(text: str, expected: int) -> None:
    """Durations are understood as the server does."""
    assert seconds(text) == expected


def test_a_fixed_page_size_stays() -> None:
    """A size that the user gave is kept, but for what the index allows."""
    size = PageSize.of(Settings(page_size=700), window=500)
    size.learn(documents=500, size_in_bytes=1)
    assert size.size == 500


def test_an_automatic_page_size_grows_toward_its_bytes() -> None:
    """Pages grow step by step until an answer has about the bytes that were asked for."""
    size = PageSize.of(Settings(page_bytes=1_000_000), window=10_000)
    sizes = []
    for _ in range(4):
        sizes.append(size.size)
        size.learn(documents=size.size, size_in_bytes=size.size * 1_000)
    assert sizes == [FIRST, FIRST * GROWTH, 1_000, 1_000]


@pytest.mark.parametrize("settings", [Settings(), Settings(page_size=800)])
def test_a_page_that_was_too_much(settings: Settings) -> None:
    """Pages become half as large at once, and grow again while they succeed."""
    size = PageSize.of(settings, window=10_000)
    for _ in range(5):
        size.learn(documents=size.size, size_in_bytes=size.size * 10_000)
    full = size.size
    size.shrink(UnavailableError("HTTP 503"))
    assert size.size == full
    size.shrink(TooLargeError("Data too large"))
    size.shrink(SlowError("No answer in time"))
    size.shrink(TimedOutError("HTTP 504"))
    assert size.size == full // 8
    size.learn(documents=size.size, size_in_bytes=size.size * 10_000)
    assert full // 8 < size.size < full
    for _ in range(30):
        size.learn(documents=size.size, size_in_bytes=size.size * 10_000)
    assert size.size == full


@pytest.mark.parametrize("settings", [Settings(), Settings(page_size=800)])
@pytest.mark.parametrize("most", [8, 90, 500])
def test_a_page_size_that_is_too_much_for_good(settings: Settings, most: int) -> None:
    """It is tried again, but not with every other page, however small the others must be."""
    size = PageSize.of(settings, window=10_000)
    asked = []
    for _ in range(60):
        asked.append(size.size)
        if size.size > most:
            size.shrink(TooLargeError("Data too large"))
        else:
            size.learn(documents=size.size, size_in_bytes=size.size * 50)
    assert 2 <= sum(each > most for each in asked) <= len(asked) / 3


def test_a_document_alone() -> None:
    """No page is asked for that is smaller than one document."""
    size = PageSize.of(Settings(), window=10_000)
    for _ in range(20):
        size.shrink(TooLargeError("Data too large"))
    assert size.size == 1


@given(
    window=st.integers(1, 20_000),
    page_bytes=st.integers(1_000, 10**9),
    weights=st.lists(st.integers(1, 10**8), max_size=20),
)
def test_page_sizes_stay_in_bounds(window: int, page_bytes: int, weights: list[int]) -> None:
    """Whatever the documents weigh, a page asks for at least one and never more than allowed."""
    size = PageSize.of(Settings(page_bytes=page_bytes), window)
    for weight in weights:
        assert 1 <= size.size <= window
        size.learn(documents=size.size, size_in_bytes=size.size * weight)
