"""Runs over a server that fails for a while, in any way, at any moment: nothing is left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.documents import MAPPING
from tests.faults.fake_server import FakeServer
from tests.faults.model import Cluster, Document, Index
from tests.faults.outages import SETTINGS, losses, out_of_reach, outages
from tests.faults.runs import Runs, sparse
from tests.faults.sorted_runs import SortedRuns

if TYPE_CHECKING:
    from tests.faults.chain import Chain
    from tests.faults.faults import Rule


def change(shards: list[list[Document]], at: int) -> None:
    """Change a document of each shard, which gives it the next number."""
    for shard in shards:
        if shard:
            highest = max(document.seq_no for document in shard)
            changed = shard.pop(at % len(shard))
            shard.append(Document(changed.id, '{"name":"changed"}', highest + 1))


def require_whole(server: FakeServer, runs: Chain[Any], another: int) -> None:
    """See that nothing came oftener than it must, and nothing is left out behind any state."""
    assert max(runs.times.values(), default=0) <= runs.begun + losses(server)
    left, before = runs.states[another % len(runs.states)]
    rest = runs.anew(left)
    rest.finish()
    assert before | rest.times.keys() == runs.times.keys()
    assert server.open_contexts <= out_of_reach(server)


@settings(max_examples=60)
@given(
    shards=st.lists(st.lists(st.integers(0, 40), max_size=25), min_size=1, max_size=3),
    page_size=st.one_of(st.just("auto"), st.integers(1, 8)),
    parallel=st.one_of(st.just("auto"), st.integers(1, 5)),
    rules=outages(1, 8),
    endings=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), max_size=3),
    another=st.integers(0, 1_000),
)
def test_a_full_table(
    shards: list[list[int]],
    page_size: int | str,
    parallel: int | str,
    rules: list[Rule],
    endings: list[tuple[int, int]],
    another: int,
) -> None:
    """Whatever fails, and whether that ends runs: all arrives, as it is, once a run at most.

    What any of the states says is done has arrived when it was left, so that a run that goes on
    from it brings the rest. No point in time is left open that could be closed.
    """
    cluster = Cluster(sparse(shards))
    documents = cluster.indices["orders"].shards
    with FakeServer(cluster, *rules) as server:
        options: dict[str, Any] = {"page_size": page_size, "parallel": parallel, **SETTINGS}
        runs = Runs(server, **options)
        for pages, at in endings:
            runs.ends_well(pages)
            change(documents, at)
        runs.finish()
        assert runs.arrived == {
            each.id: each.source.encode() for shard in documents for each in shard
        }
        require_whole(server, runs, another)


@settings(max_examples=60)
@given(
    shards=st.lists(st.lists(st.integers(0, 6), max_size=5), min_size=1, max_size=3),
    of_each=st.sampled_from([1, 50]),
    pages=st.integers(1, 6),
    rules=outages(20, 100),
    endings=st.lists(st.integers(0, 3), max_size=3),
    another=st.integers(0, 1_000),
)
def test_in_the_order_of_a_key(
    shards: list[list[int]],
    of_each: int,
    pages: int,
    rules: list[Rule],
    endings: list[int],
    another: int,
) -> None:
    """The same by a bookmark: nothing behind any of them is left out, whatever keys are equal."""
    documents = [
        [
            Document(f"{shard}-{place}-{n}", json.dumps({"number": key}))
            for place, key in enumerate(keys)
            for n in range(of_each)
        ]
        for shard, keys in enumerate(shards)
    ]
    with FakeServer(Cluster(Index("orders", documents, MAPPING)), *rules) as server:
        options: dict[str, Any] = {"page_size": max(1, 5 * of_each // pages), **SETTINGS}
        runs = SortedRuns(server, **options)
        for batches in endings:
            runs.ends_well(batches)
        runs.finish()
        assert runs.times.keys() == {each.id for shard in documents for each in shard}
        require_whole(server, runs, another)
