"""Documents with a routing, of which one index can hold several under one ``_id``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

INDEX = "routed-orders"
#: They lead to both of two shards, on every server.
ROUTINGS = ("a", "b", "c", "d")


@pytest.fixture
def orders(cluster: Cluster) -> Iterator[Cluster]:
    """A server with an index of two documents, whose mapping demands no routing."""
    cluster.delete(INDEX)
    cluster.create(INDEX, settings={"number_of_shards": 2})
    cluster.bulk(INDEX, [("1", {"n": 1}), ("2", {"n": 2})])
    cluster.refresh(INDEX)
    yield cluster
    cluster.delete(INDEX)


def route(cluster: Cluster) -> None:
    """Index documents of one ``_id`` under several routings."""
    for routing in ROUTINGS:
        cluster.bulk(INDEX, [("3", {"n": 3})], routing=routing)
    cluster.refresh(INDEX)


def keys(run: Run) -> list[str]:
    """The key of a run's only stream, which tells all of its records apart."""
    assert run.code == 0, run.err
    (schema,) = run.of_type("SCHEMA")
    found: list[str] = schema["key_properties"]
    return found


def state_of(run: Run, sandbox: Sandbox) -> str:
    """A file with what the last STATE holds."""
    return sandbox.write("state.json", run.of_type("STATE")[-1]["value"])


@pytest.mark.parametrize("arrays", ["auto", "never"])
def test_routing_that_documents_have(orders: Cluster, sandbox: Sandbox, arrays: str) -> None:
    """It is a part of the key, so that a target that updates by it keeps every document."""
    config = {"hosts": [orders.url], "indices": [INDEX], "arrays": arrays}
    assert keys(sandbox.run(config)) == ["_id"]
    route(orders)
    run = sandbox.run(config)
    assert keys(run) == ["_id", "_routing"]
    records = run.records("routed_orders")
    # Elsewhere than in its own shard, a document does not replace another one.
    assert len(records) == 2 + 2
    assert len({(record["_id"], record["_routing"]) for record in records}) == len(records)
    assert {record["_routing"] for record in records if record["_id"] != "3"} == {""}


def test_other_streams_have_their_own_keys(orders: Cluster, sandbox: Sandbox) -> None:
    """Documents of one index say nothing of another."""
    orders.create("routed-none")
    route(orders)
    try:
        config = {"hosts": [orders.url], "indices": ["routed-*"]}
        streams = {each["tap_stream_id"]: each for each in sandbox.discover(config)["streams"]}
        assert streams["routed_none"]["key_properties"] == ["_id"]
        assert streams["routed_orders"]["key_properties"] == ["_id", "_routing"]
        whole = {**config, "streams": [{"index": "routed-*", "name": "all"}]}
        (stream,) = sandbox.discover(whole)["streams"]
        assert stream["key_properties"] == ["_index", "_id", "_routing"]
    finally:
        orders.delete("routed-none")


@pytest.mark.parametrize("anew", [True, False])
def test_a_key_that_was_sent_stays(orders: Cluster, sandbox: Sandbox, anew: bool) -> None:
    """Also when documents with a routing turn up, which is said, or when there are none left."""
    config: dict[str, Any] = {"hosts": [orders.url], "indices": [INDEX]}

    def arguments(state: str) -> list[str]:
        catalog = ["--catalog", sandbox.write("new.json", sandbox.discover(config))] if anew else []
        return ["--state", state, *catalog]

    plain = state_of(sandbox.run(config), sandbox)
    route(orders)
    run = sandbox.run(config, *arguments(plain))
    assert keys(run) == ["_id"]
    assert all("_routing" not in record for record in run.records("routed_orders"))
    assert "there are documents with a routing now" in run.err
    assert keys(sandbox.run(config, *arguments(state_of(run, sandbox)))) == ["_id"]
    routed = state_of(sandbox.run(config), sandbox)
    orders.delete(INDEX)
    orders.create(INDEX)
    orders.bulk(INDEX, [("1", {"n": 1})])
    orders.refresh(INDEX)
    run = sandbox.run(config, *arguments(routed))
    assert keys(run) == ["_id", "_routing"]
    assert [record["_routing"] for record in run.records("routed_orders")] == [""]
