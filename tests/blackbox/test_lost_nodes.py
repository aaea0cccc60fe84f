"""A node that dies with the points in time on it, in clusters of two real nodes."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster, two_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Server

#: More than pipes and pages ahead hold.
DOCUMENTS = 20_000
HERE = "index.routing.allocation.require._name"


@pytest.fixture(params=["elasticsearch-9", "elasticsearch-7", "opensearch-3"])
def nodes(request: pytest.FixtureRequest) -> Iterator[tuple[Cluster, Server]]:
    """A cluster by its first node, and its second node, which has an index for itself."""
    with two_nodes(request.param) as (first, second):
        cluster = Cluster(first)
        text = {"type": "text", "index": False}
        mapping = {"properties": {"n": {"type": "long"}, "t": text}}
        cluster.create("left", mappings=mapping, settings={"number_of_shards": 2, HERE: "second"})
        cluster.bulk("left", ((str(n), {"n": n, "t": "x" * 500}) for n in range(DOCUMENTS)))
        cluster.refresh("left")
        yield cluster, second


def copy(cluster: Cluster) -> None:
    """Have the first node hold all that the second does, and the second keep what it has."""
    calm = {"persistent": {"cluster.routing.rebalance.enable": "none"}}
    cluster.request("PUT", "/_cluster/settings", calm)
    cluster.request("PUT", "/left/_settings", {HERE: None, "index.number_of_replicas": 1})
    health = cluster.request("GET", "/_cluster/health?wait_for_status=green&timeout=50s")
    assert not health["timed_out"]


def test_a_node_is_killed(nodes: tuple[Cluster, Server], sandbox: Sandbox) -> None:
    """What it was read from is read on from copies elsewhere, and every document arrives once."""
    cluster, second = nodes
    config = {"hosts": [cluster.url], "indices": ["left"], "page_size": 500}
    with (
        (sandbox.folder / "log").open("w") as log,
        subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE, stderr=log) as tap,
    ):
        assert tap.stdout is not None
        lines = [tap.stdout.readline() for _ in range(3_000)]
        copy(cluster)
        second.kill()
        lines += tap.stdout.readlines()
    said = (sandbox.folder / "log").read_text()
    assert tap.returncode == 0, said
    assert "has dropped the point in time" in said
    messages = [json.loads(line) for line in lines]
    ids = [each["record"]["_id"] for each in messages if each["type"] == "RECORD"]
    assert sorted(ids, key=int) == [str(n) for n in range(DOCUMENTS)]
    assert cluster.open_contexts() == 0
