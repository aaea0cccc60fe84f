"""Points in time that are lost while a run goes on, on real servers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

DOCUMENTS = 20_000


@pytest.fixture
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with more documents than pipes and pages ahead hold."""
    number = {"type": "long"}
    text = {"type": "text", "index": False}
    mapping = {"properties": {"n": number, "several": number, "t": text}}
    cluster.create("losses", mappings=mapping, settings={"number_of_shards": 2})
    documents = (
        (str(n), {"n": n // 10, "several": [n // 10, n // 10 + 50], "t": "x" * 500})
        for n in range(DOCUMENTS)
    )
    cluster.bulk("losses", documents)
    cluster.refresh("losses")
    yield cluster
    cluster.delete("losses")


def lose_all(cluster: Cluster) -> None:
    """Let the server drop every point in time on the index, without a request of the tap's."""
    cluster.request("POST", "/losses/_close")
    cluster.request("POST", "/losses/_open?wait_for_active_shards=all")


#: A first run as fast as a full table, and one in the order of the key.
FIRST = {"replication_key": "n"}
SORTED = {**FIRST, "resume_full_table": False}

#: A document is found by each of its values, and stands where the smallest is.
SEVERAL = {**SORTED, "replication_key": "several"}


@pytest.mark.parametrize(
    "more", [{}, FIRST, SORTED, SEVERAL], ids=["whole", "first", "since", "several"]
)
def test_points_in_time_are_lost(filled: Cluster, sandbox: Sandbox, more: dict[str, Any]) -> None:
    """The run opens new ones, goes on, and every document arrives."""
    config = {"hosts": [filled.url], "indices": ["losses"], "page_size": 500, **more}
    with (
        (sandbox.folder / "log").open("w") as log,
        subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE, stderr=log) as tap,
    ):
        assert tap.stdout is not None
        lines = [tap.stdout.readline() for _ in range(3_000)]
        lose_all(filled)
        lines += tap.stdout.readlines()
    said = (sandbox.folder / "log").read_text()
    assert tap.returncode == 0, said
    assert "has dropped the point in time" in said
    messages = [json.loads(line) for line in lines]
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert {record["_id"] for record in records} == {str(n) for n in range(DOCUMENTS)}
    assert filled.open_contexts() == 0
    # Of each shard, what is found again is what has a value behind the last one.
    assert len(records) < DOCUMENTS + (2_000 if more == SEVERAL else 100)
    numbers = [record["n"] for record in records]
    assert more != SORTED or numbers == sorted(numbers)
    left = [message for message in messages if message["type"] == "STATE"][-1]["value"]
    assert left["bookmarks"]["losses"].get("full_table") is None
    # Documents with several values have the smallest as their key.
    largest = (DOCUMENTS - 1) // 10 if more else None
    assert left["bookmarks"]["losses"].get("replication_key_value") == largest


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("POST", "/losses/_close", "an index is closed. Open it, or leave it out."),
        ("DELETE", "/losses", "no such index [losses]"),
    ],
)
def test_an_index_goes(
    filled: Cluster, sandbox: Sandbox, method: str, path: str, words: str
) -> None:
    """What is closed or deleted while it is read ends the run with one line that says so."""
    config = {"hosts": [filled.url], "indices": ["losses"], "page_size": 500}
    with subprocess.Popen(
        sandbox.command(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tap:
        assert tap.stdout is not None
        for _ in range(1_000):
            tap.stdout.readline()
        filled.request(method, path)
        out, err = tap.communicate()
    assert tap.returncode == 2
    (error,) = [line for line in err.splitlines() if "ERROR" in line]
    assert words in error
    assert "Traceback" not in err
    assert json.loads(out.splitlines()[-1])["type"] == "STATE"
    assert filled.open_contexts() == 0
