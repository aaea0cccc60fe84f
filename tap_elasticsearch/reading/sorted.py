"""The documents of several shards in the order of a key: each shard sorted, the shards merged.

Merging here, and not on the server, gives one way for all of them: OpenSearch has nothing that
tells the documents of several shards apart behind an equal key. It also means that a shard knows
the key by one type, so that dates of milliseconds and of nanoseconds never meet in one sort.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec

from tap_elasticsearch.exceptions import ContextLostError, IncompleteError, ServerError
from tap_elasticsearch.reading.keys import Window, key_query
from tap_elasticsearch.reading.lanes import Lanes
from tap_elasticsearch.reading.losses import Losses
from tap_elasticsearch.reading.pages import Pages
from tap_elasticsearch.reading.query import all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.keys import Key, Place
    from tap_elasticsearch.reading.lanes import Lane
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit

#: Hits that are handed over together.
BATCH = 500


class SortedReading(Pages):
    """Reads all units at once, and gives hits in the order of the key.

    Attributes:
        lacking: Did documents not come, and nobody knows which? They may lie before those that did.
    """

    together: ClassVar[bool] = True

    lacking = False

    def in_order(self, key: Key) -> Iterator[list[tuple[Place, Hit]]]:
        """Batches of hits, each with its place in the order; never an empty batch.

        Raises:
            ServerError: A server gave its documents in another order than it was asked for.
        """
        units = self._contexts.waiting()
        slices = self._client.server.slices
        self._share = max(1, sum(slices(each.shards, 1) for each in self._contexts.opened()))
        cursors = [self._cursor(unit, key) for unit in units]
        batch: list[tuple[Place, Hit]] = []
        for placed in heapq.merge(*cursors, key=itemgetter(0)):
            batch.append(placed)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _cursor(self, unit: Unit, key: Key) -> Iterator[tuple[Place, Hit]]:
        context = self._contexts.of(unit)
        last: Place | None = None
        losses = Losses()
        while context.total:
            try:
                for place, hit in self._placed(context, key):
                    last = place
                    yield place, hit
                break
            except ContextLostError as error:
                losses.bear(error, last)
                context = self._reopened(_from(unit, key, last), error, "It is read on")
        self._contexts.close(unit)

    def _placed(self, context: Context, key: Key) -> Iterator[tuple[Place, Hit]]:
        """Hits with their places, each at or behind the place of the one before.

        Behind a lost point in time the first may be before the last there: a document with several
        values, of which one is behind, is found again.
        """
        unit = context.unit
        last: Place | None = None
        lanes = Lanes(context, self._size(unit, self._share), self._client.server)
        placed = [self._along(lane, key) for lane in iter(lanes.next, None)]
        for place, hit in heapq.merge(*placed, key=itemgetter(0)):
            if last is not None and place < last:  # type: ignore[operator]
                self.lacking = True
                msg = (
                    f"{unit} gave {key.path} {key.bookmark(place)!r} behind"
                    f" {key.bookmark(last)!r}. Stopping: its order cannot be relied on."
                )
                raise ServerError(msg)
            last = place
            yield place, hit
        try:
            self._compare(context, lanes.read)
        except IncompleteError:
            self.lacking = True
            raise

    def _along(self, lane: Lane, key: Key) -> Iterator[tuple[Place, Hit]]:
        """The hits of a lane with their places, the next page asked for before one is used."""
        kind = lane.context.unit.key_type
        ask = self._asking(lane)
        coming = self._request(ask)
        while True:
            page, size_in_bytes = self._page(ask, coming)
            lane.answered(page, size_in_bytes)
            if not page.hits:
                return
            ask = self._asking(lane)
            coming = self._request(ask)
            for hit in page.hits:
                yield key.place(kind, msgspec.json.decode(hit.sort)[0]), hit


def _from(unit: Unit, key: Key, place: Place | None) -> Unit:
    """What ``unit`` has at ``place`` and behind it."""
    if place is None:
        return unit
    target = unit.target
    rest = all_of(target.query, key_query(key, target.key_type, Window(lower=place)))
    return replace(unit, target=replace(target, query=rest))
