"""The largest key that there is at the start of a first incremental run, on real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.reading import Key, Reading, Target, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Cluster

COUNT = 1_000


@pytest.fixture
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with an index of three shards."""
    mapping = {"properties": {"n": {"type": "long"}}}
    cluster.create("largest", mappings=mapping, settings={"number_of_shards": 3})
    cluster.bulk("largest", ((str(n), {"n": n}) for n in range(COUNT)))
    cluster.refresh("largest")
    yield cluster
    cluster.delete("largest")


def test_lost_points_in_time(filled: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """Where all points in time are lost before it is asked for, it is that of new ones."""
    settings = Settings(hosts=(filled.url,))
    client = Client(settings)
    units = plan([Target("largest")], client.settings(["largest"]))
    with Reading(client, units, settings, lambda: None) as reading:
        # Closing the index ends them all.
        filled.request("POST", "/largest/_close")
        filled.request("POST", "/largest/_open?wait_for_active_shards=all")
        filled.bulk("largest", [("new", {"n": COUNT})])
        filled.refresh("largest")
        assert reading.largest(Key("n", "number")) == COUNT
        assert reading.total == COUNT + 1
        arrived = [msgspec.json.decode(hit.id) for hits in reading for hit in hits]
    client.close()
    assert sorted(arrived) == sorted([*map(str, range(COUNT)), "new"])
    assert caplog.text.count("Opening all of them anew") == 1
    assert filled.open_contexts() == 0
