"""Copies of a shard that are behind what another one has shown: nothing of it is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.command import ended, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import BUSY_FOR_LONG, Meanwhile, Rule
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.command import Run
    from tests.faults.model import Document

KEYED = {"replication_key": "number"}
COUNT = 30


def run_with(server: FakeServer, folder: Path, state: object, **settings: object) -> Run:
    """A run from a state to its end."""
    (folder / "state.json").write_text(json.dumps(state))
    arguments = ("--state", str(folder / "state.json"))
    return ended(start(server, folder, *arguments, page_size=4, parallel=1, **settings))


def left(done: Run) -> object:
    """The bookmark of the last STATE."""
    return done.messages[-1]["value"]["bookmarks"]["orders"].get("replication_key_value")


class Copies:
    """A shard with a copy that shows the first documents alone until it is refreshed."""

    def __init__(self, shown: int = 20) -> None:
        self._shown = shown
        self._late: list[Document] = []

    def lose(self, cluster: Cluster) -> None:
        """Let the copy be read from that is behind."""
        cluster.drop_contexts()
        shard = cluster.indices["orders"].shards[0]
        self._late = shard[self._shown :]
        del shard[self._shown :]

    def refresh(self, cluster: Cluster) -> None:
        """Let it show all."""
        cluster.indices["orders"].shards[0].extend(self._late)


def primaries() -> Cluster:
    """A shard of which what came last was written under another primary."""
    cluster = Cluster(index(COUNT))
    shard = cluster.indices["orders"].shards[0]
    shard[20:] = [replace(each, term=2) for each in shard[20:]]
    return cluster


@pytest.mark.parametrize("more", [{}, KEYED], ids=["whole", "first"])
@pytest.mark.parametrize("shown", [20, 0])
def test_a_copy_that_is_behind(tmp_path: Path, more: dict[str, Any], shown: int) -> None:
    """It is waited for until it has been refreshed, also if it shows nothing, or no new primary."""
    copies = Copies(shown)
    rules = (Rule("page", Meanwhile(copies.lose), 3), Rule("open", Meanwhile(copies.refresh), 3))
    with FakeServer(primaries(), *rules) as server:
        done = run_with(server, tmp_path, {}, **more)
        assert done.code == 0, done.stderr
        assert sorted(map(int, done.ids)) == list(range(COUNT))
        assert "Waiting for its refresh" in done.stderr
        assert server.open_contexts == 0


@pytest.mark.parametrize("code", [0, 1])
def test_a_copy_that_stays_behind(tmp_path: Path, code: int) -> None:
    """Where nothing is refreshed by itself, no bookmark is left that documents may lie before.

    Nor a largest key, where the run is interrupted.
    """
    copies = Copies()
    cluster = Cluster(index(COUNT))
    cluster.indices["orders"].settings["index.refresh_interval"] = "5m"
    rules = [Rule("page", Meanwhile(copies.lose), 3), Rule("page", BUSY_FOR_LONG, 5)]
    with FakeServer(cluster, *rules[: 1 + code]) as server:
        first = run_with(server, tmp_path, {}, **KEYED)
        assert first.code == code, first.stderr
        assert "are not to be seen in this copy yet" in first.stderr
        copies.refresh(cluster)
        second = run_with(server, tmp_path, first.messages[-1]["value"], **KEYED)
        assert {*first.ids, *second.ids} == {str(n) for n in range(COUNT)}
        assert second.code == 0
        assert left(second) in {None, COUNT - 1}


def test_a_newest_document_that_was_deleted(tmp_path: Path) -> None:
    """It is waited for in vain, and then the bookmark of the beginning is left."""

    def delete(cluster: Cluster) -> None:
        cluster.drop_contexts()
        del cluster.indices["orders"].shards[0][-1]

    with FakeServer(Cluster(index(COUNT)), Rule("page", Meanwhile(delete), 3)) as server:
        done = run_with(server, tmp_path, {}, **KEYED)
        assert done.code == 0, done.stderr
        assert len(done.ids) == COUNT - 1
        assert left(done) == COUNT - 1
