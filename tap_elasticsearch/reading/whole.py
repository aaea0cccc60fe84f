"""Every document of a stream, shard by shard, several pages on their way at once."""

from __future__ import annotations

import logging
from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import ContextLostError, IncompleteError
from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.contexts import BehindError
from tap_elasticsearch.reading.cursor import Cursor
from tap_elasticsearch.reading.lanes import Lanes
from tap_elasticsearch.reading.losses import Losses
from tap_elasticsearch.reading.pages import Pages
from tap_elasticsearch.reading.progress import Progress
from tap_elasticsearch.reading.query import all_of, numbers_query, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.cursor import Piece
    from tap_elasticsearch.reading.keys import Key, Place
    from tap_elasticsearch.reading.lanes import Lane
    from tap_elasticsearch.reading.pages import Ask
    from tap_elasticsearch.reading.survey import Newest
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit

#: Seconds: copies of a shard that show so late what was written are not waited for.
LONGEST_REFRESH = 60.0
#: Seconds by which a refresh may be late.
LATE = 5.0

logger = logging.getLogger("tap-elasticsearch")


class Reading(Pages):
    """Reads all units of a stream, in no order.

    Attributes:
        units: The units.
        progress: What of each unit is done, by its name. Who asks for the next hits has written
            those before.
        behind: May documents that an earlier reading has seen be missing?
    """

    def __init__(
        self,
        client: Client,
        units: Sequence[Unit],
        settings: Settings,
        check: Callable[[], None],
        progress: Mapping[str, Progress] | None = None,
    ) -> None:
        """Prepare; nothing is asked of the server yet.

        Args:
            client: The cluster.
            units: What to read.
            settings: Page sizes and times.
            check: Called between and while waiting for pages; raises to stop the reading.
            progress: What of some units was read before, by their names.
        """
        known = progress or {}
        self.units = units
        self.progress = {str(unit): known.get(str(unit)) or Progress() for unit in units}
        left = [unit for unit in units if not self.progress[str(unit)].finished]
        super().__init__(client, left, settings, check)
        self._left = len(left)
        self._at_once = 1
        self._begun = monotonic()
        #: When points in time of a unit were opened last; then what they had was there at least.
        self._seen: dict[str, float] = {}
        self.behind = False
        self._waiting: deque[Unit] = deque()
        self._cursors: deque[Cursor | Lanes] = deque()
        self._flying: deque[tuple[Piece | Lane, Ask, Future[bytes]]] = deque()

    def __iter__(self) -> Iterator[list[Hit]]:
        """Hits by the page, never an empty page; each document of the snapshot once.

        Where a point in time is lost, what its shard has beside what was read before is read in a
        new one; all of it where documents have no numbers to tell.

        Raises:
            IncompleteError: A page lacks documents.
            ServerError: Points in time are lost again and again, without progress.
        """
        self._at_once = self._requests()
        self._waiting.extend(self._contexts.waiting())
        while True:
            self._fill()
            if not self._flying:
                break
            yield from self._hits(*self._flying.popleft())
        if self._cursors:
            msg = f"{self._cursors[0].context.unit}: not everything was read, but nothing is left."
            raise IncompleteError(msg)

    def largest(self, key: Key) -> Place | None:
        """The last place in the order of ``key`` that there is now, before anything is read.

        In points in time that are opened later, there may be documents behind it. Where one is
        lost, all are opened anew: between two moments, there may be documents before it.

        Raises:
            ServerError: Points in time are lost again and again, without progress.
        """
        losses = Losses()
        while True:
            try:
                return self._largest(key)
            except ContextLostError as error:
                losses.bear(error)
                logger.warning("%s Opening all of them anew; nothing is lost.", error)
                self._contexts.reopen()

    def _largest(self, key: Key) -> Place | None:
        in_turn = {str(context.unit) for context in self._contexts.opened()}
        units = self._contexts.waiting()
        places = [self._largest_of(unit, key, keep=str(unit) in in_turn) for unit in units]
        if len(in_turn) < len(units):
            # What is read must not be of a moment before that in which a key was found.
            self._contexts.reopen()
        return max((place for place in places if place is not None), default=None)

    def _largest_of(self, unit: Unit, key: Key, *, keep: bool) -> Place | None:
        context = self._contexts.of(unit)
        if not context.total:
            return None
        asking = ahead.start(partial(self._surveyor.largest, context, key))
        place = ahead.finish(asking, self._check)
        if not keep:
            # More than are allowed to be open at once: its turn comes later.
            self._contexts.close(unit)
        return place

    def _survey(self, context: Context) -> int:
        unit = context.unit
        if not unit.numbered:
            return super()._survey(context)
        progress = self.progress[str(unit)]
        found = self._surveyor.newest(context)
        self._forget_changed(context, found, progress)
        progress.begin(found.number, found.term)
        self._seen[str(unit)] = monotonic()
        progress.seen = self._surveyor.tally(context, progress.uncertain())
        if not progress.done or not found.total:
            return found.total
        rest = without(numbers_query(progress.done))
        return self._surveyor.count(context, all_of(unit.target.query, rest))

    def _forget_changed(self, context: Context, found: Newest, progress: Progress) -> None:
        """Let be read again what may be something else in ``context`` than what was passed."""
        if found.number < progress.newest:
            self._require_current(context.unit)
        if found.term == progress.term:
            if self._may_have_come(context, progress):
                progress.forget_holes()
        elif found.number < progress.newest:
            # The shard is an older one, whose next numbers say nothing of those that were passed.
            progress.forget()
        else:
            progress.forget_uncertain()

    def _require_current(self, unit: Unit) -> None:
        """See to it that a copy of a shard which lacks the newest document is not behind another.

        It is not if by now each copy must have shown what was written: then it was deleted.

        Raises:
            BehindError: It may be, and is worth waiting for.
        """
        seen = self._seen.get(str(unit), self._begun)
        if monotonic() >= seen + unit.refreshed + LATE:
            return
        if unit.refreshed <= LONGEST_REFRESH:
            raise BehindError(f"{unit} lacks documents that were there. Waiting for its refresh.")
        self.behind = True
        logger.warning(
            "%s: documents that were there when its reading began were deleted, or are not to be"
            " seen in this copy yet (index.refresh_interval). Run again later.",
            unit,
        )

    def _may_have_come(self, context: Context, progress: Progress) -> bool:
        """Has a document become visible among what was passed near the newest?"""
        if progress.holes is None:
            # Or something has changed there: no one can tell.
            return self._surveyor.tally(context, progress.uncertain()) != progress.seen
        return self._surveyor.tally(context, progress.holes).documents > 0

    def _requests(self) -> int:
        """How many may be on their way at a time."""
        if not self._client.server.points_in_time:
            return 1
        if self._settings.parallel != "auto":
            return self._settings.parallel
        # Where the server hides the shards of an index, its point in time tells how many there are.
        shards = sum(context.shards for context in self._contexts.opened())
        return min(ahead.MOST_AT_ONCE, 1 + max(shards, self._left))

    def _fill(self) -> None:
        """Ask for as much as may be on its way."""
        while len(self._flying) < self._at_once and (piece := self._next()):
            ask = self._asking(piece)
            self._flying.append((piece, ask, self._request(ask)))

    def _next(self) -> Piece | Lane | None:
        """What to ask for next, of one unit after the other: they may be on several nodes."""
        for _ in range(len(self._cursors)):
            self._cursors.rotate(-1)
            if piece := self._cursors[-1].next():
                return piece
        while self._waiting and len(self._cursors) < self._at_once:
            cursor = self._cursor(self._contexts.of(self._waiting.popleft()))
            self._cursors.append(cursor)
            if cursor.context.total and (piece := cursor.next()):
                return piece
            self._finish(cursor)
        return None

    def _cursor(self, context: Context) -> Cursor | Lanes:
        unit = context.unit
        # The bytes of all pages that are on their way are bounded, not those of each.
        share = self._at_once if self._settings.page_size == "auto" else 1
        size = self._size(unit, share)
        if unit.numbered:
            return Cursor(context, self.progress[str(unit)], size)
        return Lanes(context, size, self._client.server, self._at_once)

    def _hits(self, piece: Piece | Lane, ask: Ask, coming: Future[bytes]) -> Iterator[list[Hit]]:
        """The hits that were asked for, unless their point in time is gone."""
        cursor = piece.cursor
        if cursor.context is not piece.context:
            # Of no use any more, but as long as it is on its way, no other one may be.
            ahead.settle(coming, self._check)
            return
        try:
            page, size_in_bytes = self._page(ask, coming)
        except ContextLostError as error:
            self._go_on(cursor, error)
            return
        piece.answered(page, size_in_bytes)
        if page.hits:
            # What comes next is on its way while this is written.
            self._fill()
            yield page.hits
        piece.passed(page.hits)
        if cursor.finished:
            self._finish(cursor)

    def _go_on(self, cursor: Cursor | Lanes, error: ContextLostError) -> None:
        cursor.losses.bear(error, cursor.reached)
        unit = cursor.context.unit
        how = "It is read on in a new one" if unit.numbered else "It is read again from its start"
        context = self._reopened(unit, error, how)
        cursor.restart(context)
        if not context.total:
            self._finish(cursor)

    def _finish(self, cursor: Cursor | Lanes) -> None:
        unit = cursor.context.unit
        progress = self.progress[str(unit)]
        try:
            self._compare(cursor.context, cursor.read)
        except IncompleteError:
            # What seems to be done may not be.
            progress.forget()
            raise
        progress.finished = not unit.numbered
        self._cursors.remove(cursor)
        self._contexts.close(unit)
