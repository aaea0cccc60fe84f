"""The way through one shard by sequence numbers: pieces that do not need each other.

A number stands for one document, so that a piece of as many numbers as a page may have documents is
one request, which can be made at any time, beside others, and again in another point in time. Only
in an index that was shrunk, the documents of several former shards have the same numbers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.exceptions import IncompleteError
from tap_elasticsearch.reading.losses import Losses
from tap_elasticsearch.reading.progress import Span
from tap_elasticsearch.reading.query import piece_body
from tap_elasticsearch.reading.sizes import GROWTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from msgspec import Raw

    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.progress import Progress
    from tap_elasticsearch.reading.sizes import PageSize
    from tap_elasticsearch.records.hits import Hit, Page


#: Documents to a number, however many pieces in a row have none.
_LEAST_DENSITY = 1e-9

_decode = msgspec.json.Decoder(list[tuple[int, Any]]).decode


@dataclass(slots=True)
class Piece:
    """What one request asks for.

    Attributes:
        cursor: Whose it is.
        context: The point in time that it is asked in.
        span: The numbers.
        after: The sort values of the last document that was read before it, if any.
        known: How many documents with the first number were read before it.
        asked: How many documents the answer may have; fewer after one that was too much.
        read: The numbers whose documents the answer has, all of them; None: of no number.
    """

    cursor: Cursor
    context: Context
    span: Span
    after: Raw | None = None
    known: int = 0
    asked: int = 0
    read: Span | None = None

    def body(self, tie_break: str, pit: Mapping[str, Any]) -> dict[str, Any]:
        """The request, for as many documents as may be asked for now."""
        target = self.context.unit.target
        self.asked = self.cursor.size.size
        return piece_body(
            pit,
            size=self.asked,
            tie_break=tie_break,
            span=self.span,
            query=target.query,
            after=self.after,
            fetched=target.fetched,
        )

    def require(self, page: Page) -> None:
        """Raise if ``page`` does not have what the piece has, or was asked for.

        Raises:
            IncompleteError: It does not.
        """
        expected = min(page.found.total.value - self.known, self.asked)
        if len(page.hits) != expected:
            msg = (
                f"Reading {self.context.unit}: an answer with {len(page.hits):,} documents should"
                f" have had {expected:,}."
            )
            raise IncompleteError(msg)

    def answered(self, page: Page, size_in_bytes: int) -> None:
        """Note what was read with ``page``; the rest comes next."""
        self.cursor.answered(self, page, size_in_bytes)

    def passed(self, hits: Sequence[Hit]) -> None:
        """Count what was read as done: the records of ``hits`` are written."""
        self.cursor.passed(self, hits)


class Cursor:
    """Where the reading of one shard is.

    Attributes:
        context: Its point in time.
        progress: What of it is done.
        size: How many documents to ask for.
        flying: Pieces that were asked for and not answered.
        read: Documents read in this point in time.
        losses: The points in time that were lost.
    """

    def __init__(self, context: Context, progress: Progress, size: PageSize) -> None:
        self.context = context
        self.progress = progress
        self.size = size
        self.losses = Losses()
        self._density = 1.0
        self.restart(context)

    def restart(self, context: Context) -> None:
        """Read what is not done in ``context``."""
        self.context = context
        self._spans = deque(self.progress.missing())
        self._rests: deque[Piece] = deque()
        self.flying = 0
        self.read = 0

    @property
    def finished(self) -> bool:
        """Is there nothing more to ask for, or to wait for?"""
        return not self._spans and not self._rests and not self.flying

    @property
    def reached(self) -> int:
        """How many numbers are passed, of which a new point in time needs none."""
        return sum(span.width for span in self.progress.done)

    def next(self) -> Piece | None:
        """The next piece to ask for; None if there is none."""
        if not self._rests and not self._spans:
            return None
        self.flying += 1
        return self._rests.popleft() if self._rests else Piece(self, self.context, self._cut())

    def _cut(self) -> Span:
        """The next numbers, as many as a page may have documents."""
        span = self._spans.popleft()
        width = max(1, int(self.size.size / self._density))
        if span.width <= width:
            return span
        self._spans.appendleft(Span(span.first + width, span.last))
        return Span(span.first, span.first + width - 1)

    def answered(self, piece: Piece, page: Page, size_in_bytes: int) -> None:
        """Note what of ``piece`` was read with its answer; the rest comes next."""
        self.flying -= 1
        self.read += len(page.hits)
        piece.read = piece.span
        read = piece.span.width
        if piece.known + len(page.hits) < page.found.total.value:
            reached = number_of(page.hits[-1])
            # There may be more with this number; those behind it are cut to pages anew.
            self._rests.append(_more_of(piece, page.hits, reached))
            if reached < piece.span.last:
                self._spans.appendleft(Span(reached + 1, piece.span.last))
            read = reached - piece.span.first + 1
            piece.read = Span(piece.span.first, reached - 1) if read > 1 else None
        self._density = max(len(page.hits) / read, self._density / GROWTH, _LEAST_DENSITY)
        self.size.learn(documents=len(page.hits), size_in_bytes=size_in_bytes)

    def passed(self, piece: Piece, hits: Sequence[Hit]) -> None:
        """Count what was read of ``piece`` as done: the records of ``hits`` are written."""
        span = piece.read
        if span is None:
            return
        if self.progress.is_certain(span):
            self.progress.add(span, None)
        else:
            numbers = [piece.span.first] * piece.known + numbers_of(hits)
            self.progress.add(span, [number for number in numbers if number <= span.last])


def _more_of(piece: Piece, hits: Sequence[Hit], number: int) -> Piece:
    """The documents with the last number of ``hits`` that are behind them."""
    alike = sum(1 for _ in takewhile(lambda hit: number_of(hit) == number, reversed(hits)))
    before = piece.known if number == piece.span.first else 0
    after = hits[-1].sort
    return Piece(piece.cursor, piece.context, Span(number, number), after, before + alike)


def number_of(hit: Hit) -> int:
    """The sequence number of a hit that was sorted by it."""
    return numbers_of([hit])[0]


def numbers_of(hits: Iterable[Hit]) -> list[int]:
    """The sequence numbers of hits that were sorted by them, in one decoding: they can be many."""
    values = _decode(b"[%b]" % b",".join([hit.sort for hit in hits]))
    return [number for number, _ in values]
