"""What of a shard is done, in spans of sequence numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.reading import Progress, Span, Tally
from tap_elasticsearch.reading.progress import MARGIN

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


def test_only_what_is_near_is_tallied() -> None:
    """Numbers far below the newest are not counted: nothing becomes visible there any more."""
    progress = Progress(newest=MARGIN + 10)
    progress.add(Span(0, 20), [3, 10, 11, 15])
    assert progress.seen == (2, 26)
    progress.add(Span(21, 22), None)
    assert progress.seen == (2, 26)
