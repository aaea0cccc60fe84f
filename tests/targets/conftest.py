"""What the tests with targets share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.postgres import Postgres, PostgresMissing, running_postgres
from tests.targets.warehouses import DuckDb, Jsonl, PostgresDatabase, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL, shared by the run."""
    try:
        running = running_postgres()
        server = running.__enter__()
    except PostgresMissing as missing:
        pytest.skip(str(missing))
    yield server
    running.__exit__(None, None, None)


@pytest.fixture
def duckdb(tmp_path: Path) -> DuckDb:
    """A new DuckDB database."""
    return DuckDb(tmp_path)


@pytest.fixture
def postgres(tmp_path: Path, postgres_server: Postgres) -> PostgresDatabase:
    """A new schema of the PostgreSQL server."""
    return PostgresDatabase(tmp_path, postgres_server)


@pytest.fixture(params=["jsonl", "duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """Each target in its turn."""
    if request.param == "jsonl":
        return Jsonl(tmp_path)
    loaded: Warehouse = request.getfixturevalue(request.param)
    return loaded
