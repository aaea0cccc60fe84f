"""A run that is ended again and again, and goes on from its last STATE, loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import Cluster, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox

#: How often a run is ended before one is left alone.
KILLS = int(os.environ.get("TAP_ELASTICSEARCH_TEST_KILLS", "10"))
#: A run that is ended before its first STATE, a fifth of a second or more, has done nothing.
DOCUMENTS = 6_000 * max(KILLS, 10)
ENDINGS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)


@pytest.fixture
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with many documents, and ties among their keys."""
    fill(cluster)
    yield cluster
    cluster.delete("kills")


def fill(cluster: Cluster) -> None:
    """Write the documents, into three shards."""
    mapping = {"properties": {"n": {"type": "long"}}}
    cluster.create("kills", mappings=mapping, settings={"number_of_shards": 3})
    cluster.bulk("kills", ((str(n), {"n": n // 7, "text": "x" * 100}) for n in range(DOCUMENTS)))
    cluster.refresh("kills")


def messages(out: bytes) -> list[dict[str, Any]]:
    """The whole lines of ``out``; the last one may be cut only where the process was killed."""
    *lines, rest = out.split(b"\n")
    with suppress(ValueError):
        json.loads(rest)
        lines.append(rest)
    return [json.loads(line) for line in lines if line]


def ended(
    sandbox: Sandbox,
    config: dict[str, Any],
    state: object,
    read: int,
    how: int,
) -> list[dict[str, Any]]:
    """The messages of a run that is ended after so many lines; by closing the pipe, too."""
    arguments = ("--state", sandbox.write("state.json", state))
    with subprocess.Popen(
        sandbox.command(config, *arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as tap:
        assert tap.stdout is not None
        out = b"".join(tap.stdout.readline() for _ in range(read))
        if how != signal.SIGPIPE:
            tap.send_signal(how)
            out += tap.stdout.read()
        tap.stdout.close()
    return messages(out)


class Chain:
    """Runs that are ended, each from the last STATE of the one before.

    Attributes:
        arrived: How often each document has arrived, by its ``_id``.
        records: The record of each that arrived last.
        state: The last state that was written.
    """

    def __init__(self, sandbox: Sandbox, config: dict[str, Any], state: object) -> None:
        self._sandbox = sandbox
        self._config = config
        self.arrived: Counter[str] = Counter()
        self.records: dict[str, dict[str, Any]] = {}
        self.state: Any = state

    def run(self, lines: int, how: int) -> None:
        """One run that is ended in a way after so many lines."""
        found = ended(self._sandbox, self._config, self.state, lines, how)
        records = [m["record"] for m in found if m["type"] == "RECORD"]
        self.arrived.update(record["_id"] for record in records)
        self.records |= {record["_id"]: record for record in records}
        states = [m["value"] for m in found if m["type"] == "STATE"]
        self.state = states[-1] if states else self.state

    def run_to_its_end(self) -> None:
        """One run that is left alone."""
        self.run(10 * DOCUMENTS, signal.SIGTERM)


KEYED = {"replication_key": "n"}
BOOKMARK = {"replication_key": "n", "replication_key_value": -1}


#: All of it, the first run of an incremental stream, and one behind a bookmark.
WAYS = pytest.mark.parametrize(
    ("more", "bookmarks"),
    [({}, {}), (KEYED, {}), (KEYED, {"kills": BOOKMARK})],
    ids=["whole", "first", "since"],
)


@WAYS
def test_nothing_is_lost(
    filled: Cluster, sandbox: Sandbox, more: dict[str, Any], bookmarks: dict[str, Any]
) -> None:
    """Every document arrives, and not much more than once."""
    random = Random(KILLS)
    config = {"hosts": [filled.url], "indices": ["kills"], **more}
    chain = Chain(sandbox, config, {"bookmarks": bookmarks})
    for _ in range(KILLS):
        chain.run(random.randrange(2 * DOCUMENTS // KILLS), random.choice(ENDINGS))
    chain.run_to_its_end()
    # Sets as large as these are not to be printed.
    assert not {str(n) for n in range(DOCUMENTS)} ^ chain.arrived.keys()
    assert chain.arrived.total() < 2 * DOCUMENTS
    left = chain.state["bookmarks"]["kills"]
    assert left.get("replication_key_value") == ((DOCUMENTS - 1) // 7 if more else None)
    assert left.get("full_table") is None


def test_changes_meanwhile(filled: Cluster, sandbox: Sandbox) -> None:
    """What was not touched since the start is all there, what was, at least as it was then."""
    random = Random(KILLS)
    chain = Chain(sandbox, {"hosts": [filled.url], "indices": ["kills"]}, {"bookmarks": {}})
    touched: set[str] = set()
    for kill in range(KILLS // 2):
        chain.run(random.randrange(4 * DOCUMENTS // KILLS), random.choice(ENDINGS))
        changed = {str(random.randrange(DOCUMENTS)) for _ in range(500)} - touched
        filled.bulk("kills", ((id_, {"n": -kill, "text": "changed"}) for id_ in changed))
        for id_ in sorted(changed)[:20]:
            filled.request("DELETE", f"/kills/_doc/{id_}")
        filled.bulk("kills", ((f"new-{kill}-{n}", {"n": 0, "text": "new"}) for n in range(200)))
        filled.refresh("kills")
        touched |= changed
    chain.run_to_its_end()
    untouched = {str(n) for n in range(DOCUMENTS)} - touched
    assert untouched <= chain.arrived.keys()
    assert all(chain.records[id_]["n"] == int(id_) // 7 for id_ in untouched)
    found = {"query": {"match_all": {}}, "size": 0, "track_total_hits": True}
    there = filled.request("POST", "/kills/_search", found)["hits"]["total"]["value"]
    assert there <= len(chain.arrived)


@pytest.mark.parametrize("name", ["elasticsearch-9", "opensearch-3"])
@WAYS
def test_a_server_that_dies(
    name: str, sandbox: Sandbox, more: dict[str, Any], bookmarks: dict[str, Any]
) -> None:
    """A run waits for a server that is killed and started again, and goes on; nothing is lost."""
    with running(name) as server:
        fill(Cluster(server))
        config = {"hosts": [server.url], "indices": ["kills"], "page_size": 1000, **more}
        state = sandbox.write("state.json", {"bookmarks": bookmarks})
        with (
            (sandbox.folder / "log").open("w") as log,
            subprocess.Popen(
                sandbox.command(config, "--state", state), stdout=subprocess.PIPE, stderr=log
            ) as tap,
        ):
            assert tap.stdout is not None
            out = b"".join(tap.stdout.readline() for _ in range(5_000))
            server.kill()
            server.start()
            Cluster(server).request("GET", "/_cluster/health?wait_for_status=yellow")
            out += tap.stdout.read()
        log_lines = (sandbox.folder / "log").read_text()
        assert tap.returncode == 0, log_lines
        assert "Asking again" in log_lines
        assert "has dropped the point in time" in log_lines
        said = messages(out)
        arrived = Counter(m["record"]["_id"] for m in said if m["type"] == "RECORD")
        assert arrived.keys() == {str(n) for n in range(DOCUMENTS)}
        assert arrived.total() < 1.1 * DOCUMENTS
        left = [m["value"] for m in said if m["type"] == "STATE"][-1]["bookmarks"]["kills"]
        assert left.get("replication_key_value") == ((DOCUMENTS - 1) // 7 if more else None)
        assert left.get("full_table") is None
