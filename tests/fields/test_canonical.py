"""Many dates at once are told as each is told alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.fields import CANONICAL_DATE, are_canonical, is_canonical_date

CANONICAL = st.from_regex(CANONICAL_DATE, fullmatch=True)
#: What decoders of dates may take, and what may stand between two of them.
PIECES = st.sampled_from(
    [*'tzZ .,0"\\\n\0é\u0662\uff12\ud800', "+00:00", "-0100", '","', "\\u005a", "12345678", ""]
)


@st.composite
def almost(draw: st.DrawFn) -> str:
    """A canonical date with a few characters replaced by others."""
    text: str = draw(CANONICAL)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 2)))
    piece: str = draw(PIECES)
    return text[:start] + piece + text[end:]


VALUES = st.lists(CANONICAL | almost() | st.text() | st.none() | st.integers(), max_size=3)


@given(st.lists(CANONICAL), VALUES)
def test_as_one_by_one(dates: list[str], others: list[object]) -> None:
    """All are canonical if each one is."""
    values = [*dates, *others]
    expected = all(map(is_canonical_date, values))
    assert are_canonical(values) == expected or (expected and _last(values))


def _last(values: list[object]) -> bool:
    """Does msgspec round one of ``values`` to year 10000? Then they may be looked at one by one."""
    return any(str(value).startswith("9999-12-31T23:59:59.999999") for value in values)


@pytest.mark.parametrize(
    "date",
    [
        "2024-01-01t00:00:00Z",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00z",
        "2024-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00-0000",
        "2024-01-01T00:00:00.1234567890Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T24:00:00Z",
        "2024-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        '2024-01-01T00:00:00Z","2024-01-01T00:00:00',
        "",
        0,
    ],
)
def test_what_is_not_canonical(date: object) -> None:
    """What msgspec takes is not enough, in any place of the list."""
    clean = "2024-01-01T00:00:00Z"
    assert are_canonical([clean, clean])
    assert not are_canonical([date])
    assert not are_canonical([date, clean])
    assert not are_canonical([clean, date])


def test_a_date_in_two() -> None:
    """Two texts that are a list of dates only together are none."""
    date = "2024-01-01T00:00:00Z"
    assert not are_canonical([f'{date}","{date}'])


def test_the_ends() -> None:
    """Years 1 to 9999 are canonical."""
    assert are_canonical(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    assert are_canonical([])
