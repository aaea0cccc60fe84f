"""The command that is stopped, or whose reader stops: it ends well, and soon."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING

import pytest

from tests.faults.command import ended, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer, wait_until
from tests.faults.faults import BUSY, NEVER, Held, Rule
from tests.faults.model import Cluster

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds within which a stopped command must have ended.
SOON = 3
SIGNALS = [(signal.SIGTERM, 143), (signal.SIGINT, 130)]


@pytest.mark.parametrize(("number", "code"), SIGNALS, ids=["SIGTERM", "SIGINT"])
def test_signal_while_a_page_is_awaited(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """A signal ends the run soon, with the page's records, a STATE, and all contexts closed."""
    with FakeServer(Cluster(index(10, 5)), Rule("page", NEVER, nth=2)) as server:
        # Of several at a time, the second to come could be any.
        process = start(server, tmp_path, page_size=4, parallel=1)
        assert server.struck.wait(20)
        process.send_signal(number)
        run = ended(process, within=SOON)
        assert (run.code, run.ids) == (code, ["0", "1", "2", "3"]), run.stderr
        assert "STATE" in {message["type"] for message in run.messages}
        assert server.open_contexts == 0


BEFORE = ["info", "resolve", "mapping", "look", "routed", "settings", "open", "count"]


@pytest.mark.parametrize("operation", BEFORE)
def test_signal_before_the_first_page(tmp_path: Path, operation: str) -> None:
    """A signal ends the run soon also while the server keeps an earlier answer back."""
    nth = 2 if operation == "count" else 1
    with FakeServer(Cluster(index(10, 5)), Rule(operation, NEVER, nth=nth)) as server:
        process = start(server, tmp_path)
        assert server.struck.wait(20)
        process.send_signal(signal.SIGTERM)
        # A point in time that is on its way is waited for, to be closed.
        run = ended(process, within=SOON + 5 * (operation == "open"))
        assert (run.code, run.records) == (143, []), run.stderr


def test_signal_while_a_point_in_time_is_opened(tmp_path: Path) -> None:
    """One that comes a little later is closed, too."""
    with FakeServer(Cluster(index(10, 5)), Rule("open", Held(2), nth=2)) as server:
        process = start(server, tmp_path)
        assert server.struck.wait(20)
        process.send_signal(signal.SIGTERM)
        assert ended(process, within=SOON + 5).code == 143
        assert server.open_contexts == 0


@pytest.mark.parametrize("operation", ["open", "count", "page"])
def test_signal_while_a_wait_is_long(tmp_path: Path, operation: str) -> None:
    """Nor does a run wait that a server has sent away for half a minute."""
    busy = replace(BUSY, headers={"Retry-After": "30"})
    with FakeServer(Cluster(index(10, 5)), Rule(operation, busy, nth=2)) as server:
        process = start(server, tmp_path, page_size=4)
        assert server.struck.wait(20)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        run = ended(process, within=SOON + 5 * (operation == "open"))
        assert run.code == 130, run.stderr
        assert server.open_contexts == 0


@contextmanager
def unread(
    folder: Path,
) -> Iterator[tuple[FakeServer, subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    """A run with more than a pipe holds, of which one line was read: it, its stdout and stderr."""
    with FakeServer(Cluster(index(2000, padding=1000))) as server:
        process = start(server, folder, page_size=100)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        with process.stdout as out, process.stderr as err:
            yield server, process, out, err


def test_a_target_that_is_stuck(tmp_path: Path) -> None:
    """Where there may be no second signal but SIGKILL, the first closes what is open in time."""
    with unread(tmp_path) as (server, process, *_):
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        # docker stop waits for so long.
        assert process.wait(10) == 143
        assert server.open_contexts == 0


def test_a_signal_for_target_and_tap(tmp_path: Path) -> None:
    """A terminal's Ctrl-C ends both: that the target has gone is no error then."""
    with unread(tmp_path) as (server, process, out, err):
        # The pipe is full by then.
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out.close()
        said = err.read().decode()
        assert process.wait(20) == 130, said
        assert "stopped reading" not in said
        assert "ERROR" not in said
        assert server.open_contexts == 0


def test_second_signal(tmp_path: Path) -> None:
    """A second signal ends the run at once, even while a closing is awaited."""
    rules = (Rule("page", NEVER, nth=2), Rule("close", NEVER, nth=0))
    with FakeServer(Cluster(index(10, 5)), *rules) as server:
        process = start(server, tmp_path, page_size=4)
        assert server.struck.wait(20)
        process.send_signal(signal.SIGINT)
        assert wait_until(seconds=SOON, server=server, operation="close", count=1)
        process.send_signal(signal.SIGINT)
        run = ended(process, within=SOON)
        assert run.code == 130, run.stderr


def test_reader_that_leaves(tmp_path: Path) -> None:
    """When nobody reads stdout any more, the run ends by itself and closes its contexts."""
    with unread(tmp_path) as (server, process, out, err):
        out.close()
        said = err.read().decode()
        assert process.wait(20) == 1, said
        assert "stopped reading" in said
        assert "Traceback" not in said
        assert "Exception" not in said
        assert server.open_contexts == 0


def test_reader_that_pauses(tmp_path: Path) -> None:
    """A target that stops reading for longer than the keep-alive does not lose the snapshot."""
    with FakeServer(Cluster(index(500, 300, padding=9000))) as server:
        process = start(server, tmp_path, page_size=50, point_in_time_keep_alive="3s")
        assert wait_until(seconds=20, server=server, operation="page", count=2)
        time.sleep(6)
        paused = server.count("page")
        run = ended(process)
        # The pause was one: most pages came after it.
        assert paused < server.count("page") - 5
        assert (run.code, len(run.ids)) == (0, 800), run.stderr
        assert "has dropped" not in run.stderr
        assert server.open_contexts == 0


def test_a_server_that_pauses_too(tmp_path: Path) -> None:
    """Nor does it, or but for one, if the server does not answer who keeps one of many alive."""
    config = {"page_size": 50, "point_in_time_keep_alive": "4s", "parallel": 1}
    cluster = Cluster(index(*[100] * 6, padding=9000))
    with FakeServer(cluster, Rule("keep", NEVER)) as server:
        process = start(server, tmp_path, **config)
        assert wait_until(seconds=20, server=server, operation="page", count=2)
        time.sleep(7)
        run = ended(process)
        assert (run.code, len(run.ids)) == (0, 600), run.stderr
        assert run.stderr.count("has dropped") <= 1
