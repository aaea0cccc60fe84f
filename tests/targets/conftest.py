"""What the tests with targets share."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.targets.postgres import Postgres, PostgresMissing, running_postgres
from tests.targets.warehouses import DuckDb, Jsonl, PostgresDatabase, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL, shared by the run."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except PostgresMissing as missing:
            pytest.skip(str(missing))
        yield server


@pytest.fixture(scope="session")
def open_warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Warehouse]:
    """Gives a new, empty place that ``jsonl``, ``duckdb`` or ``postgres`` loads to."""

    def opened(target: str) -> Warehouse:
        folder = tmp_path_factory.mktemp(target)
        if target == "postgres":
            return PostgresDatabase(folder, request.getfixturevalue("postgres_server"))
        return DuckDb(folder) if target == "duckdb" else Jsonl(folder)

    return opened


@pytest.fixture(params=["jsonl", "duckdb", "postgres"])
def warehouse(
    request: pytest.FixtureRequest, open_warehouse: Callable[[str], Warehouse]
) -> Warehouse:
    """A new place for each target in its turn."""
    return open_warehouse(request.param)


@pytest.fixture
def databases(open_warehouse: Callable[[str], Warehouse]) -> tuple[Warehouse, ...]:
    """A new place for each target that writes to a database; what is read once goes to both."""
    return open_warehouse("duckdb"), open_warehouse("postgres")


@pytest.fixture
def postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> PostgresDatabase:
    """A new schema of the PostgreSQL server."""
    return PostgresDatabase(tmp_path_factory.mktemp("postgres"), postgres_server)
