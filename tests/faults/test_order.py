"""Servers that do not keep to the order they were asked for."""

from __future__ import annotations

import json
import time
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import IncompleteError, ServerError
from tap_elasticsearch.reading import Key, SortedReading, Target, Window, key_query, plan
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import LOST_CONTEXTS, MISSING_SHARD, Answer, Held, Rule
from tests.faults.model import Cluster, Document, Index

KEY = Key("n", "number")
SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}


def answer(*places: int, total: int = 0) -> Answer:
    """A page whose hits have these sort values, or a count."""
    hits = [
        {"_id": str(n), "_index": "orders", "_source": {}, "sort": [place, n]}
        for n, place in enumerate(places)
    ]
    found = {"total": {"value": total, "relation": "eq"}, "hits": hits}
    return Answer(200, json.dumps({"_shards": SHARDS, "timed_out": False, "hits": found}).encode())


def read(
    *rules: Rule,
    query: dict[str, Any] | None = None,
    verify_counts: Literal["fail", "warn", "off"] = "fail",
) -> list[int]:
    """The places of all hits that a sorted reading gives."""
    with FakeServer(Cluster(index(3)), *rules) as server:
        config = Settings(hosts=(server.url,), verify_counts=verify_counts)
        client = Client(config)
        names = list(server.cluster.indices)
        targets = [Target(name, query, key="n", key_type="long") for name in names]
        units = plan(targets, client.settings(names))
        try:
            with SortedReading(client, units, config, lambda: None) as reading:
                return [int(place) for batch in reading.in_order(KEY) for place, _ in batch]
        finally:
            assert server.open_contexts == 0
            client.close()


def test_in_order() -> None:
    """Equal places are in order."""
    pages = (Rule("page", answer(1, 2, 2), 1), Rule("page", answer(), 2))
    assert read(Rule("count", answer(total=3)), *pages) == [1, 2, 2]


def test_out_of_order() -> None:
    """A bookmark must not be trusted to an order that is none: the run ends."""
    with pytest.raises(ServerError, match=r"gave n 1 behind 2\. Stopping"):
        read(Rule("count", answer(total=3)), Rule("page", answer(2, 1, 3)))


class _Stop(Exception):  # noqa: N818 - the run is told to
    """Ends a run."""


def test_many_pages_held_back() -> None:
    """A run that stops closes its points in time, however many pages a server holds back."""
    shards = 16
    held = [Rule("page", Held(8), nth) for nth in range(2, 2 * shards + 2, 2)]
    begun = time.monotonic()
    asked_to_stop = 0.0

    def check() -> None:
        nonlocal asked_to_stop
        if time.monotonic() > begun + 2:
            asked_to_stop = asked_to_stop or time.monotonic()
            raise _Stop

    with FakeServer(Cluster(index(*[30] * shards)), *held) as server:
        config = Settings(hosts=(server.url,), page_size=2)
        client = Client(config)
        target = Target("orders", key="number", key_type="long")
        units = plan([target], client.settings(["orders"]))
        with (
            pytest.raises(_Stop),
            SortedReading(client, units, config, check) as reading,
        ):
            list(reading.in_order(Key("number", "number")))
        assert time.monotonic() - asked_to_stop < 3
        assert server.open_contexts == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [((1, 2), (2, 2, 3)), ((1, 5), (2, 5, 6))],
    ids=["equal places", "a document that is found again by another of its values"],
)
def test_a_lost_point_in_time(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """It is read on from the last place, which comes again: there may be more documents there."""
    before = (Rule("count", answer(total=4)), Rule("page", answer(*first), 1))
    lost = Rule("page", LOST_CONTEXTS, 2)
    after = (
        Rule("count", answer(total=3), 2),
        Rule("page", answer(*second), 3),
        Rule("page", answer(), 4),
    )
    assert read(*before, lost, *after) == [*first, *second]


def test_fewer_than_were_counted() -> None:
    """A reading that ends before all that the point in time holds is not taken for success."""
    pages = (Rule("page", answer(1, 2), 1), Rule("page", answer(), 2))
    with pytest.raises(IncompleteError, match=r"2 documents were read, but .* holds 3"):
        read(Rule("count", answer(total=3)), *pages)


@pytest.mark.parametrize(("verify", "said"), [("warn", "holds 3"), ("off", "")])
def test_counts_on_request(
    caplog: pytest.LogCaptureFixture, verify: Literal["warn", "off"], said: str
) -> None:
    """Who asks for it gets what there was, with a warning or without."""
    pages = (Rule("page", answer(1, 2), 1), Rule("page", answer(), 2))
    assert read(Rule("count", answer(total=3)), *pages, verify_counts=verify) == [1, 2]
    assert said in caplog.text
    assert bool(caplog.text) == bool(said)


@settings(max_examples=40)
@given(
    shards=st.lists(st.lists(st.integers(0, 6), max_size=20), min_size=1, max_size=3),
    page_size=st.one_of(st.just("auto"), st.integers(1, 8)),
    endings=st.lists(st.integers(0, 30), max_size=4),
    faults=st.lists(
        st.tuples(
            st.sampled_from(["page", "count"]),
            st.sampled_from([LOST_CONTEXTS, MISSING_SHARD]),
            st.integers(1, 8),
        ),
        max_size=2,
    ),
)
def test_equal_keys(
    shards: list[list[int]], page_size: int | str, endings: list[int], faults: list[Any]
) -> None:
    """Runs from the last bookmark each, ended anywhere: all arrive, whatever keys are equal."""
    documents = [
        [Document(f"{shard}-{n}", json.dumps({"number": key})) for n, key in enumerate(keys)]
        for shard, keys in enumerate(shards)
    ]
    cluster = Cluster(Index("orders", documents, index(0).mapping))
    rules = [Rule(operation, fault, nth) for operation, fault, nth in faults]
    with FakeServer(cluster, *rules) as server:
        config = msgspec.convert({"hosts": [server.url], "page_size": page_size}, Settings)
        arrived: set[str] = set()
        bookmark: int | None = None
        for count in (*endings, 1_000):
            found = in_order_from(server, config, bookmark, count)
            places = [place for place, _ in found]
            assert places == sorted(places)
            bookmark = places[-1] if places else bookmark
            arrived |= {id_ for _, id_ in found}
        assert arrived == {each.id for shard in documents for each in shard}
        assert server.open_contexts == 0


def in_order_from(
    server: FakeServer, config: Settings, bookmark: int | None, count: int
) -> list[tuple[int, str]]:
    """The places and ids of the first documents from a bookmark on."""
    key = Key("number", "number")
    client = Client(config)
    target = Target("orders", key_query(key, "long", Window(bookmark)), key.path, "long")
    units = plan([target], client.settings(["orders"]))
    found: list[tuple[int, str]] = []
    try:
        with SortedReading(client, units, config, lambda: None) as reading:
            for batch in reading.in_order(key):
                found += [(int(place), msgspec.json.decode(hit.id)) for place, hit in batch]
        return found[:count]
    finally:
        client.close()


def test_a_query_that_moves(caplog: pytest.LogCaptureFixture) -> None:
    """A query that speaks of now matches ever less while it is read: that is said, not fatal."""
    pages = (Rule("page", answer(1, 2), 1), Rule("page", answer(), 2))
    query = {"range": {"at": {"gte": "now-7d"}}}
    assert read(Rule("count", answer(total=3)), *pages, query=query) == [1, 2]
    assert "Its query speaks of 'now', which moves on" in caplog.text
