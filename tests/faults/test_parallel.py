"""How many requests are on their way at once."""

from __future__ import annotations

import pytest

from tests.faults.documents import MAPPING, document, index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import BUSY, CUT_BEFORE, LOST_CONTEXTS, MISSING_SHARD, Held, Rule
from tests.faults.model import Cluster, Index
from tests.faults.runs import Runs
from tests.faults.sorted_runs import SortedRuns

#: Seconds that answers take for each page that may be on its way: more than it takes to ask for it.
A_WHILE = 0.04
#: Faults behind each of which a page, or all that is on its way, is asked for again.
AGAIN = (
    Rule("page", BUSY, 3),
    Rule("page", CUT_BEFORE, 4),
    Rule("page", MISSING_SHARD, 5),
    Rule("page", LOST_CONTEXTS, 6),
    Rule("page", BUSY, 7),
)


def require_most_pages(most: int, shards: int, *rules: Rule, parallel: int | str) -> None:
    """So many pages are on their way at once, where there is more to read, and never more."""
    count = 24 // shards
    slowly = Rule("page", Held(A_WHILE * most), 0)
    with FakeServer(Cluster(index(*[count] * shards)), *rules, slowly) as server:
        runs = Runs(server, page_size=1, parallel=parallel)
        runs.run(1_000)
        assert len(runs.arrived) == shards * count
        assert server.most_pages == most


def in_turns(shards: int, each: int) -> Index:
    """An index whose documents, in the order of their key, are of one shard after the other."""
    documents = [[document(turn * shards + n) for turn in range(each)] for n in range(shards)]
    return Index("orders", documents, MAPPING)


@pytest.mark.parametrize(("parallel", "shards"), [(1, 3), (2, 1), (2, 5), (4, 3), (16, 1), (16, 8)])
def test_as_many_as_there_may_be(parallel: int, shards: int) -> None:
    """As many pages are on their way as ``parallel`` says, of however many shards, and no more."""
    require_most_pages(parallel, shards, parallel=parallel)


@pytest.mark.parametrize(("shards", "most"), [(1, 2), (2, 3), (3, 4), (6, 4)])
def test_as_many_as_there_are_shards(shards: int, most: int) -> None:
    """By itself, the tap has one page more on its way than there are shards, and four at most."""
    require_most_pages(most, shards, parallel="auto")


@pytest.mark.parametrize(("parallel", "most"), [(1, 1), (2, 2), (4, 4), ("auto", 4)])
def test_no_more_behind_a_fault(parallel: int | str, most: int) -> None:
    """A page that is asked for again takes the place of the one that failed.

    So do those in a new point in time: what is under way in the one that was lost still counts.
    """
    require_most_pages(most, 3, *AGAIN, parallel=parallel)


@pytest.mark.parametrize(
    ("parallel", "shards", "most"), [(1, 16, 1), (5, 16, 5), ("auto", 16, 4), ("auto", 2, 2)]
)
def test_in_the_order_of_a_key(parallel: int | str, shards: int, most: int) -> None:
    """Nor are there more where all shards are read side by side, and each asks ahead.

    Their pages end at the same time here, and some must be asked for again.
    """
    slowly = Rule("page", Held(A_WHILE), 0)
    with FakeServer(Cluster(in_turns(shards, 3)), *AGAIN, slowly) as server:
        runs = SortedRuns(server, page_size=1, parallel=parallel)
        runs.run(1_000)
        assert len(runs.times) == shards * 3
        assert server.most_pages == most
