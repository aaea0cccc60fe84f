"""Readings in the order of a key that go on from each other's bookmarks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import ServerError, UnreachableError
from tap_elasticsearch.reading import Key, SortedReading, Target, Window, key_query, plan
from tests.faults.runs import no_wait

if TYPE_CHECKING:
    from tests.faults.fake_server import FakeServer

KEY = Key("number", "number")


class SortedRuns:
    """Runs over the index ``orders``, each from the last bookmark of the one before.

    Attributes:
        bookmarks: Every bookmark that was left, each with the ids that had arrived by then.
        times: How often each document arrived, by its ``_id``.
        begun: How many runs there were.
    """

    def __init__(
        self,
        server: FakeServer,
        bookmark: int | None = None,
        **more: Any,  # noqa: ANN401 - any settings
    ) -> None:
        self._settings = msgspec.convert({"hosts": [server.url], **more}, Settings)
        self.bookmarks: list[tuple[int | None, frozenset[str]]] = [(bookmark, frozenset())]
        self.times: Counter[str] = Counter()
        self.begun = 0

    def ends_well(self, batches: int = 10_000) -> bool:
        """Read so many batches, or all; False if a server that fails has ended it."""
        self.begun += 1
        client = Client(self._settings, no_wait)
        lower, _ = self.bookmarks[-1]
        target = Target("orders", key_query(KEY, "long", Window(lower)), KEY.path, "long")
        try:
            units = plan([target], client.settings(["orders"]))
            with SortedReading(client, units, self._settings, lambda: None) as reading:
                for _, batch in zip(range(batches), reading.in_order(KEY), strict=False):
                    self.times.update(msgspec.json.decode(hit.id) for _, hit in batch)
                    self.bookmarks.append((int(batch[-1][0]), frozenset(self.times)))
        except (ServerError, UnreachableError):
            return False
        finally:
            client.close()
        return True
