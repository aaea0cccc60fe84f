"""Servers that do not keep to the order they were asked for."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import IncompleteError, ServerError
from tap_elasticsearch.reading import Key, SortedReading, Target, plan
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import LOST_CONTEXTS, Answer, Rule
from tests.faults.model import Cluster

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
        settings = Settings(hosts=(server.url,), verify_counts=verify_counts)
        client = Client(settings)
        names = list(server.cluster.indices)
        targets = [Target(name, query, key="n", key_type="long") for name in names]
        units = plan(targets, client.settings(names))
        try:
            with SortedReading(client, units, settings, lambda: None) as reading:
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


def test_a_lost_point_in_time() -> None:
    """It is read on from the last place, which comes again: there may be more documents there."""
    before = (Rule("count", answer(total=4)), Rule("page", answer(1, 2), 1))
    lost = Rule("page", LOST_CONTEXTS, 2)
    after = (
        Rule("count", answer(total=3), 2),
        Rule("page", answer(2, 2, 3), 3),
        Rule("page", answer(), 4),
    )
    assert read(*before, lost, *after) == [1, 2, 2, 2, 3]


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


def test_a_query_that_moves(caplog: pytest.LogCaptureFixture) -> None:
    """A query that speaks of now matches ever less while it is read: that is said, not fatal."""
    pages = (Rule("page", answer(1, 2), 1), Rule("page", answer(), 2))
    query = {"range": {"at": {"gte": "now-7d"}}}
    assert read(Rule("count", answer(total=3)), *pages, query=query) == [1, 2]
    assert "Its query speaks of 'now', which moves on" in caplog.text
