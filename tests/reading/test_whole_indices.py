"""Servers that do not tell the shards of an index."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.reading import Key, Reading, SortedReading, Target, Unit, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Cluster

COUNT = 1_000


@pytest.fixture
def unit(elasticsearch: Cluster) -> Iterator[Unit]:
    """An index of several shards, of which only the name is known."""
    mapping = {"properties": {"n": {"type": "long"}}}
    elasticsearch.create("whole", mappings=mapping, settings={"number_of_shards": 3})
    elasticsearch.bulk("whole", ((str(n), {"n": n // 7}) for n in range(COUNT)))
    elasticsearch.refresh()
    (planned,) = plan([Target("whole", key="n", key_type="long")], {"whole": {}})
    yield planned
    elasticsearch.delete("whole")


def test_read_as_one(elasticsearch: Cluster, unit: Unit) -> None:
    """Such an index is one unit, and every document arrives once."""
    settings = Settings(hosts=(elasticsearch.url,), page_size=7)
    with Reading(Client(settings), [unit], settings, lambda: None) as reading:
        assert reading.total == COUNT
        ids = Counter(msgspec.json.decode(hit.id) for hits in reading for hit in hits)
    assert ids == Counter(map(str, range(COUNT)))
    assert elasticsearch.open_contexts() == 0


def test_sorted_as_one(elasticsearch: Cluster, unit: Unit) -> None:
    """The same in the order of a key, with ties across its shards."""
    settings = Settings(hosts=(elasticsearch.url,), page_size=7)
    with SortedReading(Client(settings), [unit], settings, lambda: None) as reading:
        batches = reading.in_order(Key("n", "number"))
        placed = [(place, msgspec.json.decode(hit.id)) for batch in batches for place, hit in batch]
    assert [place for place, _ in placed] == [n // 7 for n in range(COUNT)]
    assert len({document for _, document in placed}) == COUNT
