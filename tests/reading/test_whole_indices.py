"""Servers that do not tell the shards of an index, and shards without usable sequence numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.reading import Key, Reading, SortedReading, Target, plan
from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.cluster import Reachable

COUNT = 3_000
ORDERED = 1_000
SERVERS = ("elasticsearch-9", "elasticsearch-7", "elasticsearch-7.10", "opensearch-3")
MAPPING = {"properties": {"n": {"type": "long"}}}


@pytest.fixture(scope="module", params=SERVERS)
def filled(request: pytest.FixtureRequest, start: Callable[[str], Reachable]) -> Iterator[Cluster]:
    """A server with indices of one and of three shards, in several segments, with deletions."""
    server = Cluster(start(request.param))
    for shards in (1, 3):
        name, settings = f"whole-{shards}", {"number_of_shards": shards, "index.sort.field": "n"}
        server.create(name, mappings=MAPPING, settings=settings)
        for ids in (range(2_000), range(1_500, COUNT)):
            server.bulk(name, ((str(n), {"n": n // 7}) for n in ids))
            server.refresh(name)
    yield server
    server.delete("whole-*")


def read(server: Cluster, index: str, hidden: bool, target: Target, **more: Any) -> Counter[str]:  # noqa: ANN401 - settings
    """How often each document arrives of an index whose shards are hidden, or have no numbers."""
    settings = msgspec.convert({"hosts": [server.url], "max_retry_time": 5, **more}, Settings)
    client = Client(settings)
    known = {index: {} if hidden else client.settings([index])[index]}
    units = plan([target], known, points_in_time=client.server.points_in_time)
    assert not any(unit.numbered for unit in units)
    with Reading(client, units, settings, lambda: None) as reading:
        return Counter(msgspec.json.decode(hit.id) for hits in reading for hit in hits)


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden", "known"])
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize(
    ("page_size", "parallel"), [("auto", "auto"), ("auto", 1), (7, 4), (7, 2), (7, 1), (1, 4)]
)
def test_every_document_once(
    filled: Cluster, shards: int, hidden: bool, page_size: int | str, parallel: int | str
) -> None:
    """However many requests and slices it takes, every document arrives once."""
    index = f"whole-{shards}"
    # Small pages of fewer documents.
    count = COUNT if page_size == "auto" else 210
    target = Target(index, {"range": {"n": {"lt": count / 7}}})
    arrived = read(filled, index, hidden, target, page_size=page_size, parallel=parallel)
    assert arrived == Counter(map(str, range(count)))
    assert filled.open_contexts() == 0


@pytest.mark.parametrize("shards", [1, 3])
def test_in_order(cluster: Cluster, shards: int) -> None:
    """Hidden shards in the order of a key, with ties across them."""
    cluster.create("whole-order", mappings=MAPPING, settings={"number_of_shards": shards})
    cluster.bulk("whole-order", ((str(n), {"n": n // 7}) for n in range(ORDERED)))
    cluster.refresh()
    settings = Settings(hosts=(cluster.url,), page_size=7)
    units = plan([Target("whole-order", key="n", key_type="long")], {"whole-order": {}})
    with SortedReading(Client(settings), units, settings, lambda: None) as reading:
        batches = reading.in_order(Key("n", "number"))
        placed = [(place, msgspec.json.decode(hit.id)) for batch in batches for place, hit in batch]
    cluster.delete("whole-order")
    assert [place for place, _ in placed] == [n // 7 for n in range(ORDERED)]
    assert len({document for _, document in placed}) == ORDERED
    assert cluster.open_contexts() == 0


def test_logs(elasticsearch: Cluster) -> None:
    """An index in the mode of logs, whose documents the server puts together anew."""
    mapping = {"properties": {"@timestamp": {"type": "date"}, "host": {"type": "keyword"}}}
    settings = {"number_of_shards": 2, "index.mode": "logsdb"}
    elasticsearch.create("whole-logs", mappings=mapping, settings=settings)
    documents = ((str(n), {"@timestamp": n, "host": str(n % 5)}) for n in range(COUNT))
    elasticsearch.bulk("whole-logs", documents)
    elasticsearch.refresh()
    for parallel in ("auto", 1, 3):
        arrived = read(elasticsearch, "whole-logs", False, Target("whole-logs"), parallel=parallel)
        assert arrived == Counter(map(str, range(COUNT)))
    elasticsearch.delete("whole-logs")
    assert elasticsearch.open_contexts() == 0
