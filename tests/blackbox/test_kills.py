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
#: What a server of little memory takes in a request.
IN_BULK = 60_000
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
    for first in range(0, DOCUMENTS, IN_BULK):
        numbers = range(first, min(first + IN_BULK, DOCUMENTS))
        cluster.bulk("kills", ((str(n), {"n": n // 7, "text": "x" * 100}) for n in numbers))
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


def held(server: Cluster) -> dict[str, dict[str, Any]]:
    """The documents of the index, by their ``_id``."""
    documents: dict[str, dict[str, Any]] = {}
    found = server.request("POST", "/kills/_search?scroll=1m", {"size": 10_000, "sort": ["_doc"]})
    while found["hits"]["hits"]:
        documents |= {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]}
        body = {"scroll": "1m", "scroll_id": found["_scroll_id"]}
        found = server.request("POST", "/_search/scroll", body)
    server.request("DELETE", "/_search/scroll", {"scroll_id": [found["_scroll_id"]]})
    return documents


class Writer:
    """Changes, adds and deletes documents between runs.

    Attributes:
        must: The documents that must arrive as they are: their key was not passed when they were
            written.
        may: Those that nobody has to find: they were added where the runs had been already.
    """

    def __init__(self, server: Cluster, random: Random) -> None:
        self._server = server
        self._random = random
        self._there = [str(n) for n in range(DOCUMENTS)]
        self.versions = {id_: [source] for id_, source in held(server).items()}
        self.must = set(self._there)
        self.may: set[str] = set()

    def write(self, turn: int, bookmark: int) -> None:
        """Do something of each kind; what has no smaller key than ``bookmark`` is to be found."""
        some = self._random.sample(self._there, 600)
        for id_ in some[:40]:
            self._server.request("DELETE", f"/kills/_doc/{id_}")
        self._there = sorted(set(self._there) - set(some[:40]))
        latest = DOCUMENTS + turn
        moved = dict.fromkeys(some[40:320], latest)
        kept = {id_: self.versions[id_][-1]["n"] for id_ in some[320:]}
        added = {f"new-{turn}-{n}": self._random.randrange(DOCUMENTS // 7) for n in range(200)}
        keys = {**moved, **kept, **added}
        documents = {id_: {"n": key, "text": f"turn {turn}"} for id_, key in keys.items()}
        self._server.bulk("kills", documents.items())
        self._server.refresh("kills")
        passed = {id_ for id_, key in keys.items() if key < bookmark}
        self.must = self.must - keys.keys() | keys.keys() - passed
        self.may |= added.keys() & passed
        self._there += added
        for id_, source in documents.items():
            self.versions.setdefault(id_, []).append(source)


def bookmark_of(chain: Chain) -> int:
    """The bookmark that the chain is at; -1: none."""
    left: int = chain.state["bookmarks"].get("kills", {}).get("replication_key_value", -1)
    return left


@WAYS
def test_changes_meanwhile(
    filled: Cluster, sandbox: Sandbox, more: dict[str, Any], bookmarks: dict[str, Any]
) -> None:
    """What is there at the end has arrived, document by document, as it is or as it once was.

    As it is, unless its key had been passed when it was last written.
    """
    random = Random(KILLS)
    config = {"hosts": [filled.url], "indices": ["kills"], **more}
    chain = Chain(sandbox, config, {"bookmarks": bookmarks})
    writer = Writer(filled, random)
    for turn in range(KILLS // 2):
        chain.run(random.randrange(4 * DOCUMENTS // KILLS), random.choice(ENDINGS))
        writer.write(turn, bookmark_of(chain))
    chain.run_to_its_end()
    there = held(filled)
    arrived = {
        id_: {name: record[name] for name in ("n", "text")}
        for id_, record in chain.records.items()
        if id_ in there
    }
    assert not there.keys() - arrived.keys() - (writer.may - writer.must)
    assert not [id_ for id_, source in arrived.items() if source not in writer.versions[id_]]
    assert not [id_ for id_ in writer.must & there.keys() if arrived[id_] != there[id_]]
    # No more than twice on average, versions that came to be meanwhile included.
    assert chain.arrived.total() < 2 * len(writer.versions)


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
