"""Dates as whole nanoseconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.config.instants import FIRST, LAST, format_instant, parse_instant

READ = {
    "1970-01-01": 0,
    "1970-01-01T00:00:01": 1_000_000_000,
    "1970-01-01 00:01Z": 60_000_000_000,
    "1969-12-31T23:59:59.999999999Z": -1,
    "1970-01-01T01:00:00+01:00": 0,
    "2262-04-11T23:47:16.854775807Z": 2**63 - 1,
}


@pytest.mark.parametrize(("text", "nanoseconds"), READ.items())
def test_read(text: str, nanoseconds: int) -> None:
    """Days, times, fractions to nine digits and zones are understood exactly."""
    assert parse_instant(text) == nanoseconds


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "2024-02-30", "24-01-01", "", "1e9"])
def test_refused(text: str) -> None:
    """What is no date is refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@given(st.integers(FIRST, LAST))
def test_written_and_read(nanoseconds: int) -> None:
    """Every instant survives being written, always in the same number of characters."""
    text = format_instant(nanoseconds)
    assert parse_instant(text) == nanoseconds
    assert len(text) == 30


@given(st.integers(), st.integers())
def test_texts_are_in_the_order_of_time(one: int, other: int) -> None:
    """Texts compare as the instants do, also at the borders of what can be written."""
    low, high = sorted((one, other))
    assert format_instant(low) <= format_instant(high)
