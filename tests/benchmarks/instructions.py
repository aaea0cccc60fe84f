"""Instructions for each record, which no other program on the machine can disturb."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tap_elasticsearch.fields import parse_mapping, to_mapping, with_arrays
from tests.benchmarks.data import CLEAN
from tests.benchmarks.documents import LISTS
from tests.benchmarks.in_memory import PATHS
from tests.benchmarks.runner import CommandFailedError, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.commands import Setup
    from tests.benchmarks.data import Indices

#: Documents of the page, and how often it is made beyond the first time, which warms up. Starts
#: differ by some millions of instructions, so for fewer pages they would be seen in the result.
DOCUMENTS = 1_000
TIMES = 20


def available() -> bool:
    """Is there valgrind?"""
    return shutil.which("valgrind") is not None


def counts(setup: Setup, indices: Indices, say: Callable[[str], None]) -> dict[str, float]:
    """Instructions for a record, by the path from bytes to lines."""
    files = inputs(indices, setup)
    found = {}
    for path in PATHS:
        say(f"Instructions: {path}")
        found[path] = _per_record(command(path, files))
    return found


def inputs(indices: Indices, setup: Setup) -> list[str]:
    """The files that ``in_memory`` reads: a page, and the mapping."""
    page = setup.folder / "page.json"
    page.write_bytes(indices.page(indices.of(CLEAN, DOCUMENTS), DOCUMENTS))
    fields, _ = with_arrays(parse_mapping(CLEAN.mapping), LISTS)
    return [str(page), setup.write("mapping.json", to_mapping(fields))]


def command(path: str, files: list[str]) -> list[str]:
    """The command that takes ``path``, without how often."""
    return [sys.executable, "-m", "tests.benchmarks.in_memory", path, *files]


def _per_record(command: list[str]) -> float:
    first, all_of_them = (_count([*command, str(times)]) for times in (1, 1 + TIMES))
    return (all_of_them - first) / (TIMES * DOCUMENTS)


def _count(command: list[str]) -> int:
    """Instructions of a whole command.

    Raises:
        CommandFailedError: It failed.
    """
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
    done = subprocess.run(
        [*valgrind, "--cachegrind-out-file=/dev/null", *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(os.environ),
    )
    counted = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or counted is None:
        raise CommandFailedError(done.stderr[-2_000:])
    return int(counted[1].replace(",", ""))
