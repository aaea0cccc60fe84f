"""The benchmark runs, and what it compares can be compared."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.fields import parse_mapping
from tests.benchmarks.commands import ROWS, Setup
from tests.benchmarks.data import Indices
from tests.benchmarks.in_memory import PATHS
from tests.benchmarks.instructions import DOCUMENTS, inputs
from tests.benchmarks.runner import CommandFailedError, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Cluster

#: All rows but what would have to be downloaded, and what differs by its documents alone.
NAMES = [row.name for row in ROWS if row.name not in {"elasticdump", "dirty-1", "dirty-100"}]


@pytest.fixture
def indices(elasticsearch: Cluster) -> Iterator[Indices]:
    """The indices, which go with the test."""
    indices = Indices(elasticsearch)
    yield indices
    indices.delete()


def test_all_of_it_runs(elasticsearch: Cluster, tmp_path: Path) -> None:
    """One round with few documents measures the rows, and none leaves a document out."""
    figures = tmp_path / "figures.json"
    small = ["--documents", "400", "--page-size", "100", "--rounds", "1"]
    options = [*small, "--only", ",".join(NAMES), "--json", str(figures)]
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--host", elasticsearch.url, *options],
        check=True,
        timeout=120,
    )
    rows = json.loads(figures.read_text())["rows"]
    assert [row["name"] for row in rows] == NAMES
    assert all(row["documents"] == 400 and len(row["runs"]) == 1 for row in rows)


def records(command: list[str]) -> list[dict[str, Any]]:
    """The records that a tap writes, but for the index that they name, in the order of their id."""
    done = subprocess.run(command, capture_output=True, check=True)
    messages = map(json.loads, done.stdout.splitlines())
    found = [message["record"] for message in messages if message["type"] == "RECORD"]
    return sorted(({**record, "_index": ""} for record in found), key=lambda each: each["_id"])


def test_rows_read_the_same(elasticsearch: Cluster, indices: Indices, tmp_path: Path) -> None:
    """A plain tap, an empty stream map, a key, and dirty documents give the same clean records."""
    setup = Setup(elasticsearch.url, tmp_path, 100)
    rows = {row.name: row for row in ROWS}
    found = [
        records(rows[name].command(setup, indices.of(rows[name].kind, 150)))
        for name in ("full", "plain", "object", "incremental", "dirty-100")
    ]
    assert len(found[0]) == 150
    assert not any("_extra" in record for record in found[0])
    assert all(each == found[0] for each in found)


def test_paths_make_the_same_records(
    elasticsearch: Cluster, indices: Indices, tmp_path: Path
) -> None:
    """Every path whose instructions are counted makes the same record of each document."""
    page, mapping = inputs(indices, Setup(elasticsearch.url, tmp_path, 100))
    fields = parse_mapping(json.loads((tmp_path / mapping).read_text()))
    body = (tmp_path / page).read_bytes()
    lines = [b"".join(make(fields)(body)).splitlines() for make in PATHS.values()]
    made = [[json.loads(line)["record"] for line in each] for each in lines]
    assert [len(each) for each in made] == [DOCUMENTS] * len(PATHS)
    assert all(each == made[0] for each in made)


def test_failures_are_told() -> None:
    """A command that fails ends the benchmark with what it said."""
    with pytest.raises(CommandFailedError, match="no such thing"):
        run(["sh", "-c", "echo no such thing >&2; exit 3"])
