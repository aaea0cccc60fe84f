"""The tables: what each row took, and how it compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.benchmarks.measure import Measured


@dataclass(frozen=True, slots=True)
class Goal:
    """How fast one row is to be, measured by another.

    Attributes:
        faster: The row that is to be fast.
        than: The other.
        times: How many times as fast it is to be, at least.
    """

    faster: str
    than: str
    times: float


#: By the row at which the table shows them.
GOALS = {
    "plain": Goal("full", "plain", 12),
    "scan": Goal("full", "scan", 4),
    "elasticdump": Goal("full", "elasticdump", 4),
    "drain": Goal("full", "drain", 0.85),
    "dirty-1": Goal("dirty-1", "full", 0.9),
    "small-1": Goal("small", "small-1", 1),
    "object": Goal("object", "plain", 4),
}

#: Bytes that the tap may need at most, and how much the greatest need may be above the smallest.
MOST_MEMORY = 200_000_000
ALIKE = 1.1


def speed_table(measured: Sequence[Measured], title: str) -> Table:
    """The table of all rows."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in ("seconds", "start-up", "net", "documents/s", "CPU µs/doc", "MB"):
        table.add_column(name, justify="right")
    for name in ("compared", "goal"):
        table.add_column(name)
    by_name = {each.row.name: each for each in measured}
    for each in measured:
        table.add_row(each.row.title, *_figures(each), *_compared(each.row.name, by_name))
    return table


def _figures(measured: Measured) -> list[str]:
    seconds = sorted(sample.seconds for sample in measured.runs)
    return [
        f"{measured.seconds:.2f} ({seconds[0]:.2f}-{seconds[-1]:.2f})",
        f"{measured.start:.2f}",
        f"{measured.net:.2f}",
        f"{measured.rate:,.0f}",
        f"{measured.cpu / measured.documents * 1e6:.1f}",
        f"{max(sample.memory for sample in measured.runs) / 1e6:.0f}",
    ]


def _compared(name: str, rows: Mapping[str, Measured]) -> tuple[str, str]:
    """The ratio that belongs to a row, and its goal."""
    goal = GOALS.get(name) or Goal(name, "full", 0)
    if name == "full" or not {goal.faster, goal.than} <= rows.keys():
        return "", ""
    reached = rows[goal.faster].rate / rows[goal.than].rate
    ratio = f"{goal.faster} = {reached:.2f} x {goal.than}"
    return ratio, verdict(met=reached >= goal.times, goal=f"{goal.times:g}") if goal.times else ""


def memory_table(peaks: Mapping[int, int]) -> Table:
    """The table of the most memory that this tap had, by the number of documents."""
    table = Table("documents", "MB", "goal", title="Memory of this tap", title_justify="left")
    smallest = min(peaks.values())
    for documents, peak in peaks.items():
        met = peak < MOST_MEMORY and peak < smallest * ALIKE
        table.add_row(
            f"{documents:,}",
            f"{peak / 1e6:.0f}",
            verdict(met=met, goal=f"under {MOST_MEMORY / 1e6:.0f} MB, and the same for all"),
        )
    return table


def instruction_table(counts: Mapping[str, float]) -> Table:
    """The table of instructions for each record."""
    title = "From a page's bytes to lines, in memory"
    table = Table("path", "instructions/record", title=title, title_justify="left")
    for path, count in counts.items():
        table.add_row(path, f"{count:,.0f}")
    return table


def verdict(*, met: bool, goal: str) -> str:
    """A goal and whether it is met."""
    return f"{goal} [green]met[/]" if met else f"{goal} [red]missed[/]"
