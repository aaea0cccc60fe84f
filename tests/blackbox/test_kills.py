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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

DOCUMENTS = 60_000
#: How often a run is ended before one is left alone.
KILLS = int(os.environ.get("TAP_ELASTICSEARCH_TEST_KILLS", "10"))
ENDINGS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)


@pytest.fixture
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with many documents, and ties among their keys."""
    mapping = {"properties": {"n": {"type": "long"}}}
    cluster.create("kills", mappings=mapping, settings={"number_of_shards": 3})
    cluster.bulk("kills", ((str(n), {"n": n // 7, "text": "x" * 100}) for n in range(DOCUMENTS)))
    cluster.refresh("kills")
    yield cluster
    cluster.delete("kills")


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


def test_nothing_is_lost(filled: Cluster, sandbox: Sandbox) -> None:
    """Every document arrives, and not much more than once."""
    random = Random(KILLS)
    config = {"hosts": [filled.url], "indices": ["kills"], "replication_key": "n"}
    state: Any = {"bookmarks": {}}
    arrived: Counter[str] = Counter()
    for kill in range(KILLS + 1):
        lines = random.randrange(2 * DOCUMENTS // KILLS) if kill < KILLS else 10 * DOCUMENTS
        how = random.choice(ENDINGS)
        found = ended(sandbox, config, state, lines, how)
        arrived.update(m["record"]["_id"] for m in found if m["type"] == "RECORD")
        state = next((m["value"] for m in reversed(found) if m["type"] == "STATE"), state)
    assert arrived.keys() == {str(n) for n in range(DOCUMENTS)}
    assert arrived.total() < 2 * DOCUMENTS
    assert state["bookmarks"]["kills"]["replication_key_value"] == (DOCUMENTS - 1) // 7
