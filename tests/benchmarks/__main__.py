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

from tests.benchmarks import elasticdump
from tests.benchmarks.commands import ROWS, Row, Setup
from tests.benchmarks.data import Indices
from tests.benchmarks.measure import measure
from tests.benchmarks.runner import CommandFailedError
from tests.benchmarks.table import speeds
from tests.servers import Cluster, running
from tests.servers.fixtures import OwnServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.servers.cluster import Reachable

progress = Console(stderr=True, highlight=False)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python3 -m tests benchmark", description=__doc__)
    names = ",".join(row.name for row in ROWS)
    parser.add_argument("--only", metavar="ROWS", default=names, help=f"some of {names}")
    parser.add_argument("--documents", type=int, default=200_000, help="in an index")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each row")
    parser.add_argument("--page-size", type=int, default=5_000, help="of all rows")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures there")
    parser.add_argument("--host", metavar="URL", help="a server of your own, to write to")
    return parser.parse_args(given)


def chosen(names: str) -> list[Row]:
    """The rows of these names that can be run here."""
    wanted = names.split(",")
    if unknown := set(wanted) - {row.name for row in ROWS}:
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


def benchmark(options: argparse.Namespace, cluster: Cluster, folder: Path) -> dict[str, Any]:
    """Measure, print the table; all figures."""
    setup = Setup(cluster.url, folder, options.page_size)
    indices = Indices(cluster)
    try:
        measured = measure(
            chosen(options.only),
            setup,
            indices,
            documents=options.documents,
            rounds=options.rounds,
            say=progress.print,
        )
    finally:
        indices.delete()
    title = f"{options.documents:,} documents, {options.page_size:,} in a page"
    terminal = Console()
    # In a file, a table is as wide as it needs to be.
    Console(width=None if terminal.is_terminal else 160).print(speeds(measured, title=title))
    return {"rows": [each.to_dict() for each in measured]}


def main(given: Sequence[str]) -> None:
    """Run the benchmark."""
    options = arguments(given)
    with server(options.host) as running_server, tempfile.TemporaryDirectory() as folder:
        try:
            figures = benchmark(options, Cluster(running_server), Path(folder))
        except CommandFailedError as error:
            sys.exit(str(error))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
