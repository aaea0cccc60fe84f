"""The way through one shard by sequence numbers: pieces that do not need each other.

A number stands for one document at most, so that a piece of as many numbers as a page may have
documents is one request, which can be made at any time, beside others, and again in another point
in time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tap_elasticsearch.exceptions import IncompleteError
from tap_elasticsearch.reading.progress import Span
from tap_elasticsearch.reading.sizes import GROWTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.progress import Progress
    from tap_elasticsearch.reading.sizes import PageSize
    from tap_elasticsearch.records.hits import Hit, Page


@dataclass(slots=True)
class Piece:
    """What one request asks for.

    Attributes:
        cursor: Whose it is.
        context: The point in time that it is asked in.
        span: The numbers.
        asked: How many documents the answer may have; fewer after one that was too much.
    """

    cursor: Cursor
    context: Context
    span: Span
    asked: int = 0

    def ask(self) -> int:
        """How many documents to ask for now."""
        self.asked = min(self.cursor.size.size, self.span.width)
        return self.asked

    def require_whole(self, page: Page) -> None:
        """Raise if ``page`` does not have what the piece has, or was asked for.

        Raises:
            IncompleteError: It does not.
        """
        expected = min(page.found.total.value, self.asked)
        if len(page.hits) != expected:
            msg = (
                f"Reading {self.context.unit}: an answer with {len(page.hits):,} documents should"
                f" have had {expected:,}."
            )
            raise IncompleteError(msg)


class Cursor:
    """Where the reading of one shard is.

    Attributes:
        context: Its point in time.
        progress: What of it is done.
        size: How many documents to ask for.
        flying: Pieces that were asked for and not answered.
        read: Documents read in this point in time.
        losses: How many points in time were lost.
    """

    def __init__(self, context: Context, progress: Progress, size: PageSize) -> None:
        self.context = context
        self.progress = progress
        self.size = size
        self.losses = 0
        self._density = 1.0
        self.restart(context)

    def restart(self, context: Context) -> None:
        """Read what is not done in ``context``."""
        self.context = context
        self._spans = deque(self.progress.missing())
        self.flying = 0
        self.read = 0

    @property
    def finished(self) -> bool:
        """Is there nothing more to ask for, or to wait for?"""
        return not self._spans and not self.flying

    def next(self) -> Piece | None:
        """The next piece to ask for; None if there is none."""
        if not self._spans:
            return None
        span = self._spans.popleft()
        width = max(1, int(self.size.size / self._density))
        if span.width > width:
            self._spans.appendleft(Span(span.first + width, span.last))
            span = Span(span.first, span.first + width - 1)
        self.flying += 1
        return Piece(self, self.context, span)

    def answered(self, piece: Piece, page: Page, size_in_bytes: int) -> Span:
        """What of ``piece`` was read with its answer; the rest of it comes next."""
        self.flying -= 1
        self.read += len(page.hits)
        span = piece.span
        if len(page.hits) < page.found.total.value:
            reached = number_of(page.hits[-1])
            self._spans.appendleft(Span(reached + 1, span.last))
            span = Span(span.first, reached)
        self._density = max(len(page.hits) / span.width, self._density / GROWTH)
        self.size.learn(documents=len(page.hits), size_in_bytes=size_in_bytes)
        return span

    def passed(self, span: Span, hits: Sequence[Hit]) -> None:
        """Count ``span`` as done: the records of ``hits``, all that it has, are written."""
        if self.progress.is_certain(span):
            self.progress.add(span, None)
        elif len(hits) == span.width:
            self.progress.add(span, range(span.first, span.last + 1))
        else:
            self.progress.add(span, [number_of(hit) for hit in hits])


def number_of(hit: Hit) -> int:
    """The sequence number of a hit that was sorted by it."""
    values: list[int] = msgspec.json.decode(hit.sort)
    return values[0]
