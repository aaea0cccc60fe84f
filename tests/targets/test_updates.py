"""The second run and the ones after: rows are updated, and what a target confirmed is resumed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster
    from tests.targets.warehouses import PostgresDatabase, Warehouse

PROPERTIES = {
    "at": {"type": "date"},
    "n": {"type": "long"},
    "note": {"type": "keyword"},
    "user": {"properties": {"name": {"type": "keyword"}}},
    "tags": {"type": "keyword"},
}
#: For the second run: changed, one of them with less than before, and new.
CHANGES: dict[str, dict[str, Any]] = {
    "3": {"at": "2024-02-01T00:00:00Z", "n": 30, "user": {"name": "bob"}, "tags": ["c", ""]},
    "4": {"at": "2024-02-02T00:00:00Z"},
    "10": {"at": "2024-02-03T00:00:00Z", "n": 10, "since": 2.5},
}


def documents(index: str) -> dict[str, dict[str, Any]]:
    """Ten documents."""
    first = {"note": index, "user": {"name": "ann"}, "tags": ["a", "b"]}
    return {str(n): {"at": f"2024-01-01T00:00:0{n}Z", "n": n, **first} for n in range(10)}


@pytest.fixture
def orders(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server with two indices."""
    for index in ("up-a", "up-b"):
        elasticsearch.create(index, mappings={"properties": PROPERTIES})
        elasticsearch.bulk(index, documents(index).items())
    elasticsearch.refresh("up-*")
    yield elasticsearch
    elasticsearch.delete("up-*")


def config(cluster: Cluster, **settings: object) -> dict[str, Any]:
    """The tap's settings."""
    return {
        "hosts": [cluster.url],
        "indices": ["up-*"],
        "array_fields": ["tags"],
        **settings,
    }


def transfer(
    sandbox: Sandbox,
    databases: tuple[Warehouse, ...],
    settings: dict[str, Any],
    state: dict[str, Any] | None = None,
) -> Run:
    """A run of the tap, from ``state``, into each target, which confirms the whole."""
    resumed = [] if state is None else ["--state", sandbox.write("state.json", state)]
    run = sandbox.run(settings, *resumed)
    assert run.code == 0, run.err
    for database in databases:
        done = database.load(run.out)
        assert done.code == 0, done.err
        assert json.loads(done.out.splitlines()[-1]) == last_state(run)
    return run


def last_state(run: Run) -> dict[str, Any]:
    """The state that a run leaves."""
    state: dict[str, Any] = run.of_type("STATE")[-1]["value"]
    return state


def change(cluster: Cluster) -> None:
    """Change documents of the first index, and add one with a field that is new."""
    cluster.request("PUT", "/up-a/_mapping", {"properties": {"since": {"type": "double"}}})
    cluster.bulk("up-a", CHANGES.items())
    cluster.refresh("up-*")


def of_documents(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields of rows by their ids, dates and what the target adds left out."""
    kept = ("n", "note", "user", "tags", "since")
    return {row["_id"]: {name: row[name] for name in kept if name in row} for row in rows}


@pytest.mark.parametrize("key", [None, "at"])
def test_upsert(
    orders: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...], key: str | None
) -> None:
    """A second run, whole or from the state, leaves one row for each document, as it is now."""
    settings = config(orders, **({"replication_key": key} if key else {}))
    first = transfer(sandbox, databases, settings)
    change(orders)
    second = transfer(sandbox, databases, settings, last_state(first))
    assert len(second.records("up_a")) == (11 if key is None else 4)
    for index, changes in (("up-a", CHANGES), ("up-b", {})):
        expected = documents(index) | changes
        for database in databases:
            rows = database.rows(index.replace("-", "_"))
            assert len(rows) == len(expected)
            assert of_documents(rows) == of_documents(
                [{"_id": i, **d} for i, d in expected.items()]
            )


def test_one_table_of_several_indices(
    orders: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...]
) -> None:
    """Where two indices have a document of one id, both have a row, also after the second run."""
    settings = config(orders, streams=[{"index": "up-*", "name": "both"}])
    for _ in range(2):
        transfer(sandbox, databases, settings)
        for database in databases:
            rows = database.rows("both")
            assert (
                len(rows) == len({(row["_index"], row["_id"], row["note"]) for row in rows}) == 20
            )


def test_deleted_rows(orders: Cluster, sandbox: Sandbox, postgres: PostgresDatabase) -> None:
    """With ACTIVATE_VERSION messages, a target deletes what a full table no longer has."""
    settings = config(orders, emit_activate_version_messages=True)
    for deleted in ([], ["7"]):
        for document in deleted:
            orders.request("DELETE", f"/up-a/_doc/{document}?refresh=true")
        run = sandbox.run(settings)
        done = postgres.load(run.out, {"hard_delete": True})
        assert (run.code, done.code) == (0, 0), run.err + done.err
        expected = set(documents("up-a")) - set(deleted)
        assert {row["_id"] for row in postgres.rows("up_a")} == expected


def test_a_target_that_dies(
    orders: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...]
) -> None:
    """What a target had confirmed when it died is resumed from: no row is missing in the end.

    In the middle of the second stream, rows of the first wait still for a whole batch.
    """
    settings = config(orders, replication_key="at")
    begun = sandbox.run(settings).out.splitlines(keepends=True)[:18]
    for database in databases:
        died = database.load("".join(begun) + "not JSON\n", {"batch_size_rows": 4})
        assert died.code != 0
        confirmed = died.out.splitlines()
        transfer(sandbox, (database,), settings, json.loads(confirmed[-1]) if confirmed else None)
        for table in ("up_a", "up_b"):
            assert sorted(row["n"] for row in database.rows(table)) == list(range(10))
