"""The harness itself: servers start, are checked, and are never left behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
import requests

from tests.faults import model
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import CIRCUIT_BREAKER, Rule
from tests.servers import ROWS, Cluster, ServerDied, running
from tests.servers.artifacts import HERE, ArtifactError, check
from tests.servers.fixtures import OwnServer
from tests.servers.table import row

if TYPE_CHECKING:
    from pathlib import Path

#: Starts a server and says where, and then does nothing more.
STARTER = """
from threading import Event
from tests.servers import running
with running("elasticsearch-9") as server:
    print(server.url, server.folder, flush=True)
    Event().wait()
"""


def test_a_wrong_jar(tmp_path: Path) -> None:
    """A jar that is not the one that was checked in is refused by its name."""
    jar = tmp_path / "a-1.0.jar"
    jar.write_bytes(b"other")
    sums = tmp_path / "server.sha256"
    sums.write_text(f"{hashlib.sha256(b'same').hexdigest()}  a-1.0.jar\n")
    with pytest.raises(ArtifactError, match=r"a-1\.0\.jar has the checksum"):
        check([jar], sums)
    jar.write_bytes(b"same")
    check([jar], sums)


def test_a_wrong_name() -> None:
    """A server that is not in the table is answered with those that are."""
    with pytest.raises(KeyError, match="elasticsearch-9, "):
        row("elasticsearch-5")


@pytest.mark.parametrize("name", ROWS)
def test_checksums_are_there(name: str) -> None:
    """Every server of the table has its checksums."""
    assert (HERE / "checksums" / f"{name}.sha256").stat().st_size


def test_a_server_comes_and_goes() -> None:
    """A server answers inside its block, keeps its data over a restart, and leaves nothing."""
    with running("elasticsearch-9") as server:
        cluster = Cluster(server)
        cluster.create("kept")
        server.stop()
        server.start()
        assert "kept" in cluster.request("GET", "/_resolve/index/*")["indices"][0]["name"]
    assert not server.folder.exists()
    with pytest.raises(requests.ConnectionError):
        cluster.request("GET", "/")


def test_a_server_that_cannot_start(tmp_path: Path) -> None:
    """A start that fails says why, in the server's own words, and leaves the folder one gave."""
    wrong = {"no.such.setting": "1"}
    with (
        pytest.raises(ServerDied, match=r"unknown setting \[no\.such\.setting\]"),
        running("elasticsearch-9", settings=wrong, folder=tmp_path),
    ):
        pass
    assert (tmp_path / "log.txt").exists()


def test_a_server_without_room_for_now() -> None:
    """What a server of little memory refuses for a moment is asked again."""
    with FakeServer(model.Cluster(index(1)), Rule("info", CIRCUIT_BREAKER)) as server:
        assert Cluster(OwnServer(server.url)).request("GET", "/")["version"]
        assert server.count("info") == 2


def test_open_contexts_and_deletion(cluster: Cluster) -> None:
    """An open scroll counts once a shard, and deletion by pattern spares what does not match."""
    cluster.create("servers-a", settings={"number_of_shards": 2})
    cluster.create("servers-b")
    cluster.bulk("servers-a", [("1", {}), ("2", {})], routing="one")
    cluster.refresh("servers-a")
    before = cluster.open_contexts()
    scroll = cluster.request("POST", "/servers-a/_search?scroll=1m&size=1")["_scroll_id"]
    assert cluster.open_contexts() - before == 2
    cluster.request("DELETE", "/_search/scroll", {"scroll_id": scroll})
    assert cluster.open_contexts() == before
    cluster.delete("servers-a*", "servers-missing")
    left = cluster.request("GET", "/_resolve/index/servers-*")["indices"]
    cluster.delete("servers-*")
    assert [index["name"] for index in left] == ["servers-b"]


def test_a_killed_parent_takes_its_server_along() -> None:
    """Even when its starter has no time for anything, a server does not stay behind."""
    with subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().decode().split()[0]
        assert requests.get(url, timeout=10).ok
        os.kill(starter.pid, signal.SIGKILL)
    end = monotonic() + 30
    while monotonic() < end:
        try:
            requests.get(url, timeout=1)
        except requests.ConnectionError:
            return
        sleep(0.1)
    pytest.fail("The server outlived its starter.")
