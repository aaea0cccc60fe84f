"""Runs a command and measures it from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from tempfile import TemporaryFile
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What ``ru_maxrss`` counts in.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class CommandFailedError(Exception):
    """A command did not do what it was run for."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run.

    Attributes:
        seconds: From its start to the end of its output.
        cpu: Seconds that its processors worked, in user and system mode.
        memory: The most bytes of memory that it had.
        lines: Lines that it wrote.
        size_in_bytes: Bytes that it wrote.
    """

    seconds: float
    cpu: float
    memory: int
    lines: int
    size_in_bytes: int


def run(command: Sequence[str]) -> Sample:
    """Run ``command``, its output through a pipe to ``wc -lc``.

    A target reads from a pipe as well, and a reader that counts shows that nothing was left out.
    The memory is never less than ours was when the command began: mind what is held here.

    Raises:
        CommandFailedError: It failed; the end of what it said is in the message.
    """
    with TemporaryFile() as said:
        begun = monotonic()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, env=environment(os.environ)
        )
        with subprocess.Popen(["wc", "-lc"], stdin=process.stdout, stdout=-1) as reader:
            # Else the command would not notice if the reader went away.
            if process.stdout is not None:
                process.stdout.close()
            _, status, used = os.wait4(process.pid, 0)
            counted = reader.communicate()[0].split()
        seconds = monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            complaint = said.read()[-2_000:].decode(errors="replace")
            msg = f"{' '.join(command)} ended with {process.returncode}:\n{complaint}"
            raise CommandFailedError(msg)
    cpu = used.ru_utime + used.ru_stime
    lines, size_in_bytes = map(int, counted)
    return Sample(seconds, cpu, used.ru_maxrss * _RSS_UNIT, lines, size_in_bytes)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """``given`` without what would make one command slower than it is by itself."""
    slower = {"PYTHONUNBUFFERED", "PYTHONDEVMODE", "PYTHONMALLOC", "COVERAGE_PROCESS_START"}
    kept = {name: value for name, value in given.items() if name not in slower}
    # A proxy knows no servers on this machine.
    return {**kept, "no_proxy": "*", "NO_PROXY": "*", "PYTHONHASHSEED": "0"}
