"""The documents of several shards in the order of a key: each shard sorted, the shards merged.

Merging here, and not on the server, gives one way for all of them: OpenSearch has nothing that
tells the documents of several shards apart behind an equal key. It also means that a shard knows
the key by one type, so that dates of milliseconds and of nanoseconds never meet in one sort.
"""

from __future__ import annotations

import heapq
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec

from tap_elasticsearch.exceptions import ServerError
from tap_elasticsearch.reading.pages import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_elasticsearch.reading.keys import Key, Place
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit

#: Hits that are handed over together.
BATCH = 500


class SortedReading(Reading):
    """Reads all units at once, and gives hits in the order of the key."""

    together: ClassVar[bool] = True

    def in_order(self, key: Key) -> Iterator[list[tuple[Place, Hit]]]:
        """Batches of hits, each with its place in the order; never an empty batch.

        Raises:
            ServerError: A server gave its documents in another order than it was asked for.
        """
        units = self._contexts.waiting()
        self._share = max(1, len(units))
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
        last: Place | None = None
        for hits in self._unit(self._contexts.of(unit)):
            for hit in hits:
                place = key.place(unit.key_type, msgspec.json.decode(hit.sort)[0])
                if last is not None and place < last:  # type: ignore[operator]
                    msg = (
                        f"{unit} gave {key.path} {key.bookmark(place)!r} behind"
                        f" {key.bookmark(last)!r}. Stopping: its order cannot be relied on."
                    )
                    raise ServerError(msg)
                last = place
                yield place, hit
        self._contexts.close(unit)
