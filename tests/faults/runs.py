"""Readings that go on from each other, of indices with given sequence numbers."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import ServerError, UnreachableError
from tap_elasticsearch.extraction.resuming import Resumption
from tap_elasticsearch.reading import Reading, Target, plan
from tests.faults.documents import document, index
from tests.faults.model import Index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.fake_server import FakeServer

logger = logging.getLogger("tests")


def no_wait(_: float) -> None:
    """Take no time before a request is made again."""


class Runs:
    """Runs over one cluster, each from the last state of the one before.

    Attributes:
        state: What the last one left.
        states: Every state that was left, each with the ids that had arrived by then.
        arrived: The source of each document as it arrived last, by its ``_id``.
        times: How often each arrived, by its ``_id``.
        begun: How many runs there were.
    """

    def __init__(
        self,
        server: FakeServer,
        state: str | None = None,
        **more: Any,  # noqa: ANN401 - any settings
    ) -> None:
        self._settings = msgspec.convert({"hosts": [server.url], **more}, Settings)
        self._server = server
        self.state = state
        self.states: list[tuple[str, frozenset[str]]] = []
        self.arrived: dict[str, bytes] = {}
        self.times: Counter[str] = Counter()
        self.begun = 0

    @property
    def count(self) -> int:
        """How many documents arrived in all."""
        return self.times.total()

    def run(self, pages: int, query: str = "query") -> None:
        """Read so many pages, and note how far the reading is, also where an error ends it."""
        self.begun += 1
        client = Client(self._settings, no_wait)
        try:
            names = list(self._server.cluster.indices)
            units = plan([Target(name) for name in names], client.settings(names))
            resumption = Resumption(query)
            resumption.resume(self.state, units, logger)
            known = resumption.known
            with Reading(client, units, self._settings, lambda: None, known) as reading:
                try:
                    self._read(reading, resumption, pages)
                except (ServerError, UnreachableError):
                    self._note(reading, resumption)
                    raise
        finally:
            client.close()

    def ends_well(self, pages: int = 10_000) -> bool:
        """Read so many pages, or all; False if a server that fails has ended it."""
        try:
            self.run(pages)
        except (ServerError, UnreachableError):
            return False
        return True

    def _read(self, reading: Reading, resumption: Resumption, pages: int) -> None:
        for number, hits in enumerate(reading):
            self._note(reading, resumption)
            if number == pages:
                return
            ids = [msgspec.json.decode(hit.id) for hit in hits]
            self.times.update(ids)
            self.arrived |= {id_: bytes(hit.source) for id_, hit in zip(ids, hits, strict=True)}
        self._note(reading, resumption)

    def _note(self, reading: Reading, resumption: Resumption) -> None:
        self.state = resumption.text(reading.units, reading.progress)
        self.states.append((self.state, frozenset(self.arrived)))


def sparse(shards: Iterable[Iterable[int]]) -> Index:
    """An index whose documents have these sequence numbers: others were there and are gone.

    Several have the same in an index that was shrunk.
    """
    documents = [
        [document(100 * shard + n, seq_no=number) for n, number in enumerate(sorted(numbers))]
        for shard, numbers in enumerate(shards)
    ]
    return Index("orders", documents, index(0).mapping)
