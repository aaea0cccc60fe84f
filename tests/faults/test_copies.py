"""Copies of a shard that are behind what another one has shown: nothing of it is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.command import ended, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import Meanwhile, Rule
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


class Copies:
    """A shard with a copy that shows the first documents alone until it is refreshed."""

    def __init__(self) -> None:
        self._late: list[Document] = []

    def lose(self, cluster: Cluster) -> None:
        """Let the copy be read from that is behind."""
        cluster.drop_contexts()
        shard = cluster.indices["orders"].shards[0]
        self._late = shard[20:]
        del shard[20:]

    def refresh(self, cluster: Cluster) -> None:
        """Let it show all."""
        cluster.indices["orders"].shards[0].extend(self._late)


@pytest.mark.parametrize("more", [{}, KEYED], ids=["whole", "first"])
def test_a_copy_that_is_behind(tmp_path: Path, more: dict[str, Any]) -> None:
    """It is waited for until it has been refreshed."""
    copies = Copies()
    rules = (Rule("page", Meanwhile(copies.lose), 3), Rule("open", Meanwhile(copies.refresh), 3))
    with FakeServer(Cluster(index(COUNT)), *rules) as server:
        done = run_with(server, tmp_path, {}, **more)
        assert done.code == 0, done.stderr
        assert sorted(map(int, done.ids)) == list(range(COUNT))
        assert "they are waited for" in done.stderr
        assert server.open_contexts == 0


def test_a_copy_that_stays_behind(tmp_path: Path) -> None:
    """Where nothing is refreshed by itself, no bookmark is left that documents may lie before."""
    copies = Copies()
    cluster = Cluster(index(COUNT))
    cluster.indices["orders"].settings["index.refresh_interval"] = "5m"
    with FakeServer(cluster, Rule("page", Meanwhile(copies.lose), 3)) as server:
        first = run_with(server, tmp_path, {}, **KEYED)
        assert first.code == 0, first.stderr
        assert "are not to be seen in this copy yet" in first.stderr
        copies.refresh(cluster)
        second = run_with(server, tmp_path, first.messages[-1]["value"], **KEYED)
        assert {*first.ids, *second.ids} == {str(n) for n in range(COUNT)}


def test_a_newest_document_that_was_deleted(tmp_path: Path) -> None:
    """It is waited for in vain, and then the bookmark of the beginning is left."""

    def delete(cluster: Cluster) -> None:
        cluster.drop_contexts()
        del cluster.indices["orders"].shards[0][-1]

    with FakeServer(Cluster(index(COUNT)), Rule("page", Meanwhile(delete), 3)) as server:
        done = run_with(server, tmp_path, {}, **KEYED)
        assert done.code == 0, done.stderr
        assert len(done.ids) == COUNT - 1
        left = done.messages[-1]["value"]["bookmarks"]["orders"]
        assert left["replication_key_value"] == COUNT - 1
