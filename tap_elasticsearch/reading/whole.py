"""Every document of a stream, shard by shard, several pages on their way at once."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.exceptions import ContextLostError, IncompleteError
from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.cursor import Cursor
from tap_elasticsearch.reading.pages import Ask, Pages
from tap_elasticsearch.reading.progress import Progress
from tap_elasticsearch.reading.query import all_of, numbers_query, piece_body, without
from tap_elasticsearch.reading.sizes import PageSize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.cursor import Piece
    from tap_elasticsearch.reading.keys import Key, Place
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit

#: ``auto`` never has more requests on their way: more do not make one reader faster.
MOST_AT_ONCE = 4


class Reading(Pages):
    """Reads all units of a stream, in no order.

    Attributes:
        units: The units.
        progress: What of each unit is done, by its name. Who asks for the next hits has written
            those before.
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
        numbered = sum(unit.numbered for unit in left)
        auto = min(MOST_AT_ONCE, 1 + numbered)
        self._at_once = auto if settings.parallel == "auto" else settings.parallel
        self._waiting: deque[Unit] = deque()
        self._cursors: deque[Cursor] = deque()

    def __iter__(self) -> Iterator[list[Hit]]:
        """Hits by the page, never an empty page; each document of the snapshot once.

        Where a point in time is lost, what its shard has beside what was read before is read in a
        new one; all of it where documents have no numbers to tell.

        Raises:
            IncompleteError: A page lacks documents.
            ContextLostError: Points in time are lost again and again.
        """
        waiting = self._contexts.waiting()
        self._waiting.extend(unit for unit in waiting if unit.numbered)
        yield from self._by_numbers()
        for unit in waiting:
            if not unit.numbered:
                yield from self._one_by_one(unit)

    def largest(self, key: Key) -> Place | None:
        """The last place in the order of ``key`` in the points in time that are open now.

        In those that are opened later, there may be documents behind it.
        """
        places = [
            ahead.finish(ahead.start(partial(self._surveyor.largest, context, key)), self._check)
            for context in self._contexts.opened()
        ]
        return max((place for place in places if place is not None), default=None)

    def _survey(self, context: Context) -> int:
        unit = context.unit
        if not unit.numbered:
            return super()._survey(context)
        progress = self.progress[str(unit)]
        found = self._surveyor.newest(context)
        passed = self._surveyor.tally(context, progress.uncertain())
        if found.term != progress.term and found.number < progress.newest:
            # The shard is an older one, whose next numbers say nothing of those that were passed.
            progress.forget()
        elif found.term != progress.term or passed != progress.seen:
            # Something has changed there, or has become visible: no one can tell what.
            progress.forget_uncertain()
        progress.begin(found.number, found.term)
        progress.seen = self._surveyor.tally(context, progress.uncertain())
        if not progress.done or not found.total:
            return found.total
        rest = without(numbers_query(progress.done))
        return self._surveyor.count(context, all_of(unit.target.query, rest))

    def _one_by_one(self, unit: Unit) -> Iterator[list[Hit]]:
        context = self._opened(unit)
        losses = 0
        while context.total:
            try:
                yield from self._unit(context)
                break
            except ContextLostError as error:
                losses += 1
                context = self._reopened(unit, error, losses, "It is read again from its start")
        self.progress[str(unit)].finished = True
        self._contexts.close(unit)

    def _by_numbers(self) -> Iterator[list[Hit]]:
        flying: deque[tuple[Piece, Ask, Future[bytes]]] = deque()
        while True:
            while len(flying) < self._at_once and (piece := self._next()):
                ask = self._asking(piece)
                flying.append((piece, ask, self._request(ask)))
            if not flying:
                return
            yield from self._hits(*flying.popleft())

    def _next(self) -> Piece | None:
        """What to ask for next, of one shard after the other: they may be on several nodes."""
        for _ in range(len(self._cursors)):
            self._cursors.rotate(-1)
            if piece := self._cursors[-1].next():
                return piece
        while self._waiting and len(self._cursors) < self._at_once:
            unit = self._waiting.popleft()
            context = self._opened(unit)
            if context.total:
                cursor = Cursor(context, self.progress[str(unit)], self._size(unit))
                self._cursors.append(cursor)
                if piece := cursor.next():
                    return piece
                self._finish(cursor)
        return None

    def _size(self, unit: Unit) -> PageSize:
        # The bytes of all pages that are on their way are bounded, not those of each.
        share = self._at_once if self._settings.page_size == "auto" else 1
        return PageSize.of(self._settings, unit.window, share=share)

    def _asking(self, piece: Piece) -> Ask:
        def body(pit: Mapping[str, Any]) -> dict[str, Any]:
            target = piece.context.unit.target
            return piece_body(
                pit,
                size=piece.ask(),
                tie_break=self._client.server.tie_break,
                span=piece.span,
                query=target.query,
                after=piece.after,
                fetched=target.fetched,
            )

        return Ask(piece.context, body, piece.cursor.size, piece.require_whole)

    def _hits(self, piece: Piece, ask: Ask, coming: Future[bytes]) -> Iterator[list[Hit]]:
        """The hits of a piece that was asked for, unless its point in time is gone."""
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
        span = cursor.answered(piece, page, size_in_bytes)
        if page.hits:
            yield page.hits
        cursor.passed(piece, span, page.hits)
        if cursor.finished:
            self._finish(cursor)

    def _go_on(self, cursor: Cursor, error: ContextLostError) -> None:
        cursor.losses += 1
        unit = cursor.context.unit
        context = self._reopened(unit, error, cursor.losses, "It is read on in a new one")
        cursor.restart(context)
        if not context.total:
            self._finish(cursor)

    def _finish(self, cursor: Cursor) -> None:
        unit = cursor.context.unit
        try:
            self._compare(cursor.context, cursor.read)
        except IncompleteError:
            # What seems to be done may not be.
            cursor.progress.forget()
            raise
        self._cursors.remove(cursor)
        self._contexts.close(unit)
