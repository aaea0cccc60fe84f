"""Readings that go on from each other, of indices with given sequence numbers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.exceptions import ServerError, UnreachableError
from tap_elasticsearch.extraction.resuming import Resumption
from tap_elasticsearch.reading import Reading, Target, plan
from tests.faults.chain import Chain
from tests.faults.documents import document, index
from tests.faults.model import Index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_elasticsearch.connection import Client
    from tests.faults.fake_server import FakeServer

logger = logging.getLogger("tests")


class Runs(Chain[str]):
    """Runs over one cluster, each from the last state of the one before.

    Attributes:
        arrived: The source of each document as it arrived last, by its ``_id``.
        query: What the next run wants, in any words.
    """

    def __init__(
        self,
        server: FakeServer,
        left: str | None = None,
        **more: Any,  # noqa: ANN401 - any settings
    ) -> None:
        super().__init__(server, left, **more)
        self.arrived: dict[str, bytes] = {}
        self.query = "query"

    def read(self, client: Client, left: str | None, most: int) -> None:
        """Read so many pages, or all."""
        names = list(self._server.cluster.indices)
        units = plan([Target(name) for name in names], client.settings(names))
        resumption = Resumption(self.query)
        resumption.resume(left, units, logger)
        known = resumption.known
        with Reading(client, units, self._settings, lambda: None, known) as reading:
            try:
                self._pages(reading, resumption, most)
            except (ServerError, UnreachableError):
                self._note(reading, resumption)
                raise

    def _pages(self, reading: Reading, resumption: Resumption, most: int) -> None:
        for number, hits in enumerate(reading):
            self._note(reading, resumption)
            if number == most:
                return
            ids = [msgspec.json.decode(hit.id) for hit in hits]
            self.times.update(ids)
            self.arrived |= {id_: bytes(hit.source) for id_, hit in zip(ids, hits, strict=True)}
        self._note(reading, resumption)

    def _note(self, reading: Reading, resumption: Resumption) -> None:
        self.leave(resumption.text(reading.units, reading.progress))


def sparse(shards: Iterable[Iterable[int]]) -> Index:
    """An index whose documents have these sequence numbers: others were there and are gone.

    Several have the same in an index that was shrunk.
    """
    documents = [
        [document(100 * shard + n, seq_no=number) for n, number in enumerate(sorted(numbers))]
        for shard, numbers in enumerate(shards)
    ]
    return Index("orders", documents, index(0).mapping)
