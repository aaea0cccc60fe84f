"""What of a shard is done, in spans of sequence numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.reading import Progress, Span, Tally
from tap_elasticsearch.reading.progress import MARGIN, MOST_HOLES

SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 5)).map(lambda p: Span(p[0], p[0] + p[1]))
)


def numbers(spans: list[Span]) -> set[int]:
    """All numbers of ``spans``."""
    return {number for span in spans for number in range(span.first, span.last + 1)}


@given(spans=SPANS, newest=st.integers(-1, 40))
def test_done_and_missing(spans: list[Span], newest: int) -> None:
    """What is done and what is missing are all numbers there are, and each of them once."""
    progress = Progress(newest=newest)
    for span in spans:
        progress.add(span, None)
    assert numbers(progress.done) == numbers(spans)
    assert numbers(progress.missing()) == set(range(newest + 1)) - numbers(spans)
    ends = [end for span in progress.done for end in span]
    assert ends == sorted(ends)
    assert all(b.first > a.last + 1 for a, b in zip(progress.done, progress.done[1:], strict=False))


@given(spans=SPANS, newest=st.integers(0, 40))
def test_what_is_near_the_newest(spans: list[Span], newest: int) -> None:
    """What is more than the margin below the newest stays done; the rest can be forgotten."""
    progress = Progress(spans, newest=MARGIN + newest, seen=Tally(3, 7))
    near = numbers(progress.uncertain())
    assert near == {number for number in numbers(spans) if number > newest}
    assert all(progress.is_certain(Span(n, n)) for n in numbers(spans) - near)
    progress.forget_uncertain()
    assert numbers(progress.done) == numbers(spans) - near
    assert progress.seen == (0, 0)


@given(
    pieces=st.lists(
        st.tuples(st.integers(0, 5), st.sets(st.integers(0, 9))), unique_by=lambda p: p[0]
    ),
    newest=st.integers(0, 60),
)
def test_where_something_may_appear(pieces: list[tuple[int, set[int]]], newest: int) -> None:
    """Of what was passed near the newest, what had no document is read again, and nothing else."""
    progress = Progress(newest=MARGIN + newest)
    passed: set[int] = set()
    seen: set[int] = set()
    for piece, within in pieces:
        span = Span(10 * piece, 10 * piece + 9)
        found = {span.first + number for number in within}
        progress.add(span, None if progress.is_certain(span) else found)
        passed |= numbers([span])
        seen |= found
    progress.forget_holes()
    certain = {number for number in passed if number <= newest}
    # A span without documents may begin before that border.
    assert certain | (passed & seen) >= numbers(progress.done) >= passed & seen
    assert all(number <= newest for number in passed - seen if number in numbers(progress.done))


def test_too_many_holes() -> None:
    """Where too many spans have no document, everything near the newest is read again."""
    progress = Progress(newest=1_000_000)
    progress.add(Span(0, 900_000), None)
    progress.add(
        Span(900_001, 900_000 + 4 * MOST_HOLES), range(900_001, 900_000 + 4 * MOST_HOLES, 2)
    )
    assert progress.holes is None
    progress.forget_holes()
    assert progress.done == [(0, 900_000)]
    assert progress.holes == []


def test_holes_far_below_the_newest() -> None:
    """They are not kept: nothing appears there any more."""
    progress = Progress(newest=MARGIN + 10)
    progress.add(Span(5, 20), [6, 12, 13])
    assert progress.holes == [(11, 11), (14, 20)]
    progress.begin(MARGIN + 15, 1)
    assert progress.holes == [(14, 20)]


def test_only_what_is_near_is_tallied() -> None:
    """Numbers far below the newest are not counted: nothing becomes visible there any more."""
    progress = Progress(newest=MARGIN + 10)
    progress.add(Span(0, 20), [3, 10, 11, 15])
    assert progress.seen == (2, 26)
    progress.add(Span(21, 22), None)
    assert progress.seen == (2, 26)
