"""Stream maps of incremental runs, behind a bookmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

DAY = 24 * 60 * 60
BOOKMARK = "2024-03-01T00:00:00.000000000Z"
#: Documents before the bookmark and behind it; the last one has values on either side.
DATES: dict[str, Any] = {
    "before": "2024-02-27T00:00:00Z",
    "at": "2024-03-01T00:00:00Z",
    "behind": "2024-03-02T00:00:00Z",
    "both": ["2024-02-28T00:00:00Z", "2024-03-03T00:00:00Z"],
}


@pytest.fixture(scope="module")
def dated(cluster: Cluster) -> Iterator[Cluster]:
    """A server with these documents."""
    cluster.create("dated", mappings={"properties": {"ts": {"type": "date"}}})
    cluster.bulk("dated", ((name, {"ts": date}) for name, date in DATES.items()))
    cluster.refresh()
    yield cluster
    cluster.delete("dated")


def mapped(cluster: Cluster, sandbox: Sandbox, stream_map: dict[str, str]) -> Run:
    """A run from the bookmark, and ten days back."""
    bookmark = {"replication_key": "ts", "replication_key_value": BOOKMARK}
    config = {
        "hosts": [cluster.url],
        "indices": ["dated"],
        "replication_key": "ts",
        "lookback_seconds": 10 * DAY,
        "array_fields": ["ts"],
        "stream_maps": {"dated": stream_map},
    }
    state = sandbox.write("state.json", {"bookmarks": {"dated": bookmark}})
    run = sandbox.run(config, "--state", state)
    assert run.code == 0, run.err
    return run


def test_maps_see_the_key_of_the_document(dated: Cluster, sandbox: Sandbox) -> None:
    """By whatever name a map speaks of the key, it is the document's; the bookmark goes on."""
    names = {"one": "record['ts']", "two": "_['ts']", "three": "ts", "ts": "self"}
    run = mapped(dated, sandbox, names)
    found = {record["_id"]: [record[name] for name in names] for record in run.records("dated")}
    listed = {name: date if name == "both" else [date] for name, date in DATES.items()}
    assert found == {name: [dates] * len(names) for name, dates in listed.items()}
    state = run.of_type("STATE")[-1]["value"]["bookmarks"]["dated"]
    assert state["replication_key_value"] == "2024-03-02T00:00:00.000000000Z"


@pytest.mark.parametrize("name", ["record['ts']", "_['ts']", "ts"])
def test_filters_see_the_key_of_the_document(dated: Cluster, sandbox: Sandbox, name: str) -> None:
    """A filter by the key keeps what it says, before the bookmark as well."""
    run = mapped(dated, sandbox, {"__filter__": f"{name}[0] < '2024-03'"})
    assert {record["_id"] for record in run.records("dated")} == {"before", "both"}
