"""``python3 -m tests benchmark``: the tap beside other ways to read, on one real server."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from tests.benchmarks import elasticdump, instructions, memory
from tests.benchmarks.commands import ROWS, Row, Setup
from tests.benchmarks.data import Indices
from tests.benchmarks.measure import measure
from tests.benchmarks.runner import CommandFailedError
from tests.benchmarks.tables import instruction_table, memory_table, speed_table
from tests.servers import Cluster, running
from tests.servers.fixtures import OwnServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from tests.servers.cluster import Reachable

#: What a part of the benchmark gives: all its figures, and those to show.
Part = tuple[str, Any, "Table"]

progress = Console(stderr=True, highlight=False)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python3 -m tests benchmark", description=__doc__)
    names = ",".join(row.name for row in ROWS)
    parser.add_argument("--only", metavar="ROWS", default=names, help=f"some of {names}")
    parser.add_argument("--documents", type=int, default=200_000, help="in an index")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each row")
    parser.add_argument("--page-size", type=int, default=5_000, help="of all rows")
    parser.add_argument("--memory", action="store_true", help="also memory, at three sizes")
    parser.add_argument(
        "--instructions", action="store_true", help="also instructions for each record"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures there")
    parser.add_argument("--host", metavar="URL", help="a server of your own, to write to")
    parser.add_argument(
        "--keep", action="store_true", help="leave the indices on it, and use those left before"
    )
    return parser.parse_args(given)


def chosen(names: str) -> list[Row]:
    """The rows of these names that can be run here."""
    wanted = set(filter(None, names.split(",")))
    if unknown := wanted - {row.name for row in ROWS}:
        sys.exit(f"There is no row {', '.join(unknown)}.")
    if "elasticdump" in wanted and not elasticdump.available():
        progress.print("elasticdump is left out: there is no npm here.")
        wanted.remove("elasticdump")
    return [row for row in ROWS if row.name in wanted]


@contextmanager
def server(host: str | None) -> Iterator[Reachable]:
    """The user's server, or one that runs inside the block."""
    if host:
        yield OwnServer(host.rstrip("/"))
    else:
        progress.print("Starting elasticsearch-9")
        with running("elasticsearch-9") as started:
            yield started


def parts(options: argparse.Namespace, setup: Setup, indices: Indices) -> Iterator[Part]:
    """All that is asked for, one after another."""
    count = options.documents
    if rows := chosen(options.only):
        measured = measure(
            rows, setup, indices, documents=count, rounds=options.rounds, say=progress.print
        )
        title = f"{count:,} documents, {options.page_size:,} in a page, {options.rounds} rounds"
        yield "rows", [each.to_dict() for each in measured], speed_table(measured, title)
    if options.memory:
        peaks = memory.peaks(setup, indices, count, progress.print)
        yield "memory", peaks, memory_table(peaks)
    if options.instructions and instructions.available():
        counts = instructions.counts(setup, indices, progress.print)
        yield "instructions", counts, instruction_table(counts)
    elif options.instructions:
        progress.print("Instructions are left out: there is no valgrind here.")


def main(given: Sequence[str]) -> None:
    """Run the benchmark."""
    options = arguments(given)
    terminal = Console()
    # In a file, a table is as wide as it needs to be.
    console = Console(width=None if terminal.is_terminal else 160)
    figures = {}
    with server(options.host) as reachable, tempfile.TemporaryDirectory() as folder:
        setup = Setup(reachable.url, Path(folder), options.page_size)
        indices = Indices(Cluster(reachable), keep=options.keep)
        try:
            for name, found, table in parts(options, setup, indices):
                figures[name] = found
                console.print(table)
        except CommandFailedError as error:
            sys.exit(str(error))
        finally:
            indices.delete()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
