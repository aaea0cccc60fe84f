"""``Reading`` over a real socket: every document of the snapshot, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.reading import Reading, Target, plan
from tests.faults.documents import document, index
from tests.faults.fake_server import FakeServer
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from tests.faults.model import Flavour


def nothing() -> None:
    """Let the reading go on."""


def change(cluster: Cluster) -> None:
    """Delete one document in two and index new ones, as writers do during a run."""
    for each in cluster.indices.values():
        for shard in each.shards:
            shard[:] = [*shard[::2], document(1_000_000, seq_no=1_000 + len(shard))]


def read(server: FakeServer, given_settings: Settings) -> list[str]:
    """The ``_id`` of each document that a reading of everything gives, in its order."""
    client = Client(given_settings)
    try:
        names = list(server.cluster.indices)
        units = plan([Target(name) for name in names], client.settings(names))
        ids = []
        with Reading(client, units, given_settings, nothing) as reading:
            for hits in reading:
                ids += [msgspec.json.decode(hit.id) for hit in hits]
                change(server.cluster)
        return ids
    finally:
        client.close()


@settings(max_examples=60)
@given(
    counts=st.lists(st.integers(0, 23), min_size=1, max_size=4),
    page_size=st.one_of(st.just("auto"), st.integers(1, 30)),
    window=st.one_of(st.none(), st.integers(1, 30)),
    flavour=st.sampled_from(["elasticsearch", "opensearch"]),
    changing_ids=st.booleans(),
)
def test_every_document_once(
    counts: list[int],
    page_size: int | str,
    window: int | None,
    flavour: Flavour,
    changing_ids: bool,
) -> None:
    """Whatever shards, pages and windows are, a snapshot comes whole, without doubles or leaks."""
    cluster = Cluster(index(*counts, window=window), flavour=flavour, changing_ids=changing_ids)
    with FakeServer(cluster) as server:
        config = msgspec.convert({"hosts": [server.url], "page_size": page_size}, Settings)
        ids = read(server, config)
        assert sorted(ids, key=int) == [str(number) for number in range(sum(counts))]
        assert server.open_contexts == 0


@pytest.mark.parametrize("flavour", ["elasticsearch", "opensearch"])
def test_documents_of_several_indices(flavour: Flavour) -> None:
    """Indices are read one by one: equal places in two of them hide no document."""
    cluster = Cluster(index(3, 4, name="a"), index(5, name="b"), flavour=flavour)
    with FakeServer(cluster) as server:
        ids = read(server, Settings(hosts=(server.url,), page_size=2))
        assert sorted(ids) == sorted([*map(str, range(7)), *map(str, range(5))])
        assert server.open_contexts == 0
