"""Points in time that expire, or would, on real servers that look for such every second."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import contextmanager
from time import sleep
from typing import IO, TYPE_CHECKING, Any

import pytest

from tests.blackbox.test_endings import await_no_context
from tests.servers import Cluster, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox

#: More than pipes and pages ahead hold.
DOCUMENTS = 20_000
KEEP_ALIVE = 4

EVERY_SECOND = {"search.keep_alive_interval": "1s"}
SERVERS = {
    "elasticsearch-9": EVERY_SECOND,
    # It keeps each for as long as this at least.
    "opensearch-3": {**EVERY_SECOND, "point_in_time.init.keep_alive": "1s"},
}


@pytest.fixture(scope="module", params=SERVERS)
def filled(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server that drops what has expired at once."""
    with running(request.param, settings=SERVERS[request.param]) as server:
        cluster = Cluster(server)
        text = {"type": "text", "index": False}
        mapping = {"properties": {"n": {"type": "long"}, "t": text}}
        cluster.create("expiry", mappings=mapping, settings={"number_of_shards": 2})
        cluster.bulk("expiry", ((str(n), {"n": n, "t": "x" * 500}) for n in range(DOCUMENTS)))
        cluster.refresh("expiry")
        yield cluster


@contextmanager
def begun(
    cluster: Cluster, sandbox: Sandbox, more: dict[str, Any], ids: list[str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has given a part of its documents, and gives the others behind the block."""
    config = {
        "hosts": [cluster.url],
        "indices": ["expiry"],
        "page_size": 500,
        "point_in_time_keep_alive": f"{KEEP_ALIVE}s",
        **more,
    }
    with (
        (sandbox.folder / "log").open("w") as log,
        subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE, stderr=log) as tap,
    ):
        assert tap.stdout is not None
        ids += _ids(tap.stdout, 3_000)
        yield tap
        ids += _ids(tap.stdout)
    assert tap.returncode == 0, (sandbox.folder / "log").read_text()
    assert cluster.open_contexts() == 0


def _ids(out: IO[bytes], lines: int | None = None) -> list[str]:
    read = out.readlines() if lines is None else [out.readline() for _ in range(lines)]
    messages = [json.loads(line) for line in read]
    return [message["record"]["_id"] for message in messages if message["type"] == "RECORD"]


WAYS = pytest.mark.parametrize(
    "more",
    [{}, {"replication_key": "n", "resume_full_table": False}],
    ids=["whole", "since"],
)


@WAYS
def test_a_target_that_pauses(filled: Cluster, sandbox: Sandbox, more: dict[str, Any]) -> None:
    """One that reads nothing for longer than the keep-alive does not lose the snapshot."""
    ids: list[str] = []
    with begun(filled, sandbox, more, ids):
        sleep(2.5 * KEEP_ALIVE)
        assert filled.open_contexts() > 0
    assert "dropped" not in (sandbox.folder / "log").read_text()
    assert sorted(ids, key=int) == [str(n) for n in range(DOCUMENTS)]


@WAYS
def test_a_run_that_sleeps(filled: Cluster, sandbox: Sandbox, more: dict[str, Any]) -> None:
    """A run on a machine that slept meanwhile opens new ones, and every document arrives."""
    ids: list[str] = []
    with begun(filled, sandbox, more, ids) as tap:
        tap.send_signal(signal.SIGSTOP)
        try:
            await_no_context(filled)
        finally:
            tap.send_signal(signal.SIGCONT)
    assert "has dropped the point in time" in (sandbox.folder / "log").read_text()
    assert set(ids) == {str(n) for n in range(DOCUMENTS)}
    # In the order of a key, its last value comes again.
    assert len(ids) < DOCUMENTS + 100
