"""Targets with a place of their own to load into, and what they have there afterwards."""

from __future__ import annotations

import json
import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.command import Run
from tests.targets.install import DUCKDB, JSONL, POSTGRES, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.targets.postgres import Postgres

#: Written for a program of the target's own environment, which has DuckDB.
_ROWS_OF_DUCKDB = """
import duckdb, json, sys
database = duckdb.connect(sys.argv[1], read_only=True)
found = database.execute(f"DESCRIBE SELECT * FROM loaded.{sys.argv[2]}").fetchall()
nested = {name for name, kind, *_ in found if kind == "JSON"}
for row in database.execute(f"SELECT * FROM loaded.{sys.argv[2]}").fetchall():
    columns = {name: value for (name, *_), value in zip(found, row) if value is not None}
    values = {n: json.loads(v) if n in nested else v for n, v in columns.items()}
    print(json.dumps(values, default=str))
"""


@dataclass(frozen=True)
class Warehouse(ABC):
    """Where a target loads to. A column that a row lacks there is null.

    Attributes:
        target: The target.
        folder: For its files.
    """

    target: Target
    folder: Path

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The target's settings: its validation is on."""

    @abstractmethod
    def rows(self, stream: str) -> list[dict[str, Any]]:
        """The rows of a stream, without columns that are null."""

    @abstractmethod
    def kept(self, column: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401
        """What the target is known to make of a value.

        Args:
            column: The column's JSON Schema.
            value: The record's value in it.
        """

    def load(
        self, messages: str, settings: Mapping[str, Any] | None = None, *, time_zone: str = "UTC"
    ) -> Run:
        """Give the target what a tap has written.

        Args:
            messages: All its lines.
            settings: More settings of the target.
            time_zone: That of a database's session.
        """
        config = self.folder / "target.json"
        config.write_text(json.dumps({**self.settings, **(settings or {})}))
        done = subprocess.run(
            [str(self.target.installed()), "--config", str(config)],
            input=messages,
            capture_output=True,
            text=True,
            check=False,
            # PostgreSQL's columns are without zone, so the session's must be that of the records.
            env={**os.environ, "PGTZ": time_zone},
            timeout=120,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def row(self, stream: str, document: str) -> dict[str, Any]:
        """The one row of a document."""
        (found,) = (row for row in self.rows(stream) if row["_id"] == document)
        return found


class Jsonl(Warehouse):
    """Files with a record in each line; this target always validates."""

    def __init__(self, folder: Path) -> None:
        super().__init__(JSONL, folder)

    @property
    def settings(self) -> dict[str, Any]:  # noqa: D102
        return {"destination_path": str(self.folder), "do_timestamp_file": False}

    def rows(self, stream: str) -> list[dict[str, Any]]:  # noqa: D102
        lines = (self.folder / f"{stream}.jsonl").read_text().split("\n")
        records = [json.loads(line) for line in lines if line]
        return [{n: v for n, v in record.items() if v is not None} for record in records]

    def kept(self, column: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401, ARG002, D102
        return value


class DuckDb(Warehouse):
    """A DuckDB database. Texts that are empty become null, dates have no more than microseconds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(DUCKDB, folder)

    @property
    def _database(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def settings(self) -> dict[str, Any]:  # noqa: D102
        return {
            "path": str(self._database),
            "default_target_schema": "loaded",
            "validate_records": True,
        }

    def rows(self, stream: str) -> list[dict[str, Any]]:  # noqa: D102
        python = str(self.target.home / "bin" / "python")
        arguments = [str(self._database), stream]
        command = [python, "-c", _ROWS_OF_DUCKDB, *arguments]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        return [json.loads(line) for line in said.splitlines()]

    def kept(self, column: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401, D102
        if value in ("", None):
            return None
        if column["type"][0] == "number":
            return float(value)
        if not _is_date(column):
            return value
        moment, fraction = _moment(value)
        moment = moment.replace("T", " ")
        return f"{moment}.{fraction}" if int(fraction) else moment


class PostgresDatabase(Warehouse):
    """A schema of a PostgreSQL database. Dates have no more than microseconds."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        super().__init__(POSTGRES, folder)
        self._server = server

    @property
    def _schema(self) -> str:
        # What names the folder of a test names its schema, too.
        return self.folder.name.lower()

    @property
    def settings(self) -> dict[str, Any]:  # noqa: D102
        names = {"default_target_schema": self._schema}
        return {**self._server.settings, **names, "validate_records": True}

    def rows(self, stream: str) -> list[dict[str, Any]]:  # noqa: D102
        rows = self.query(f"SELECT row_to_json(t) FROM {{schema}}.{stream} t")
        return [{n: v for n, v in row.items() if v is not None} for row in rows]

    def query(self, sql: str) -> list[Any]:
        """What the server answers, ``{schema}`` being where the target has loaded to."""
        return self._server.query(sql.format(schema=f'"{self._schema}"'))

    def kept(self, column: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401, D102
        if value is None or not _is_date(column):
            return value
        moment, fraction = _moment(value)
        return f"{moment}.{fraction}".rstrip("0") if int(fraction) else moment


def _is_date(column: Mapping[str, Any]) -> bool:
    return column.get("format") == "date-time"


def _moment(date: str) -> tuple[str, str]:
    """A canonical date without its zone, and its microseconds in six digits."""
    moment, _, fraction = date.removesuffix("Z").partition(".")
    return moment, fraction[:6].ljust(6, "0")


def alike(stored: object, value: object) -> bool:
    """Are both the same JSON? A database may write a number that is a float without fraction."""
    if isinstance(value, float) and type(stored) in {int, float}:
        return float(str(stored)) == value
    if type(stored) is not type(value):
        return False
    if isinstance(value, list) and isinstance(stored, list):
        return len(stored) == len(value) and all(map(alike, stored, value))
    if isinstance(value, dict) and isinstance(stored, dict):
        same = stored.keys() == value.keys()
        return same and all(alike(stored[name], value[name]) for name in value)
    return stored == value
