"""Names of columns that targets would take for one, on real servers."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.targets import DUCKDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

KEYWORD = {"type": "keyword"}
MAPPING = {
    "properties": {
        "@timestamp": {"type": "date"},
        "agent": KEYWORD,
        "Agent": KEYWORD,
        "_sdc_sequence": {"type": "long"},
        "user": {"properties": {"first-name": KEYWORD}},
        "user__first_name": KEYWORD,
        "items": {"type": "nested", "properties": {"Item-ID": {"type": "long"}}},
        "plain": {"type": "long"},
    }
}
DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    (
        "1",
        {
            "@timestamp": "2024-01-01T00:00:00Z",
            "agent": "a",
            "Agent": "A",
            "_sdc_sequence": 1,
            "user": {"first-name": "Ada"},
            "user__first_name": "Ada",
            "items": [{"Item-ID": 1}, {"Item-ID": "2"}],
            "plain": 1,
        },
    ),
    ("2", {"@timestamp": "2024-01-02T00:00:00Z", "user.first-name": "Bob", "plain": [1, 2]}),
]
STAMP = "2024-01-02T00:00:00.000000000Z"
RECORDS = [
    {
        "_id": "1",
        "_index": "n-names",
        "timestamp": "2024-01-01T00:00:00Z",
        "agent": "a",
        "Agent_11b39c": "A",
        "sdc_sequence": 1,
        "user": {"first_name": "Ada"},
        "user_first_name": "Ada",
        "items": [{"Item_ID": 1}, {"Item_ID": 2}],
        "plain": 1,
    },
    {
        "_id": "2",
        "_index": "n-names",
        "timestamp": "2024-01-02T00:00:00Z",
        "user": {"first_name": "Bob"},
        "plain": 1,
        "_extra": {"plain": [1, 2]},
    },
]


@pytest.fixture(scope="module")
def named(cluster: Cluster) -> Iterator[dict[str, Any]]:
    """The settings to read an index whose fields have such names."""
    cluster.create("n-names", mappings=MAPPING)
    cluster.bulk("n-names", DOCUMENTS)
    cluster.create("n-safe", mappings={"properties": {"plain": {"type": "long"}}})
    cluster.bulk("n-safe", [("1", {"plain": 1})])
    cluster.refresh("n-*")
    yield {"hosts": [cluster.url], "indices": ["n-names"], "arrays": "never"}
    cluster.delete("n-names", "n-safe")


def warnings(run: Run) -> list[str]:
    """The warnings of a run."""
    lines = [line.split("|", 3) for line in run.err.splitlines()]
    return [line[3].strip() for line in lines if len(line) > 3 and "WARNING" in line[1]]


def test_clashes_are_reported(named: dict[str, Any], sandbox: Sandbox) -> None:
    """Names that fold into one, and those of targets, are one warning at discovery."""
    (warning,) = warnings(sandbox.run(named, "--discover"))
    assert warning.split(": ", 1)[1] == (
        "these are one name in many targets: Agent = agent, user.first-name = user__first_name;"
        " these belong to targets: _sdc_sequence."
        " Set property_names: safe if yours cannot load them."
    )


def test_safe_names(named: dict[str, Any], sandbox: Sandbox) -> None:
    """Columns have safe names in schema and records; what is in ``_extra`` has the source's."""
    run = sandbox.run({**named, "property_names": "safe"})
    assert run.code == 0, run.err
    (schema,) = (message["schema"] for message in run.of_type("SCHEMA"))
    assert run.records("n_names") == RECORDS
    for record in RECORDS:
        jsonschema.validate(record, schema)
    assert schema["properties"].keys() == RECORDS[0].keys() | {"_extra"}
    assert any("Agent is Agent_11b39c." in warning for warning in warnings(run))


def test_safe_names_of_a_catalog(named: dict[str, Any], sandbox: Sandbox) -> None:
    """A catalog remembers that its names are safe, and selects by them; state keeps the source's.

    The setting need not be repeated for a sync by it.
    """
    keyed = {**named, "replication_key": "@timestamp"}
    catalog = sandbox.discover({**keyed, "property_names": "safe"})
    for entry in catalog["streams"][0]["metadata"]:
        if entry["breadcrumb"] == ["properties", "user_first_name"]:
            entry["metadata"]["selected"] = False
    run = sandbox.run(keyed, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 0, run.err
    expected = [{k: v for k, v in each.items() if k != "user_first_name"} for each in RECORDS]
    assert run.records("n_names") == expected
    state = run.of_type("STATE")[-1]["value"]["bookmarks"]["n_names"]
    assert (state["replication_key"], state["replication_key_value"]) == ("@timestamp", STAMP)
    again = sandbox.run(
        keyed, "--catalog", "catalog.json", "--state", sandbox.write("state.json", state_of(run))
    )
    assert again.records("n_names") == [expected[1]]


def state_of(run: Run) -> Any:  # noqa: ANN401
    """The last state of a run."""
    return run.of_type("STATE")[-1]["value"]


def test_names_that_are_safe_already(named: dict[str, Any], sandbox: Sandbox) -> None:
    """Where nothing is to rename, ``safe`` changes nothing."""
    config = {**named, "indices": ["n-safe"]}
    plain, safe = sandbox.run(config), sandbox.run({**config, "property_names": "safe"})
    assert plain.of_type("SCHEMA") == safe.of_type("SCHEMA")
    assert plain.records("n_safe") == safe.records("n_safe") != []


@pytest.mark.parametrize(("names", "code"), [("source", 1), ("safe", 0)])
def test_a_target_loads_them(
    named: dict[str, Any], sandbox: Sandbox, names: str, code: int
) -> None:
    """A target that ignores case refuses the source's names, and loads the safe ones."""
    run = sandbox.run({**named, "property_names": names})
    where = {"path": str(sandbox.folder / "rows.duckdb"), "default_target_schema": "main"}
    load = subprocess.run(
        [DUCKDB.installed(), "--config", sandbox.write("target.json", where)],
        input=run.out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert load.returncode == code, load.stderr
    assert ("Column with name agent already exists" in load.stderr) == (names == "source")
