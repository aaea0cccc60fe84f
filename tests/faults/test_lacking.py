"""Documents that a server does not send, although it counts them: a run says so, and how far."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.command import ended, run, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import Changed, Lacking, Rule
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from pathlib import Path

SORTED = {"replication_key": "number", "resume_full_table": False, "page_size": 100}
EVERY = {str(number) for number in range(1_500)}


def test_the_next_run_has_them(tmp_path: Path) -> None:
    """A bookmark that may have passed them is taken back, so that they come with the next run."""
    with FakeServer(Cluster(index(1_000, 500)), Rule("page", Lacking(1))) as server:
        first = run(server, tmp_path, **SORTED)
        assert first.code == 1
        assert "were read, but the same point in time holds" in first.stderr
        assert 0 < len(first.ids) < len(EVERY)
        state = tmp_path / "state.json"
        state.write_text(json.dumps(first.messages[-1]["value"]))
        second = ended(start(server, tmp_path, "--state", str(state), **SORTED))
        assert second.code == 0, second.stderr
        assert {*first.ids, *second.ids} == EVERY


def test_behind_the_bookmark_of_an_earlier_run(tmp_path: Path) -> None:
    """The bookmark is taken back to that of the run before, and no further."""
    state = tmp_path / "state.json"
    bookmark = {"replication_key": "number", "replication_key_value": 5}
    state.write_text(json.dumps({"bookmarks": {"orders": bookmark}}))
    with FakeServer(Cluster(index(600)), Rule("page", Lacking(0), nth=2)) as server:
        done = ended(start(server, tmp_path, "--state", str(state), **SORTED))
        assert done.code == 1
        left = done.messages[-1]["value"]["bookmarks"]["orders"]
        assert {name: left[name] for name in bookmark} == bookmark


def test_an_order_that_is_none(tmp_path: Path) -> None:
    """Where a key comes behind a larger one, no bookmark is left between them."""
    hits = [
        {"_id": str(n), "_index": "orders", "_source": {}, "sort": [n, n]} for n in (*range(600), 5)
    ]
    with FakeServer(Cluster(index(601)), Rule("page", Changed({"hits": {"hits": hits}}))) as server:
        done = run(server, tmp_path, **SORTED)
        assert done.code == 1
        assert "its order cannot be relied on" in done.stderr
        assert len(done.ids) == 500
        assert done.messages[-1]["value"]["bookmarks"]["orders"]["replication_key_value"] is None


@pytest.mark.parametrize(("verify", "code"), [("warn", 0), ("off", 0), ("fail", 1)])
def test_as_the_setting_says(tmp_path: Path, verify: str, code: int) -> None:
    """Who asks for it has success, and a bookmark behind what came."""
    with FakeServer(Cluster(index(600)), Rule("page", Lacking(0), nth=2)) as server:
        done = run(server, tmp_path, verify_counts=verify, **SORTED)
        assert done.code == code, done.stderr
        assert ("point in time holds 600" in done.stderr) == (verify != "off")
        left = done.messages[-1]["value"]["bookmarks"]["orders"]
        assert left.get("replication_key_value") == (None if code else 599)


def test_a_whole_reading_asks_again(tmp_path: Path) -> None:
    """A page of a full table has its own count, so that nothing is missing in the end."""
    with FakeServer(Cluster(index(1_000, 500)), Rule("page", Lacking(1), nth=3)) as server:
        done = run(server, tmp_path, page_size=100, parallel=1)
        assert (done.code, set(done.ids)) == (0, EVERY), done.stderr
        assert "Asking again" in done.stderr
