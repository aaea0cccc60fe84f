"""Scrolls, of servers without points in time: what was read is compared with what they hold."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import IncompleteError
from tap_elasticsearch.reading import Key, Reading, SortedReading, Target, plan
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import Answer, Changed, Rule
from tests.faults.model import Cluster as Held
from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.cluster import Reachable

COUNT = 300
SERVERS = ("elasticsearch-7.10", "opensearch-1")
KEY = Key("n", "number")
EITHER_WAY = pytest.mark.parametrize("in_order", [False, True], ids=["whole", "in order"])
OLD = Changed({"version": {"number": "7.10.2", "build_flavor": "oss"}})
SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, start: Callable[[str], Reachable]) -> Cluster:
    """Each server without points in time."""
    return Cluster(start(request.param))


@pytest.fixture
def filled(server: Cluster) -> Iterator[Cluster]:
    """The server with an index of two shards."""
    mapping = {"properties": {"n": {"type": "long"}}}
    server.create("scrolls", mappings=mapping, settings={"number_of_shards": 2})
    write(server, range(COUNT))
    yield server
    server.delete("scrolls")


def write(server: Cluster, numbers: range) -> None:
    """Write a document for each number, or write it again."""
    server.bulk("scrolls", ((str(n), {"n": n}) for n in numbers))
    server.refresh("scrolls")


class Losing(Client):
    """Loses one page of a scroll: it was sent, and nobody has it."""

    lost = False

    def continue_scroll(self, context: str, keep_alive: str, what: str) -> bytes:
        """The next page, or the one behind it."""
        if not self.lost:
            self.lost = True
            super().continue_scroll(context, keep_alive, what)
        return super().continue_scroll(context, keep_alive, what)


class Disturbed(Client):
    """Documents are written and deleted between any two of its requests."""

    def __init__(self, settings: Settings, server: Cluster) -> None:
        super().__init__(settings)
        self._cluster = server
        self._next = 0

    def search_shard(self, *args: Any, **more: Any) -> bytes:  # noqa: ANN401 - as they are
        """A count, or the first page of a scroll."""
        self._disturb()
        return super().search_shard(*args, **more)

    def continue_scroll(self, *args: Any, **more: Any) -> bytes:  # noqa: ANN401 - as they are
        """Another page."""
        self._disturb()
        return super().continue_scroll(*args, **more)

    def _disturb(self) -> None:
        write(self._cluster, range(COUNT + 7 * self._next, COUNT + 7 * self._next + 7))
        self._cluster.request("DELETE", f"/scrolls/_doc/{self._next}")
        self._cluster.refresh("scrolls")
        self._next += 1


def read(client: Client, settings: Settings, in_order: bool) -> Counter[str]:
    """How often each document arrives."""
    units = plan([Target("scrolls")], client.settings(["scrolls"]), points_in_time=False)
    try:
        if not in_order:
            with Reading(client, units, settings, lambda: None) as reading:
                return Counter(msgspec.json.decode(hit.id) for hits in reading for hit in hits)
        sorted_by = [replace(u, target=Target("scrolls", key="n", key_type="long")) for u in units]
        with SortedReading(client, sorted_by, settings, lambda: None) as reading:
            batches = reading.in_order(KEY)
            return Counter(msgspec.json.decode(hit.id) for batch in batches for _, hit in batch)
    finally:
        client.close()


def settings_for(server: Cluster, verify: Literal["fail", "warn", "off"] = "fail") -> Settings:
    """Small pages, one after the other."""
    return Settings(hosts=(server.url,), page_size=20, parallel=1, verify_counts=verify)


@EITHER_WAY
def test_a_page_that_is_lost(filled: Cluster, in_order: bool) -> None:
    """It ends the run: the scroll itself says how many documents it has."""
    settings = settings_for(filled)
    said = r"scrolls\[\d\]: \d+ documents were read, but the same scroll holds \d+\. Stopping"
    with pytest.raises(IncompleteError, match=said):
        read(Losing(settings), settings, in_order)
    assert filled.open_contexts() == 0


@pytest.mark.parametrize(("verify", "said"), [("warn", "the same scroll holds"), ("off", "")])
@EITHER_WAY
def test_counts_on_request(
    filled: Cluster,
    caplog: pytest.LogCaptureFixture,
    verify: Literal["warn", "off"],
    said: str,
    in_order: bool,
) -> None:
    """Who asks for it gets all but the page, with a warning or without."""
    settings = settings_for(filled, verify)
    arrived = read(Losing(settings), settings, in_order)
    assert arrived.total() == len(arrived) == COUNT - 20
    assert said in caplog.text
    assert ("The data is incomplete" in caplog.text) == bool(said)


@EITHER_WAY
def test_changes_meanwhile(filled: Cluster, in_order: bool) -> None:
    """What is written or deleted before or while a scroll is read is no difference."""
    settings = settings_for(filled)
    arrived = read(Disturbed(settings, filled), settings, in_order)
    # Of what was there at the start, but for what was deleted, one with each request.
    assert {str(n) for n in range(60, COUNT)} <= arrived.keys()
    assert max(arrived.values()) == 1
    assert filled.open_contexts() == 0


def answer(*numbers: int, total: int, **more: str) -> Answer:
    """A page with these documents, or a count."""
    hits = [{"_id": str(n), "_index": "scrolls", "_source": {"n": n}, "sort": [n]} for n in numbers]
    found = {"total": {"value": total, "relation": "eq"}, "hits": hits}
    said = {**more, "_shards": SHARDS, "timed_out": False, "hits": found}
    return Answer(200, json.dumps(said).encode())


def scrolled(total: int, in_order: bool, *, counted: int = 3) -> Counter[str]:
    """What comes of a scroll that has three documents and says that it has ``total``.

    Before it began, a search has ``counted`` some.
    """
    page = partial(answer, total=total, _scroll_id="scroll")
    rules = (
        Rule("info", OLD, 0),
        Rule("routed", answer(total=counted), 1),
        Rule("look", page(0, 1), 1),
        Rule("unknown", page(2), 1),
        Rule("unknown", page(), 2),
        # It is closed.
        Rule("unknown", Answer(200, b"{}"), 3),
    )
    with FakeServer(Held(index(3, name="scrolls")), *rules) as server:
        settings = Settings(hosts=(server.url,))
        return read(Client(settings), settings, in_order)


@EITHER_WAY
@pytest.mark.parametrize("total", [2, 4])
def test_another_number_than_it_says(in_order: bool, total: int) -> None:
    """A document that is missing, or is too much, ends the run."""
    said = rf"scrolls\[0\]: 3 documents were read, but the same scroll holds {total}\. Stopping"
    with pytest.raises(IncompleteError, match=said):
        scrolled(total, in_order)


@EITHER_WAY
@pytest.mark.parametrize("counted", [1, 3, 5])
def test_the_count_before_it(in_order: bool, counted: int) -> None:
    """Only what the scroll says itself counts: something may have been written before it began."""
    assert scrolled(3, in_order, counted=counted) == Counter("012")
