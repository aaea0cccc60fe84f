"""``python3 -m tests demo``: from a real Elasticsearch into DuckDB, in front of your eyes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.demo.flights import flights, indices
from tests.servers import Cluster, running
from tests.targets import DUCKDB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tests.demo.flights import Index

TAP = str(Path(sys.executable).parent / "tap-elasticsearch")

#: What is asked of the target: counts, and some rows as they arrived.
QUESTIONS = {
    "Rows per table": """
        SELECT 'airports' AS stream, count(*) AS rows FROM demo.airports
        UNION ALL SELECT 'planes', count(*) FROM demo.planes
        UNION ALL SELECT 'weather', count(*) FROM demo.weather
        UNION ALL SELECT 'flights', count(*) FROM demo.flights
    """,
    "Late departures by airport": """
        SELECT route->>'from' AS airport, count(*) AS flights,
               round(avg((delay->>'departure')::INT), 1) AS "minutes late"
        FROM demo.flights GROUP BY 1 ORDER BY 3 DESC
    """,
    "Some airports": """
        SELECT _id, name, location, altitude, time_zone FROM demo.airports ORDER BY _id LIMIT 4
    """,
    "Some flights": """
        SELECT _id, flight, scheduled, route FROM demo.flights ORDER BY scheduled, _id LIMIT 4
    """,
}

console = Console()


def say(step: str) -> None:
    """Announce a step."""
    console.print(f"\n[bold cyan]{step}[/]")


def load(cluster: Cluster, index: Index) -> int:
    """Create ``index`` and fill it; the number of its documents."""
    settings = {"number_of_shards": index.shards, "number_of_replicas": 0}
    mappings = {"properties": dict(index.properties)}
    cluster.create(index.name, mappings=mappings, settings=settings)
    documents = list(index.documents())
    for start in track(range(0, len(documents), 5_000), f"  {index.name:<9}", console=console):
        cluster.bulk(index.name, documents[start : start + 5_000])
    cluster.refresh(index.name)
    return len(documents)


def write_config(path: Path, config: dict[str, Any]) -> str:
    """Write ``config`` and say so; the file's name."""
    path.write_text(json.dumps(config, indent=2))
    console.print(f"  {path.name}: [dim]{json.dumps(config)}[/]")
    return str(path)


def discover(config: str, catalog: Path) -> None:
    """Run ``--discover`` and show the streams that it found."""
    found = subprocess.run([TAP, "--config", config, "--discover"], stdout=-1, check=True).stdout
    catalog.write_bytes(found)
    table = Table("stream", "keys", "properties")
    for stream in json.loads(found)["streams"]:
        properties = ", ".join(stream["schema"]["properties"])
        table.add_row(stream["tap_stream_id"], ", ".join(stream["key_properties"]), properties)
    console.print(table)


def sync(command: list[str], target_config: str, state: Path) -> float:
    """Pipe the tap into the target, and keep the state that it confirms; the seconds it took."""
    begun = monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tap:
        target = subprocess.run(
            [str(DUCKDB.installed()), "--config", target_config],
            stdin=tap.stdout,
            capture_output=True,
            check=False,
        )
    if tap.returncode or target.returncode:
        console.print(target.stderr.decode())
        sys.exit(f"The tap ended with {tap.returncode}, the target with {target.returncode}.")
    state.write_bytes(target.stdout.splitlines()[-1])
    return monotonic() - begun


def ask(database: Path, question: str) -> Iterator[list[str]]:
    """The rows of an answer from the target's database, the columns' names first."""
    program = (
        "import duckdb, json, sys\n"
        "found = duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2])\n"
        "print(json.dumps([column[0] for column in found.description]))\n"
        "for row in found.fetchall(): print(json.dumps(row, default=str))"
    )
    python = str(DUCKDB.home / "bin" / "python")
    answer = subprocess.run([python, "-c", program, database, question], stdout=-1, check=True)
    for line in answer.stdout.splitlines():
        yield [str(value) for value in json.loads(line)]


def show(database: Path) -> None:
    """Show what arrived."""
    for title, question in QUESTIONS.items():
        columns, *rows = ask(database, question)
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def run(folder: Path, server: AbstractContextManager[Any]) -> None:
    """The demo, with its files in ``folder``."""
    catalog, state, database = (
        folder / n for n in ("catalog.json", "state.json", "flights.duckdb")
    )
    say("1. Starting a real Elasticsearch 9 (the first time, it is downloaded)")
    with server as elasticsearch:
        console.print(f"  {elasticsearch.url}")
        say("2. Loading New York's flights of 2013")
        cluster = Cluster(elasticsearch)
        count = sum(load(cluster, index) for index in indices())
        say("3. tap-elasticsearch --config config.json --discover > catalog.json")
        flights_by_time = {"index": "flights", "replication_key": "scheduled"}
        settings = {"hosts": [elasticsearch.url], "streams": [flights_by_time]}
        config = write_config(folder / "config.json", settings)
        discover(config, catalog)
        say("4. tap-elasticsearch --config config.json --catalog catalog.json | target-duckdb …")
        target = {"path": str(database), "default_target_schema": "demo"}
        target_config = write_config(folder / "duckdb.json", target)
        command = [TAP, "--config", config, "--catalog", str(catalog)]
        seconds = sync(command, target_config, state)
        say("5. What arrived in DuckDB")
        show(database)
        console.print(
            f"\n[bold green]{count:,} documents in {seconds:.1f} s"
            f" ({count / seconds:,.0f} a second, the target included).[/]"
        )
        say("6. 1,000 more flights, and the same again with --state state.json")
        console.print(f"  state.json: [dim]{state.read_text()}[/]")
        cluster.bulk("flights", flights(100_000, 101_000))
        cluster.refresh("flights")
        sync([*command, "--state", str(state)], target_config, state)
        (_, (total,)) = ask(database, "SELECT count(*) FROM demo.flights")
        console.print(
            f"\n[bold green]DuckDB now has {int(total):,} flights. The log above says how many were"
            " read: the new ones, and those of the bookmark's own hour.[/]"
        )


if __name__ == "__main__":
    DUCKDB.installed()
    with tempfile.TemporaryDirectory(prefix="tap-elasticsearch-demo-") as name:
        run(Path(name), running("elasticsearch-9"))
