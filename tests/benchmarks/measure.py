"""Runs all commands in turn, round by round, and keeps what each took."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.runner import CommandFailedError, Sample, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.commands import Row, Setup
    from tests.benchmarks.data import Indices


@dataclass(frozen=True, slots=True)
class Measured:
    """What one row took.

    Attributes:
        row: What was measured.
        documents: How many it reads.
        starts: Runs on an empty index.
        runs: Runs on the whole one.
    """

    row: Row
    documents: int
    starts: list[Sample] = field(default_factory=list)
    runs: list[Sample] = field(default_factory=list)

    @property
    def start(self) -> float:
        """Seconds until it begins to read, and after it has read."""
        return median(sample.seconds for sample in self.starts)

    @property
    def seconds(self) -> float:
        """Seconds of a whole run."""
        return median(sample.seconds for sample in self.runs)

    @property
    def net(self) -> float:
        """Seconds for the documents alone."""
        return max(self.seconds - self.start, 0.001)

    @property
    def cpu(self) -> float:
        """Seconds of processor time for the documents alone."""
        starts, runs = ([s.cpu for s in samples] for samples in (self.starts, self.runs))
        return max(median(runs) - median(starts), 0.001)

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.documents / self.net

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return {
            "name": self.row.name,
            "documents": self.documents,
            "documents_per_second": self.rate,
            "cpu_microseconds_per_document": self.cpu / self.documents * 1e6,
            "starts": [asdict(sample) for sample in self.starts],
            "runs": [asdict(sample) for sample in self.runs],
        }


def measure(
    rows: Sequence[Row],
    setup: Setup,
    indices: Indices,
    *,
    documents: int,
    rounds: int,
    say: Callable[[str], None],
) -> list[Measured]:
    """Measure ``rows``; a round runs each of them once, so that all meet the same weather.

    Raises:
        CommandFailedError: A command failed, or left documents out.
    """
    measured = [Measured(row, documents) for row in rows]
    commands = [_commands(row, setup, indices, documents) for row in rows]
    say("Warming up")
    run(commands[-1][1])
    for number in range(1, rounds + 1):
        for each, (start, whole) in zip(measured, commands, strict=True):
            say(f"Round {number} of {rounds}: {each.row.title}")
            each.starts.append(run(start))
            each.runs.append(_complete(run(whole), each))
    return measured


def _commands(
    row: Row, setup: Setup, indices: Indices, documents: int
) -> tuple[list[str], list[str]]:
    """The command on an empty index, and on the whole one."""
    empty, whole = indices.of(row.kind, 0), indices.of(row.kind, documents)
    return row.command(setup, empty), row.command(setup, whole)


def _complete(sample: Sample, measured: Measured) -> Sample:
    """``sample``, if a line was written for each document; the drain writes only one."""
    if measured.row.name != "drain" and sample.lines < measured.documents:
        msg = f"{measured.row.title}: {sample.lines:,} lines for {measured.documents:,} documents."
        raise CommandFailedError(msg)
    return sample
