"""Readings that end anywhere, and go on in another process, over a server that fails."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.extraction.resuming import Resumption
from tests.faults.documents import document, index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import (
    CIRCUIT_BREAKER,
    LOST_CONTEXTS,
    MISSING_SHARD,
    Changed,
    Rule,
    Short,
)
from tests.faults.model import Cluster, Document
from tests.faults.runs import Runs, sparse

logger = logging.getLogger("tests")

BACKWARDS = json.dumps(
    {
        "v": 1,
        "query": "q",
        "max_key": None,
        "indices": {"a": {"uuid": "u", "shards": {"0": {"done": [[9, 1]]}}}},
    }
)
#: Faults that a reading survives without waiting.
FAULTS = (LOST_CONTEXTS, MISSING_SHARD, Short(0), Short(1))


class Writers:
    """Who changes an index while it is read; a number is never given twice."""

    def __init__(self, shards: list[list[Document]]) -> None:
        self._shards = shards
        self._given = [{each.seq_no for each in shard} for shard in shards]

    def change(self, at: int, moved: int) -> None:
        """Delete a document, change one, write a new one, and let a number appear late."""
        for shard, given_before in zip(self._shards, self._given, strict=True):
            highest = max(given_before, default=-1)
            if shard:
                del shard[at % len(shard)]
            if shard:
                changed = shard.pop(moved % len(shard))
                highest += 1
                shard.append(Document(changed.id, '{"name":"changed"}', highest))
            highest += 1
            shard.append(document(10_000 + highest, seq_no=highest))
            given_before |= {each.seq_no for each in shard}
            late = next((n for n in range(highest) if n not in given_before), None)
            if late is not None:
                shard.append(document(20_000 + late, seq_no=late))
                given_before.add(late)


@settings(max_examples=60)
@given(
    shards=st.lists(st.lists(st.integers(0, 40), max_size=25), min_size=1, max_size=3),
    page_size=st.one_of(st.just("auto"), st.integers(1, 12)),
    parallel=st.one_of(st.just("auto"), st.integers(1, 5)),
    endings=st.lists(st.integers(0, 6), max_size=4),
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(1, 8)), max_size=3),
    losses=st.lists(st.integers(1, 8), max_size=2),
    changes=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4),
)
def test_nothing_is_left_out(
    shards: list[list[int]],
    page_size: int | str,
    parallel: int | str,
    endings: list[int],
    faults: list[Any],
    losses: list[int],
    changes: list[tuple[int, int]],
) -> None:
    """Whatever ends runs, fails or changes between them: all that is there at the end has arrived.

    As it is there, or as it was when the first run began, or later. Numbers that become visible
    below those that were passed are among it.
    """
    cluster = Cluster(sparse(shards))
    documents = cluster.indices["orders"].shards
    writers = Writers(documents)
    rules = [Rule("page", fault, nth) for fault, nth in faults]
    rules += [Rule("count", LOST_CONTEXTS, nth) for nth in losses]
    with FakeServer(cluster, *rules) as server:
        runs = Runs(server, page_size=page_size, parallel=parallel)
        for number, pages in enumerate(endings):
            runs.run(pages)
            if number < len(changes):
                writers.change(*changes[number])
        runs.run(10_000)
        there = {each.id for shard in documents for each in shard}
        assert there <= runs.arrived.keys()
        assert server.open_contexts == 0


@settings(max_examples=30)
@given(
    shards=st.lists(st.lists(st.integers(0, 30), max_size=30), min_size=1, max_size=3),
    page_size=st.integers(1, 12),
    endings=st.lists(st.integers(0, 4), max_size=6),
)
def test_nothing_comes_twice(shards: list[list[int]], page_size: int, endings: list[int]) -> None:
    """Where nothing changes, what a state covers does not come again, near the newest either.

    But for the last number of a page, and those with the same: it is not done until one has looked
    whether there are more.
    """
    with FakeServer(Cluster(sparse(shards))) as server:
        runs = Runs(server, page_size=page_size)
        for pages in endings:
            runs.run(pages)
        runs.run(10_000)
        count = sum(map(len, shards))
        alike = sum(shard.count(number) > 1 for shard in shards for number in shard)
        assert len(runs.arrived) == count
        assert runs.count <= count + (alike + len(shards)) * len(endings)


def test_changes_between_runs() -> None:
    """What was passed and has changed comes again as it is now, and the rest not again."""
    cluster = Cluster(sparse([range(100)]))
    (shard,) = cluster.indices["orders"].shards
    writers = Writers([shard])
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=10, parallel=1)
        for _ in range(4):
            runs.run(2)
            writers.change(0, 1)
        runs.run(100)
        assert {each.id for each in shard} <= runs.arrived.keys()
        # Four times, a document is changed and one is new; of each run, a page may come again.
        assert runs.count <= 100 + 4 * (2 + 10)


def test_changes_that_add_up_to_nothing() -> None:
    """Documents that become visible are read, also where as many are deleted, of the same sum."""
    cluster = Cluster(sparse([[0, 1, 3, 4, 6, 7, 8, 9]]))
    (shard,) = cluster.indices["orders"].shards
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=2, parallel=1)
        runs.run(4)
        shard[:] = [each for each in shard if each.seq_no not in {3, 4}]
        shard += [document(100 + number, seq_no=number) for number in (2, 5)]
        runs.run(100)
        assert {"102", "105"} <= runs.arrived.keys()


def test_many_numbers_of_no_document() -> None:
    """Hundreds of requests in a row that find nothing do no harm."""
    there = range(0, 801, 2)
    cluster = Cluster(sparse([there]))
    done = [[number, number] for number in there[:-1]]
    seen = [len(done), sum(there[:-1])]
    shards = {"0": {"done": done, "max": 800, "term": 1, "seen": seen}}
    indices = {"orders": {"uuid": cluster.indices["orders"].uuid, "shards": shards}}
    left = json.dumps({"v": 1, "query": "query", "max_key": None, "indices": indices})
    with FakeServer(cluster) as server:
        runs = Runs(server, left, page_size=10, parallel=1)
        runs.run(100)
        assert list(runs.arrived) == ["400"]


def test_an_index_made_anew(caplog: pytest.LogCaptureFixture) -> None:
    """The numbers of an index say nothing of another one of its name."""
    cluster = Cluster(index(10))
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=2)
        runs.run(3)
        cluster.indices["orders"] = index(10)
        runs.run(100)
        assert runs.count == 3 * 2 + 10
    assert "Index 'orders' was made anew since its reading began" in caplog.text


def test_another_query(caplog: pytest.LogCaptureFixture) -> None:
    """What was read of another selection does not count, and one line says so."""
    with FakeServer(Cluster(index(10))) as server:
        runs = Runs(server, page_size=2)
        runs.run(3)
        runs.query = "another"
        runs.run(100)
        assert runs.count == 3 * 2 + 10
    assert "of another query or selection: reading it from the beginning" in caplog.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "malformed"),
        (17, "Expected `object`"),
        ('{"v":1}', "missing required field"),
        ('{"v":2,"query":"q","max_key":null,"indices":{}}', "it is of version 2"),
        ('{"v":1,"query":"q","max_key":null,"indices":{"a":{"uuid":7,"shards":{}}}}', "uuid"),
        (BACKWARDS, "what is done of a shard is not from a number to a higher one"),
        (BACKWARDS.replace("[9, 1]", "[-1, 1]"), "Expected `int` >= 0"),
        (BACKWARDS.replace("[9, 1]", f"[1, {2**63}]"), "Expected `int` <= 9223372036854775807"),
        ("\ud800", "surrogates not allowed"),
    ],
)
def test_a_state_that_nobody_wrote(text: object, reason: str) -> None:
    """It is refused with the reason, and with what to do: it is not read as "from the start"."""
    with pytest.raises(SettingsError, match=reason) as refused:
        Resumption("q").resume(text, [], logger)
    assert "Set it to null" in str(refused.value)


def test_a_page_that_is_too_much() -> None:
    """The rest of a piece that was cut down comes all the same, and what is done is what was read.

    One number is missing: then a page has as many documents as the numbers below its last.
    """
    cluster = Cluster(sparse([[n for n in range(200) if n != 5]]))
    with FakeServer(cluster, Rule("page", CIRCUIT_BREAKER, 1)) as server:
        runs = Runs(server, page_size=20, parallel=1)
        runs.run(4)
        runs.run(100)
        assert len(runs.arrived) == 199
        assert runs.count <= 199 + 1


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_shard_that_says_nothing_of_its_newest(nth: int) -> None:
    """An answer that counts documents and has none is asked for again: it is not an empty shard."""
    with FakeServer(Cluster(index(5, 5, 5)), Rule("count", Short(0), nth)) as server:
        runs = Runs(server, page_size=2)
        runs.run(100)
        assert (len(runs.arrived), runs.count) == (15, 15)


def test_an_index_that_was_restored() -> None:
    """A shard that went back to an older one gives numbers anew: nothing of it counts as read."""
    cluster = Cluster(sparse([[*range(100), *range(150_000, 150_020)]]))
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=10, parallel=1)
        runs.run(10)
        assert len(runs.arrived) == 100
        shard = cluster.indices["orders"].shards[0]
        shard[20:] = [document(500 + n, seq_no=20 + n, term=2) for n in range(40)]
        runs.run(100)
        assert {each.id for each in shard} <= runs.arrived.keys()


def test_a_primary_that_was_lost() -> None:
    """Numbers near the highest were given anew behind it, to other documents: those arrive, too."""
    cluster = Cluster(sparse([range(100)]))
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=10, parallel=1)
        runs.run(5)
        assert len(runs.arrived) == 50
        shard = cluster.indices["orders"].shards[0]
        shard[20:40] = [document(500 + n, seq_no=20 + n, term=1) for n in range(20)]
        shard[60:] = [document(600 + n, seq_no=60 + n, term=2) for n in range(50)]
        runs.run(100)
        assert {each.id for each in shard} <= runs.arrived.keys()


def test_fewer_than_were_counted() -> None:
    """What was read of a shard that had more is read again: nobody knows which did not come."""
    more = {
        "total": {"value": 11, "relation": "eq"},
        "hits": [{"_id": "9", "_index": "orders", "_seq_no": 9, "_primary_term": 1, "sort": [9]}],
    }
    with FakeServer(Cluster(index(10)), Rule("count", Changed({"hits": more}))) as server:
        runs = Runs(server, page_size=3)
        assert not runs.ends_well()
        runs.finish()
        assert set(runs.times.values()) == {2}


def test_equal_numbers_and_one_on_its_way() -> None:
    """Several documents of one number hide no number that is to come (shrunken indices)."""
    cluster = Cluster(sparse([[0, 1, 2, 3, 4, 5, 5, 7]]))
    with FakeServer(cluster) as server:
        runs = Runs(server, page_size=4, parallel=1)
        runs.run(2)
        shard = cluster.indices["orders"].shards[0]
        shard += [document(100, seq_no=6), document(101, seq_no=8)]
        runs.run(100)
        assert {each.id for each in shard} <= runs.arrived.keys()
