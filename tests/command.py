"""The installed command, run as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

TAP = str(Path(sys.executable).parent / "tap-elasticsearch")


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended.

    Attributes:
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    code: int
    out: str
    err: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The Singer messages; every line must be one."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of a stream."""
        return [m["record"] for m in self.of_type("RECORD") if m["stream"] == stream]

    @property
    def complaints(self) -> list[str]:
        """Log lines of level ERROR, without their time."""
        lines = [line.split("|", 3) for line in self.err.splitlines()]
        return [line[3].strip() for line in lines if len(line) > 3 and "ERROR" in line[1]]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A folder to run the command in.

    Attributes:
        folder: Its files.
    """

    folder: Path

    def write(self, name: str, content: object) -> str:
        """Write ``content`` as JSON; the file's path."""
        path = self.folder / name
        path.write_text(json.dumps(content))
        return str(path)

    def command(self, config: Mapping[str, Any], *arguments: str, tap: str = TAP) -> list[str]:
        """The command line for ``config``."""
        return [tap, "--config", self.write("config.json", config), *arguments]

    def run(
        self, config: Mapping[str, Any], *arguments: str, tap: str = TAP, **environment: str
    ) -> Run:
        """Run the command to its end."""
        done = subprocess.run(
            self.command(config, *arguments, tap=tap),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, **environment},
            timeout=120,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def discover(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The catalog that ``--discover`` prints."""
        run = self.run(config, "--discover")
        assert run.code == 0, run.err
        catalog: dict[str, Any] = json.loads(run.out)
        return catalog


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A new folder to run the command in."""
    return Sandbox(tmp_path)
