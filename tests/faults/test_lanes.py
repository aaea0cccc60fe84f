"""Shards without usable sequence numbers, and indices that hide their shards, by lanes of pages."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import IncompleteError, ServerError
from tap_elasticsearch.extraction.resuming import Resumption
from tap_elasticsearch.reading import Key, Reading, SortedReading, Target, plan
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import LOST_CONTEXTS, MISSING_SHARD, Answer, Changed, Held, Rule, Short
from tests.faults.model import Cluster
from tests.faults.refusals import no_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_elasticsearch.reading import Unit
    from tests.faults.model import Flavour

#: What the settings of an index say that hides its shards, but not which one it is.
HIDDEN = {"index.uuid": "u"}
#: Faults that a reading survives without waiting. (A page that is empty for no reason it does not.)
FAULTS = (LOST_CONTEXTS, MISSING_SHARD, Short(1))


def known(shards: int) -> dict[str, str]:
    """What the settings of an index say whose shards are known, and have no usable numbers."""
    return {**HIDDEN, "index.mode": "logsdb", "index.number_of_shards": str(shards)}


class _Enough(Exception):  # noqa: N818 - nothing is wrong
    """Ends a reading."""


@dataclass(slots=True)
class Runs:
    """Runs over one cluster, each from the last state of the one before.

    Attributes:
        server: The cluster.
        hidden: Are the shards of its indices hidden?
        options: Settings of the runs.
        arrived: How often each document came, by its ``_id``.
    """

    server: FakeServer
    hidden: bool
    options: dict[str, Any]
    state: str | None = None
    arrived: Counter[str] | None = None

    @property
    def settings(self) -> Settings:
        """What the user would set."""
        return msgspec.convert({"hosts": [self.server.url], **self.options}, Settings)

    def units(self) -> list[Unit]:
        """Those of all indices."""
        own = {
            name: {
                **(HIDDEN if self.hidden else known(len(each.shards))),
                "index.max_result_window": str(each.window or 10_000),
            }
            for name, each in self.server.cluster.indices.items()
        }
        return plan([Target(name) for name in own], own)

    def run(self, pages: int = 10_000) -> Counter[str]:
        """Read so many pages, and note how far the reading is."""
        arrived = self.arrived = self.arrived or Counter()
        client = Client(self.settings)
        units = self.units()
        resumption = Resumption("query")
        resumption.resume(self.state, units, logging.getLogger("tests"))
        try:
            with Reading(client, units, self.settings, lambda: None, resumption.known) as reading:
                for number, hits in enumerate(reading):
                    if number == pages:
                        return arrived
                    arrived.update(msgspec.json.decode(hit.id) for hit in hits)
                    self.state = resumption.text(units, reading.progress)
                self.state = resumption.text(units, reading.progress)
        finally:
            client.close()
        return arrived


def all_of(cluster: Cluster) -> Counter[str]:
    """Every document of a cluster, once."""
    return Counter(
        each.id for of in cluster.indices.values() for shard in of.shards for each in shard
    )


def cuts(server: FakeServer) -> set[tuple[int, int]]:
    """The slices that were asked for: the number, and how many there were."""
    asked = [request.body["slice"] for request in server.requests if "slice" in request.body]
    return {(each["id"], each["max"]) for each in asked}


COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=4)
OPTIONS = st.fixed_dictionaries(
    {
        "page_size": st.one_of(st.just("auto"), st.integers(1, 12)),
        "parallel": st.one_of(st.just("auto"), st.integers(1, 6)),
    }
)
FLAVOURS = st.sampled_from(["elasticsearch", "opensearch"])


@settings(max_examples=80)
@given(
    counts=COUNTS,
    more=COUNTS,
    window=st.integers(1, 30),
    options=OPTIONS,
    flavour=FLAVOURS,
    hidden=st.booleans(),
    changing_ids=st.booleans(),
)
def test_every_document_once(
    counts: list[int],
    more: list[int],
    window: int,
    options: dict[str, Any],
    flavour: Flavour,
    hidden: bool,
    changing_ids: bool,
) -> None:
    """However a snapshot is cut, it comes whole and without doubles; a request alone cuts nothing.

    But for OpenSearch, where a slice is a shard and nothing else.
    """
    indices = index(*counts, window=window), index(*more, name="more", window=window)
    cluster = Cluster(*indices, flavour=flavour, changing_ids=changing_ids)
    with FakeServer(cluster) as server:
        assert Runs(server, hidden, options).run() == all_of(cluster)
        assert server.open_contexts == 0
        numbers = {count for _, count in cuts(server)}
    if flavour == "opensearch":
        assert numbers <= ({len(counts), len(more)} if hidden else set())
    elif options["parallel"] == 1:
        assert not numbers


@settings(max_examples=80)
@given(
    counts=COUNTS,
    options=OPTIONS,
    flavour=FLAVOURS,
    hidden=st.booleans(),
    endings=st.lists(st.integers(0, 12), max_size=3),
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(1, 12)), max_size=3),
    losses=st.lists(st.integers(1, 8), max_size=2),
)
def test_nothing_is_left_out(
    counts: list[int],
    options: dict[str, Any],
    flavour: Flavour,
    hidden: bool,
    endings: list[int],
    faults: list[Any],
    losses: list[int],
) -> None:
    """Wherever runs end, and whatever is lost while they read: in the end all has arrived."""
    cluster = Cluster(index(*counts, window=9), flavour=flavour)
    rules = [Rule("page", fault, nth) for fault, nth in faults]
    rules += [Rule("count", LOST_CONTEXTS, nth) for nth in losses]
    with FakeServer(cluster, *rules) as server:
        runs = Runs(server, hidden, options)
        for pages in endings:
            runs.run(pages)
        arrived = runs.run()
        assert arrived.keys() == all_of(cluster).keys()
        assert server.open_contexts == 0
        if not endings and not losses and LOST_CONTEXTS not in [fault for fault, _ in faults]:
            assert arrived == all_of(cluster)


def test_the_slices_of_a_shard() -> None:
    """A shard is cut into as many slices as there are requests, all in one point in time."""
    with FakeServer(Cluster(index(40))) as server:
        Runs(server, hidden=False, options={"page_size": 5, "parallel": 4}).run()
        assert cuts(server) == {(number, 4) for number in range(4)}
        assert server.count("open") == 1


@pytest.mark.parametrize("hidden", [True, False])
def test_one_request_at_a_time(hidden: bool) -> None:
    """One request alone cuts nothing: there is no one to read the other slices."""
    cluster = Cluster(index(40, 40, 40))
    with FakeServer(cluster) as server:
        options = {"page_size": 5, "parallel": 1}
        assert Runs(server, hidden, options).run() == all_of(cluster)
        assert not cuts(server)


def test_points_in_time_are_closed_as_they_end() -> None:
    """What is read to its end holds nothing open on the server while the rest is read."""
    with FakeServer(Cluster(index(40, 40))) as server:
        runs = Runs(server, hidden=False, options={"page_size": 5, "parallel": 2})
        client = Client(runs.settings)
        with Reading(client, runs.units(), runs.settings, lambda: None) as reading:
            contexts = [server.open_contexts for _ in reading]
        client.close()
        assert (contexts[0], contexts[-1]) == (2, 1)


def test_few_documents_are_not_cut() -> None:
    """A slice would have less than a page: what two requests can get is not cut in four."""
    with FakeServer(Cluster(index(10))) as server:
        Runs(server, hidden=False, options={"page_size": 5, "parallel": 4}).run()
        assert cuts(server) == {(0, 2), (1, 2)}


@pytest.mark.parametrize(("number", "cut"), [("7.14.2", False), ("7.15.0", True)])
def test_servers_that_cannot_cut(number: str, cut: bool) -> None:
    """Elasticsearch before 7.15 is asked for no slices of a point in time."""
    version = Changed({"version": {"number": number, "build_flavor": "default"}})
    cluster = Cluster(index(40, 40))
    with FakeServer(cluster, Rule("info", version)) as server:
        runs = Runs(server, hidden=False, options={"page_size": 5, "parallel": 4})
        assert runs.run() == all_of(cluster)
        assert bool(cuts(server)) == cut


@pytest.mark.parametrize(
    ("counts", "hidden", "flavour", "parallel", "wanted"),
    [
        ([40], True, "elasticsearch", "auto", 2),
        ([40], False, "elasticsearch", "auto", 2),
        ([40, 40, 40], True, "elasticsearch", "auto", 4),
        ([40, 40, 40], False, "elasticsearch", "auto", 4),
        ([40], True, "elasticsearch", 1, 1),
        ([40, 40, 40], False, "elasticsearch", 1, 1),
        ([40], False, "elasticsearch", 6, 6),
        ([40, 40, 40], True, "opensearch", "auto", 3),
        ([40, 40, 40], True, "opensearch", 2, 2),
        ([40, 40, 40], True, "opensearch", 1, 1),
        ([40, 40, 40], False, "opensearch", "auto", 3),
        ([40], False, "opensearch", 4, 1),
    ],
)
def test_requests_at_a_time(
    counts: Sequence[int], hidden: bool, flavour: Flavour, parallel: int | str, wanted: int
) -> None:
    """So many pages are asked for before the first one is answered."""
    cluster = Cluster(index(*counts), flavour=flavour)
    with FakeServer(cluster, Rule("page", Held(60), 0)) as server:
        runs = Runs(server, hidden, {"page_size": 5, "parallel": parallel})
        client, end = Client(runs.settings), time.monotonic() + 20

        def check() -> None:
            if server.count("page") >= wanted or time.monotonic() > end:
                raise _Enough

        with (
            pytest.raises(_Enough),
            Reading(client, runs.units(), runs.settings, check) as reading,
        ):
            list(reading)
        time.sleep(0.2)
        assert server.count("page") == wanted
        client.close()


def test_a_unit_is_done_when_all_of_it_is() -> None:
    """A state behind some slices says nothing of their unit: the next run reads all of it."""
    cluster = Cluster(index(12))
    with FakeServer(cluster) as server:
        # Four slices of three documents in pages of two; the last has come with the eighth page.
        for pages in range(8):
            runs = Runs(server, hidden=False, options={"page_size": 2, "parallel": 4})
            runs.run(pages)
            before = runs.arrived.total() if runs.arrived else 0
            assert runs.run().total() == before + 12
        runs.run()
        assert runs.arrived is not None
        assert runs.arrived.total() == before + 12, "A unit that is done is not read again."


def test_points_in_time_that_are_lost_again_and_again() -> None:
    """Four losses of one unit end the reading, however many of its slices each of them meets."""
    said = no_context("orders")
    lost = Answer(said.status, msgspec.json.encode(said.body))
    with FakeServer(Cluster(index(40)), Rule("page", lost, 0)) as server:
        with pytest.raises(ServerError, match="4 times without progress"):
            Runs(server, hidden=False, options={"page_size": 5, "parallel": 4}).run()
        assert server.count("open") == 4


@pytest.mark.parametrize("nth", range(1, 6))
def test_a_slice_that_ends_too_early(nth: int) -> None:
    """An empty page in the middle of a slice: the count of the unit shows that something lacks."""
    with FakeServer(Cluster(index(40)), Rule("page", Short(0), nth)) as server:
        with pytest.raises(IncompleteError, match="but the same point in time holds 40"):
            Runs(server, hidden=False, options={"page_size": 5, "parallel": 4}).run()
        assert server.open_contexts == 0


@pytest.mark.parametrize("flavour", ["elasticsearch", "opensearch"])
@pytest.mark.parametrize("loss", [0, 3, 9])
def test_in_order(flavour: Flavour, loss: int) -> None:
    """Hidden shards in the order of a key: on OpenSearch slice by slice, so that none lacks."""
    cluster = Cluster(index(9, 8, 7), flavour=flavour)
    rules = [Rule("page", LOST_CONTEXTS, loss)] if loss else []
    with FakeServer(cluster, *rules) as server:
        config = Settings(hosts=(server.url,), page_size=2)
        client = Client(config)
        units = plan([Target("orders", key="number", key_type="long")], {"orders": {}})
        with SortedReading(client, units, config, lambda: None) as reading:
            batches = reading.in_order(Key("number", "number"))
            numbers = [int(place) for batch in batches for place, _ in batch]
        client.close()
        assert numbers == sorted(numbers)
        assert set(numbers) == set(range(24))
        assert len(numbers) == 24 or loss
        assert server.open_contexts == 0
