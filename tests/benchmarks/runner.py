"""Runs a command and measures it from outside.

In a process of its own, which is small: the system counts the memory of whoever starts a command as
the command's. So this module needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What ``ru_maxrss`` counts in.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
#: What would make a command slower than it is by itself.
_SLOWER = {"PYTHONUNBUFFERED", "PYTHONDEVMODE", "PYTHONMALLOC", "COVERAGE_PROCESS_START"}


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
    """Run ``command``.

    Raises:
        CommandFailedError: It failed; the end of what it said is in the message.
    """
    done = subprocess.run(
        [sys.executable, __file__, *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(os.environ),
    )
    if done.returncode:
        raise CommandFailedError(f"{' '.join(command)}: {done.stderr[-2_000:]}")
    return Sample(**json.loads(done.stdout))


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """``given`` as all commands have it."""
    kept = {name: value for name, value in given.items() if name not in _SLOWER}
    # A proxy knows no servers on this machine.
    return {**kept, "no_proxy": "*", "NO_PROXY": "*", "PYTHONHASHSEED": "0"}


def _sample(command: Sequence[str]) -> Sample:
    """Run ``command``, its output through a pipe to ``wc -lc``.

    A target reads from a pipe as well, and a reader that counts shows that nothing was left out.
    """
    with TemporaryFile() as said:
        begun = monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)
        with subprocess.Popen(["wc", "-lc"], stdin=process.stdout, stdout=-1) as reader:
            if process.stdout is not None:
                # Else the command would not notice if the reader went away.
                process.stdout.close()
            _, status, used = os.wait4(process.pid, 0)
            counted = reader.communicate()[0].split()
        seconds = monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{process.returncode}\n{said.read().decode(errors='replace')}")
    lines, size_in_bytes = map(int, counted)
    cpu = used.ru_utime + used.ru_stime
    return Sample(seconds, cpu, used.ru_maxrss * _RSS_UNIT, lines, size_in_bytes)


if __name__ == "__main__":
    print(json.dumps(asdict(_sample(sys.argv[1:]))))
