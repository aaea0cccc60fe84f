"""The first run of an incremental stream, which is read as a full table is, and leaves a bookmark.

Points in time are lost at any of its requests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.command import ended, run, start
from tests.faults.documents import document, index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import BUSY_FOR_LONG, LOST_CONTEXTS, Meanwhile, Rule
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


def interrupted(folder: Path, server: FakeServer, **settings: object) -> tuple[Run, Path]:
    """A run that a server has ended, and the file with the state that it left."""
    done = run(server, folder, **settings)
    assert done.code == 1, done.stderr
    state = folder / "state.json"
    state.write_text(json.dumps(done.messages[-1]["value"]))
    return done, state


def keyed(start_value: int) -> dict[str, Any]:
    """Settings of a stream that begins there."""
    stream = {"index": "orders", "name": "orders", "replication_key": "number"}
    return {"indices": [], "streams": [{**stream, "start_value": start_value}]}


def test_a_start_that_moves(tmp_path: Path) -> None:
    """A first load that begins later each day, in words of the present, goes on all the same."""
    paged: dict[str, Any] = {"page_size": 4, "parallel": 1}
    with FakeServer(Cluster(index(30)), Rule("page", BUSY_FOR_LONG, 3)) as server:
        first, state = interrupted(tmp_path, server, **paged, **keyed(2))
        arguments = ("--state", str(state))
        second = ended(start(server, tmp_path, *arguments, **paged, **keyed(20)))
        assert second.code == 0, second.stderr
        assert {*map(int, first.ids), *map(int, second.ids)} == set(range(2, 30))
        assert len(second.ids) < 28 - len(first.ids) + 4


@pytest.mark.parametrize(
    "more",
    [{"resume_full_table": False}, {"replication_key": "number", "resume_full_table": False}],
    ids=["whole", "since"],
)
def test_what_is_not_gone_on_with(tmp_path: Path, more: dict[str, Any]) -> None:
    """A full table of an earlier run that this one reads anew is no part of any state behind it."""
    paged: dict[str, Any] = {"page_size": 4, "parallel": 1}
    rules = [Rule("page", BUSY_FOR_LONG, nth) for nth in (3, 6)]
    with FakeServer(Cluster(index(30)), *rules) as server:
        _, state = interrupted(tmp_path, server, **paged)
        assert '"full_table": "' in state.read_text()
        for code in (1, 0):
            done = ended(start(server, tmp_path, "--state", str(state), **paged, **more))
            assert done.code == code, done.stderr
            left = done.messages[-1]["value"]["bookmarks"]["orders"]
            assert left["full_table"] is None
        assert len(done.ids) == 30


def test_a_bookmark_of_another_kind(tmp_path: Path) -> None:
    """A largest key that is none is refused before anything is read."""
    with FakeServer(Cluster(index(30)), Rule("page", BUSY_FOR_LONG, 3)) as server:
        _, state = interrupted(tmp_path, server, **CONFIG)
        text = state.read_text()
        assert '\\"max_key\\":29' in text
        state.write_text(text.replace('\\"max_key\\":29', '\\"max_key\\":\\"x\\"'))
        done = ended(start(server, tmp_path, "--state", str(state), **CONFIG))
        assert (done.code, done.ids) == (2, [])
        assert "The max_key of the state's full_table is 'x', but number is a number" in done.stderr
