"""Streams of more shards than points in time may be open at once, and their opening and closing."""

from __future__ import annotations

import json
import signal
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tests.faults.command import ended, run, start
from tests.faults.documents import MAPPING, document, index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import LOGGED_OUT, NEVER, Held, Meanwhile, Rule
from tests.faults.model import Cluster, Index

if TYPE_CHECKING:
    from pathlib import Path

KEYED = {
    "streams": [{"name": "logs", "index": "logs-*", "replication_key": "number"}],
    "indices": [],
}
#: OpenSearch holds 300 shards open at once for all its users; a stream takes 100.
AT_ONCE = 100


def logs(*numbers: list[int]) -> Cluster:
    """An index for each, with documents of these numbers."""
    indices = [
        Index(f"logs-{n:03}", [[document(each, seq_no=i) for i, each in enumerate(own)]], MAPPING)
        for n, own in enumerate(numbers)
    ]
    return Cluster(*indices, flavour="opensearch")


def left(messages: list[dict[str, Any]]) -> object:
    """The bookmark of the last STATE."""
    return messages[-1]["value"]["bookmarks"]["logs"].get("replication_key_value")


@pytest.mark.parametrize(
    "numbers",
    [
        [*[[]] * AT_ONCE, [1, 2], [3]],
        [*[[n] for n in range(AT_ONCE)], [200], [150]],
        [*[[n] for n in range(AT_ONCE)], [], []],
    ],
    ids=["the first without documents", "the largest beyond", "the last without documents"],
)
def test_bookmark_of_a_first_load(tmp_path: Path, numbers: list[list[int]]) -> None:
    """It leaves the largest key of all indices, also of those whose turn comes later."""
    with FakeServer(logs(*numbers)) as server:
        done = run(server, tmp_path, **KEYED)
        every = [number for own in numbers for number in own]
        assert done.code == 0, done.stderr
        assert sorted(map(int, done.ids)) == sorted(every)
        assert left(done.messages) == max(every)
        assert server.open_contexts == 0
        assert server.cluster.most_open <= AT_ONCE + 1


def test_opening_them_slowly(tmp_path: Path) -> None:
    """The first is kept while the others are opened, however long that takes."""
    with FakeServer(Cluster(index(*[2] * 20))) as server:
        slowly = {"max_requests_per_second": 10, "point_in_time_keep_alive": "2s"}
        done = run(server, tmp_path, **slowly)
        assert (done.code, len(done.ids)) == (0, 40), done.stderr
        assert "has dropped" not in done.stderr


def test_written_while_keys_are_looked_for(tmp_path: Path) -> None:
    """The bookmark is not beyond what was read, whatever is written while it is looked for."""

    def write(cluster: Cluster) -> None:
        cluster.indices["logs-000"].shards[0].append(document(1_000, seq_no=1))
        cluster.indices[f"logs-{AT_ONCE}"].shards[0].append(document(1_001, seq_no=1))

    numbers = [[n] for n in range(AT_ONCE + 1)]
    rule = Rule("open", Meanwhile(write), nth=AT_ONCE + 1)
    with FakeServer(logs(*numbers), rule) as server:
        done = run(server, tmp_path, **KEYED)
        assert (done.code, left(done.messages)) == (0, 1_001), done.stderr
        assert {"1000", "1001"} <= set(done.ids)


@pytest.mark.parametrize("operation", ["open", "count"])
def test_signal_while_one_is_opened(tmp_path: Path, operation: str) -> None:
    """What was just opened is closed as well."""
    with FakeServer(Cluster(index(10, 5)), Rule(operation, Held(0.5), nth=2)) as server:
        process = start(server, tmp_path)
        assert server.struck.wait(20)
        process.send_signal(signal.SIGINT)
        done = ended(process)
        assert (done.code, done.records) == (130, []), done.stderr
        assert server.open_contexts == 0


def test_closing_that_hangs(tmp_path: Path) -> None:
    """A server that answers no more is not waited for with each of the points in time."""
    rules = (Rule("page", NEVER, nth=2), Rule("close", NEVER, nth=0))
    with FakeServer(Cluster(index(5, 5, 5, 5)), *rules) as server:
        process = start(server, tmp_path, page_size=4, parallel=1)
        assert server.struck.wait(20)
        process.send_signal(signal.SIGINT)
        done = ended(process)
        assert (done.code, done.messages[-1]["type"]) == (130, "STATE"), done.stderr
        assert server.count("close") == 1


def test_closing_at_any_pace() -> None:
    """A bound for requests keeps nobody from closing what is open."""
    with FakeServer(Cluster(index(5))) as server:
        client = Client(Settings(hosts=(server.url,), max_requests_per_second=0.1))
        assert client.server.points_in_time
        begun = monotonic()
        client.close_context("any")
        client.close()
        assert monotonic() - begun < 5
        assert server.count("close") == 1


def test_login_that_expires(tmp_path: Path) -> None:
    """A refusal in the middle leaves a STATE of all before it."""
    with FakeServer(Cluster(index(20)), Rule("page", LOGGED_OUT, nth=4)) as server:
        first = run(server, tmp_path, page_size=2, parallel=1)
        assert (first.code, first.messages[-1]["type"]) == (2, "STATE"), first.stderr
        state = tmp_path / "state.json"
        state.write_text(json.dumps(first.messages[-1]["value"]))
        second = ended(start(server, tmp_path, "--state", str(state)))
        assert sorted([*first.ids, *second.ids], key=int) == [str(n) for n in range(20)]
