"""Readings in the order of a key that go on from each other's bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tap_elasticsearch.reading import Key, SortedReading, Target, Window, key_query, plan
from tests.faults.chain import Chain

if TYPE_CHECKING:
    from tap_elasticsearch.connection import Client

KEY = Key("number", "number")


class SortedRuns(Chain[int]):
    """Runs over the index ``orders``, each from the last bookmark of the one before."""

    def read(self, client: Client, left: int | None, most: int) -> None:
        """Read so many batches, or all."""
        target = Target("orders", key_query(KEY, "long", Window(left)), KEY.path, "long")
        units = plan([target], client.settings(["orders"]))
        with SortedReading(client, units, self._settings, lambda: None) as reading:
            for _, batch in zip(range(most), reading.in_order(KEY), strict=False):
                self.times.update(msgspec.json.decode(hit.id) for _, hit in batch)
                self.leave(int(batch[-1][0]))
