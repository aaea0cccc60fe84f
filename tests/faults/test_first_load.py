"""The first run of an incremental stream, which is read as a full table is, and leaves a bookmark.

Points in time are lost at any of its requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.command import run
from tests.faults.documents import document, index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import LOST_CONTEXTS, Meanwhile, Rule
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.command import Run

CONFIG: dict[str, Any] = {"replication_key": "number", "page_size": 4, "parallel": 2}


def bookmark_of(done: Run) -> int:
    """The bookmark that a run left, which is all that it left."""
    states = [message["value"] for message in done.messages if message["type"] == "STATE"]
    left = states[-1]["bookmarks"]["orders"]
    assert left.get("full_table") is None
    bookmark: int = left["replication_key_value"]
    return bookmark


@pytest.mark.parametrize(
    ("operation", "nth"),
    # Each shard is looked at, then asked for its largest key, then read in pages.
    [*(("count", nth) for nth in range(1, 7)), *(("page", nth) for nth in (1, 2, 3, 6, 9))],
)
def test_lost_points_in_time(tmp_path: Path, operation: str, nth: int) -> None:
    """All arrives, and nothing twice but a page that was under way; the bookmark is the largest."""
    rule = Rule(operation, LOST_CONTEXTS, nth)
    with FakeServer(Cluster(index(10, 10, 10)), rule) as server:
        done = run(server, tmp_path, **CONFIG)
        assert done.code == 0, done.stderr
        assert server.struck.is_set()
        assert server.open_contexts == 0
    assert set(done.ids) == {str(n) for n in range(30)}
    assert len(done.ids) <= 30 + 4
    assert bookmark_of(done) == 29


@pytest.mark.parametrize("nth", range(1, 6))
def test_a_snapshot_of_another_moment(tmp_path: Path, nth: int) -> None:
    """Whatever is written when they are lost: what does not arrive is behind the bookmark.

    Here, the first shard gets the largest key of all, and one that had nothing a smaller one.
    """

    def happen(cluster: Cluster) -> None:
        cluster.drop_contexts()
        first, second, _ = cluster.indices["orders"].shards
        first.append(document(100, seq_no=10))
        second.append(document(50, seq_no=0))

    with FakeServer(Cluster(index(10, 0, 10)), Rule("count", Meanwhile(happen), nth)) as server:
        done = run(server, tmp_path, **CONFIG)
        assert done.code == 0, done.stderr
        assert server.struck.is_set()
        assert server.open_contexts == 0
    bookmark = bookmark_of(done)
    assert bookmark in {19, 50, 100}
    assert {n for n in (*range(20), 50, 100) if n <= bookmark} <= {int(id_) for id_ in done.ids}


def test_lost_again_and_again(tmp_path: Path) -> None:
    """A server on which no point in time lives long enough ends the run, and leaves no bookmark."""
    rules = [Rule("count", LOST_CONTEXTS, nth) for nth in range(4, 20, 4)]
    with FakeServer(Cluster(index(10, 10, 10)), *rules) as server:
        done = run(server, tmp_path, **CONFIG)
        assert (done.code, done.ids, len(done.errors)) == (1, [], 1), done.stderr
        assert "has dropped the point in time" in done.errors[0]
        assert server.open_contexts == 0
