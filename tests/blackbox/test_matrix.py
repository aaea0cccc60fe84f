"""Every other server of the matrix: whole and incremental, with points in time and without."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.command import Sandbox
    from tests.servers.cluster import Reachable

OTHERS = (
    "elasticsearch-8",
    "elasticsearch-7",
    "elasticsearch-7.10",
    "opensearch-2",
    "opensearch-1",
)
WITHOUT_POINTS_IN_TIME = {"elasticsearch-7.10", "opensearch-1"}
MAPPING = {"properties": {"n": {"type": "long"}, "at": {"type": "date"}}}
TIE = "2024-01-01T00:00:00.000Z"


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest, start: Callable[[str], Reachable]) -> Iterator[Cluster]:
    """Each other server, with 1,004 documents in 3 shards and 5 in an index of its own."""
    cluster = Cluster(start(request.param))
    cluster.create("mx-a", mappings=MAPPING, settings={"number_of_shards": 3})
    cluster.create("mx-b", mappings={"properties": {"at": {"type": "date_nanos"}}})
    cluster.bulk("mx-a", ((f"a{n}", {"n": n, "at": TIE}) for n in range(30)))
    old = ((f"a{n}", {"n": n, "at": f"19{n % 70 + 10}-01-01"}) for n in range(30, 1_003))
    cluster.bulk("mx-a", old)
    cluster.bulk("mx-b", ((f"b{n}", {"at": f"2024-01-01T00:00:00.00000000{n}Z"}) for n in range(5)))
    cluster.bulk("mx-a", [("without", {"n": 1})])
    cluster.refresh()
    yield cluster
    cluster.delete("mx-a", "mx-b")


EVERYTHING = Counter([*(f"a{n}" for n in range(1_003)), *(f"b{n}" for n in range(5))])


@pytest.mark.parametrize("page_size", [7, "auto"])
def test_whole(other: Cluster, sandbox: Sandbox, page_size: object) -> None:
    """Every document arrives exactly once, and nothing stays open."""
    stream = {"index": "mx-*", "name": "mx"}
    config = {"hosts": [other.url], "streams": [stream], "indices": ["mx-*"]}
    run = sandbox.run({**config, "page_size": page_size})
    assert run.code == 0, run.err
    without = Counter(["without"])
    assert Counter(record["_id"] for record in run.records("mx")) == EVERYTHING + without
    assert other.open_contexts() == 0


@pytest.mark.parametrize("page_size", [7, "auto"])
def test_incremental(other: Cluster, sandbox: Sandbox, page_size: object) -> None:
    """Twice by a date, across types, shards and ties: the second run brings the last one again."""
    stream = {"index": "mx-*", "name": "mx", "replication_key": "at"}
    config = {
        "hosts": [other.url],
        "streams": [stream],
        "indices": ["mx-*"],
        "page_size": page_size,
    }
    first = sandbox.run(config)
    assert first.code == 0, first.err
    assert Counter(record["_id"] for record in first.records("mx")) == EVERYTHING
    state = first.of_type("STATE")[-1]["value"]
    assert state["bookmarks"]["mx"]["replication_key_value"] == "2024-01-01T00:00:00.000000004Z"
    second = sandbox.run(config, "--state", sandbox.write("state.json", state))
    # A date's bound is cut to milliseconds by the server, so that ties of the same one come again.
    expected = {"b4", *(f"a{n}" for n in range(30))}
    assert {record["_id"] for record in second.records("mx")} == expected
    assert other.open_contexts() == 0


def test_it_is_said_when_there_is_no_snapshot(
    other: Cluster, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    """Where a server has no points in time, one line says what that means."""
    run = sandbox.run({"hosts": [other.url], "indices": ["mx-b"]})
    without = any(name in request.node.name for name in WITHOUT_POINTS_IN_TIME)
    assert ("has no points in time" in run.err) == without
    assert len(run.records("mx_b")) == 5


def test_routing(other: Cluster, sandbox: Sandbox) -> None:
    """Documents with a routing are found, whichever version is asked for them."""
    other.create("mx-r", settings={"number_of_shards": 2})
    try:
        other.bulk("mx-r", [("1", {"n": 1})])
        other.bulk("mx-r", [("2", {"n": 2})], routing="x")
        other.refresh("mx-r")
        catalog = sandbox.discover({"hosts": [other.url], "indices": ["mx-r", "mx-b"]})
        keys = {each["tap_stream_id"]: each["key_properties"] for each in catalog["streams"]}
        assert keys == {"mx_b": ["_id"], "mx_r": ["_id", "_routing"]}
    finally:
        other.delete("mx-r")
