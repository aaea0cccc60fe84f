"""How far a stream is, for people and for logs."""

from __future__ import annotations

import fcntl
import logging
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

from tap_elasticsearch.output import Progress

if TYPE_CHECKING:
    import pytest

    from tests.command import Sandbox
    from tests.servers import Cluster

LOGGER = logging.getLogger("progress")


def add(progress: Progress, documents: int) -> None:
    """Note a page with ``documents``."""
    progress.add(documents=documents, pages=1, size_in_bytes=2_500_000, total=3_000)


def test_lines_and_a_summary(caplog: pytest.LogCaptureFixture) -> None:
    """Without a terminal, a line says how far it is, and one at the end sums it up."""
    with caplog.at_level("INFO"):
        progress = Progress("orders", LOGGER, interval=0)
        with progress.shown():
            add(progress, 1_200)
    assert caplog.messages[0].startswith("1,200 documents of 3,000, ")
    assert caplog.messages[1].startswith("Read 1,200 documents of 3,000: ")
    assert caplog.messages[1].endswith(" documents/s, 2.5 MB, 1 pages.")


def test_lines_are_rare(caplog: pytest.LogCaptureFixture) -> None:
    """Between two lines, time must pass."""
    with caplog.at_level("INFO"):
        progress = Progress("orders", LOGGER)
        for _ in range(100):
            add(progress, 1)
    assert caplog.messages == []


def test_a_bar_on_a_terminal(elasticsearch: Cluster, sandbox: Sandbox) -> None:
    """A person at a terminal sees a bar; the log lines stay whole."""
    elasticsearch.create("bar")
    elasticsearch.bulk("bar", ((str(n), {"n": n}) for n in range(500)))
    elasticsearch.refresh()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    config = {"hosts": [elasticsearch.url], "indices": ["bar"], "page_size": 100}
    try:
        subprocess.run(
            sandbox.command(config), stdout=subprocess.DEVNULL, stderr=theirs, check=True
        )
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
    finally:
        os.close(ours)
        elasticsearch.delete("bar")
    assert b"bar: " in seen
    assert "█".encode() in seen
    assert b"Read 500 documents of 500" in seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        # Linux says so when the other end has been closed.
        return b""
