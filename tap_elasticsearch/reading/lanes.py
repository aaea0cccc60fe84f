"""The way through a unit whose documents have no usable numbers: lanes, each a chain of pages.

A page is asked for by the last document of the one before it, so that a lane has one request on its
way at a time. A point in time may be cut into slices; each is a lane of its own then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tap_elasticsearch.reading.losses import Losses
from tap_elasticsearch.reading.query import page_body, slice_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from msgspec import Raw

    from tap_elasticsearch.connection import Server
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.sizes import PageSize
    from tap_elasticsearch.records.hits import Hit, Page


#: Documents that are worth a lane of their own, unless a page has fewer.
WORTH_A_LANE = 1_000


@dataclass(slots=True, eq=False)
class Lane:
    """One chain of pages.

    Attributes:
        cursor: Whose it is.
        context: The point in time, or the scroll, that it goes through.
        number: Which of the slices it reads, from 0.
        slices: How many there are; 1: there are none, and it reads everything.
        after: The sort values of the last document that was read, if any.
    """

    cursor: Lanes
    context: Context
    number: int
    slices: int
    after: Raw | None = None

    def body(self, tie_break: str, pit: Mapping[str, Any]) -> dict[str, Any]:
        """The request for the next page."""
        target = self.context.unit.target
        return page_body(
            {**pit, **slice_of(self.number, self.slices)},
            size=self.cursor.size.size,
            tie_break=tie_break,
            key=target.key,
            query=target.query,
            after=self.after,
            fetched=target.fetched,
        )

    def require(self, page: Page) -> None:
        """Take every page: a short one can have many reasons. The count tells in the end."""

    def answered(self, page: Page, size_in_bytes: int) -> None:
        """Go on behind ``page``; only an empty one is the end."""
        self.cursor.answered(self, page, size_in_bytes)

    def passed(self, hits: Sequence[Hit]) -> None:
        """Note nothing: such a unit is done as a whole, or not at all."""


class Lanes:
    """Where the reading of one unit is.

    Attributes:
        context: Its point in time, or its scroll.
        size: How many documents to ask for.
        read: Documents read in this point in time.
        losses: The points in time that were lost.
        reached: How far a new point in time is gone on from: it never is.
    """

    reached: ClassVar[None] = None

    def __init__(self, context: Context, size: PageSize, server: Server, at_once: int = 1) -> None:
        """Begin.

        Args:
            context: The point in time, or the scroll.
            size: How many documents to ask for.
            server: What tells how points in time can be cut.
            at_once: Into how many lanes it is to be cut, to be read at once; one is not cut unless
                it must be.
        """
        self.size = size
        self.losses = Losses()
        self._server = server
        self._at_once = at_once
        self.restart(context)

    def restart(self, context: Context) -> None:
        """Read everything in ``context``."""
        self.context = context
        count = self._server.slices(context.shards, self._wanted())
        self._waiting = deque(Lane(self, context, number, count) for number in range(count))
        self._flying = 0
        self.read = 0

    def _wanted(self) -> int:
        """How many slices would be best: one is not worth it that has less than a page."""
        if self._at_once == 1:
            return 1
        pages = -(-self.context.total // min(self.size.limit, WORTH_A_LANE))
        return max(1, min(pages, max(self._at_once, self.context.shards)))

    @property
    def finished(self) -> bool:
        """Is there nothing more to ask for, or to wait for?"""
        return not self._waiting and not self._flying

    def next(self) -> Lane | None:
        """The lane whose next page is to be asked for; None if there is none now."""
        if not self._waiting:
            return None
        self._flying += 1
        return self._waiting.popleft()

    def answered(self, lane: Lane, page: Page, size_in_bytes: int) -> None:
        """Go on behind ``page`` of ``lane``; only an empty one is the end."""
        self._flying -= 1
        if not page.hits:
            return
        self.read += len(page.hits)
        self.size.learn(documents=len(page.hits), size_in_bytes=size_in_bytes)
        lane.after = page.hits[-1].sort
        self._waiting.append(lane)
