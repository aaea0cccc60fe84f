"""The installed command against the fake server."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.fake_server import FakeServer

#: Seconds after which a run counts as hanging.
PATIENCE = 60
_NO_REASON = ("| INFO ", "| WARNING ", "An unhandled error occurred while syncing")


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended.

    Attributes:
        code: Its exit code.
        messages: What it wrote on stdout, each line decoded.
        stderr: What it wrote on stderr.
    """

    code: int
    messages: list[dict[str, Any]]
    stderr: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records, in their order."""
        return [message["record"] for message in self.messages if message["type"] == "RECORD"]

    @property
    def ids(self) -> list[str]:
        """The ``_id`` of each record."""
        return [record["_id"] for record in self.records]

    @property
    def errors(self) -> list[str]:
        """Lines on stderr that are neither informative nor the SDK's, which gives no reason."""
        return [
            line
            for line in self.stderr.splitlines()
            if not any(part in line for part in _NO_REASON)
        ]


def start(
    server: FakeServer, folder: Path, *arguments: str, **settings: object
) -> subprocess.Popen[bytes]:
    """Start the command; its stdout and stderr are pipes."""
    config = folder / "config.json"
    config.write_text(json.dumps({"hosts": [server.url], **settings}))
    return subprocess.Popen(
        [sys.executable, "-m", "tap_elasticsearch", "--config", str(config), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process: subprocess.Popen[bytes], *, within: float = PATIENCE) -> Run:
    """The run, once it has ended.

    Fails if that takes too long, if the command printed a traceback, or a line that is not JSON.
    """
    try:
        stdout, stderr = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    said = stderr.decode()
    assert "Traceback" not in said, said
    *lines, rest = stdout.split(b"\n")
    assert not rest, "The last line is not whole."
    return Run(process.returncode, [msgspec.json.decode(line) for line in lines], said)


def run(server: FakeServer, folder: Path, **settings: object) -> Run:
    """Run the command to its end."""
    return ended(start(server, folder, **settings))
