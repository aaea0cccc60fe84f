"""What of a shard a full table has passed, in the sequence numbers of its documents.

Every change of a document gives it the next number of its shard, on all copies of it, and across
restarts: what a later snapshot has beyond the numbers that were passed is new or has changed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

#: A number may become visible after higher ones, while documents are written: up to 3,713 below
#: the highest were seen to (Elasticsearch 8.19 and 9.5, six writers). Further below, none is
#: expected any more.
MARGIN = 100_000
#: Spans without a document that are kept of a shard: they are in the state, which must be small.
MOST_HOLES = 200


class Span(NamedTuple):
    """The numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1


class Tally(NamedTuple):
    """What tells a set of numbers from others, but for odd coincidences."""

    documents: int
    sum: int


NOTHING = Tally(0, 0)


class Progress:
    """How far the reading of one shard is.

    Attributes:
        done: The numbers that were passed, as spans that are ascending and apart.
        newest: The highest number of the newest snapshot; -1: it is empty.
        term: The primary term of that document: another one after a primary was lost, and numbers
            near the highest with it.
        seen: The numbers of documents among those that were passed near the newest.
        holes: The numbers of no document among them; None: there are too many to keep.
        finished: Was a shard whose documents have no usable numbers read to its end?
    """

    def __init__(
        self,
        done: Iterable[Span] = (),
        *,
        newest: int = -1,
        term: int = 0,
        seen: Tally = NOTHING,
        holes: Iterable[Span] | None = (),
        finished: bool = False,
    ) -> None:
        self.done = merged(done)
        self.newest = newest
        self.term = term
        self.seen = seen
        self.holes = None if holes is None else list(holes)
        self.finished = finished

    def missing(self) -> list[Span]:
        """The numbers up to the newest that were not passed."""
        firsts = [0, *(span.last + 1 for span in self.done)]
        lasts = [*(min(span.first - 1, self.newest) for span in self.done), self.newest]
        return [Span(*ends) for ends in zip(firsts, lasts, strict=True) if ends[0] <= ends[1]]

    def uncertain(self) -> list[Span]:
        """What was passed near the newest: a document may have become visible there since."""
        first = self._certain + 1
        return [Span(max(span.first, first), span.last) for span in self.done if span.last >= first]

    def forget(self) -> None:
        """Let everything be read again."""
        self.done = []
        self.seen = NOTHING
        self.holes = []

    def forget_uncertain(self) -> None:
        """Let what was passed near the newest be read again."""
        last = self._certain
        self.done = [Span(s.first, min(s.last, last)) for s in self.done if s.first <= last]
        self.seen = NOTHING
        self.holes = []

    def forget_holes(self) -> None:
        """Let be read again where a document may have become visible among what was passed.

        What was seen there may be gone, but nothing else can have come.
        """
        if self.holes is None:
            self.forget_uncertain()
            return
        self.done = [left for span in self.done for left in _without(span, self.holes)]
        self.holes = []

    def begin(self, newest: int, term: int) -> None:
        """Go on in a new snapshot.

        Args:
            newest: The highest number of its documents; -1: there is none.
            term: The primary term of that one.
        """
        self.newest = newest
        self.term = term
        self._keep(self.holes)

    def add(self, span: Span, numbers: Collection[int] | None) -> None:
        """Count ``span`` as passed.

        Args:
            span: What was read.
            numbers: Those of the documents in it, or None where they do not matter.
        """
        self.done = merged([*self.done, span])
        near = [number for number in numbers or () if number > self._certain]
        self.seen = Tally(self.seen.documents + len(near), self.seen.sum + sum(near))
        if self.holes is not None and not self.is_certain(span):
            found = _between(near, Span(max(span.first, self._certain + 1), span.last))
            self._keep(merged([*self.holes, *found]))

    def _keep(self, holes: list[Span] | None) -> None:
        """Keep those of ``holes`` that matter, unless they are too many."""
        near = [hole for hole in holes or () if not self.is_certain(hole)]
        self.holes = None if holes is None or len(near) > MOST_HOLES else near

    def is_certain(self, span: Span) -> bool:
        """Can no document become visible in ``span`` any more?"""
        return span.last <= self._certain

    @property
    def _certain(self) -> int:
        return self.newest - MARGIN


def _between(numbers: Collection[int], span: Span) -> list[Span]:
    """What ``span`` has beside ``numbers``, which are in it."""
    ends = [span.first - 1, *sorted(set(numbers)), span.last + 1]
    return [Span(a + 1, b - 1) for a, b in pairwise(ends) if b - a > 1]


def _without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """What ``span`` has beside ``holes``, which are ascending and apart."""
    first = span.first
    for hole in holes:
        if first <= hole.last and hole.first <= span.last:
            if first < hole.first:
                yield Span(first, hole.first - 1)
            first = hole.last + 1
    if first <= span.last:
        yield Span(first, span.last)


def merged(spans: Iterable[Span]) -> list[Span]:
    """``spans`` in their order, those that touch as one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.first <= result[-1].last + 1:
            result[-1] = Span(result[-1].first, max(result[-1].last, span.last))
        else:
            result.append(span)
    return result
