"""Meltano runs the tap: its own installation of it, a real server, a real target."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.meltano.project import Project
    from tests.servers import Cluster

STATE_ID = "dev:tap-elasticsearch-to-target-duckdb"
ORDERS = [
    (
        f"o{n}",
        {
            "n": n,
            "at": f"2024-01-0{n}T00:00:00Z",
            "note": "not for everybody",
            "user": {"name": "ann" if n % 2 else "bob", "mail": "a@example.com"},
            "tags": ["a", "b"],
        },
    )
    for n in range(1, 6)
]
MAPPINGS = {
    "properties": {
        "n": {"type": "long"},
        "at": {"type": "date"},
        "note": {"type": "text"},
        "user": {"properties": {"name": {"type": "keyword"}, "mail": {"type": "keyword"}}},
        "tags": {"type": "keyword"},
    }
}


@pytest.fixture(autouse=True)
def _orders(cluster: Cluster) -> Iterator[None]:
    """Two indices with documents."""
    for index in ("mel-orders", "mel-returns"):
        cluster.create(index, mappings=MAPPINGS)
        cluster.bulk(index, ORDERS)
    cluster.refresh("mel-*")
    yield
    cluster.delete("mel-*")


def config(cluster: Cluster, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
    """The tap's settings as somebody writes them into ``meltano.yml``."""
    return {"hosts": [cluster.url], "indices": ["mel-*"], **settings}


newest_elasticsearch = pytest.mark.parametrize("cluster", ["elasticsearch-9"], indirect=True)


def test_run(cluster: Cluster, project: Project) -> None:
    """The job loads all rows, the next run the new ones too, with the state of the first."""
    project.write(config(cluster, array_fields=["tags"]))
    definition = project.file.read_text()
    run = project.meltano("run", "sync")
    assert run.code == 0, run.err
    query = "SELECT _id, n, at, tags, user->>'name' AS name FROM tap_elasticsearch.{} ORDER BY _id"
    first = {"_id": "o1", "n": 1, "at": "2024-01-01 00:00:00", "tags": '["a","b"]', "name": "ann"}
    for table in ("mel_orders", "mel_returns"):
        rows = project.rows(query.format(table))
        assert [row["_id"] for row in rows] == [document for document, _ in ORDERS]
        assert {**rows[0], "tags": rows[0]["tags"].replace(" ", "")} == first

    cluster.bulk("mel-orders", [("o1", {"n": 100}), ("o6", {"n": 6})])
    cluster.refresh("mel-orders")
    run = project.meltano("run", "tap-elasticsearch", "target-duckdb")
    assert run.code == 0, run.err
    assert "No state was found" not in run.err
    counted = project.rows("SELECT count(*) AS c, max(n) AS n FROM tap_elasticsearch.mel_orders")
    assert counted == [{"c": 6, "n": 100}]
    # Meltano completes what it misses in the file; in a clone, that would be a change to commit.
    assert project.file.read_text() == definition


@newest_elasticsearch
def test_incremental(cluster: Cluster, project: Project) -> None:
    """With a replication key in metadata, the next run begins where the state says."""
    project.write(
        config(cluster, start_date=date(2024, 1, 2)),
        select=["mel_orders.*"],
        metadata={
            "mel_orders": {"replication-method": "INCREMENTAL", "replication-key": "at"},
        },
    )
    run = project.meltano("run", "sync")
    assert run.code == 0, run.err
    ids = "SELECT _id FROM tap_elasticsearch.mel_orders ORDER BY _id"
    assert [row["_id"] for row in project.rows(ids)] == ["o2", "o3", "o4", "o5"]

    new = {"o6": {"at": "2024-01-05T00:00:00Z"}, "o7": {"at": "2024-01-06T00:00:00Z"}}
    cluster.bulk("mel-orders", [*new.items(), ("before", {"at": "2024-01-04T00:00:00Z"})])
    cluster.refresh("mel-orders")
    run = project.meltano("run", "sync")
    assert run.code == 0, run.err
    assert [row["_id"] for row in project.rows(ids)] == ["o2", "o3", "o4", "o5", "o6", "o7"]


@newest_elasticsearch
def test_reset(cluster: Cluster, project: Project) -> None:
    """The state is kept under the job's name, and can be cleared."""
    project.write(config(cluster))
    assert project.meltano("run", "sync").code == 0
    state = project.meltano("state", "get", STATE_ID)
    assert set(json.loads(state.out)["singer_state"]["bookmarks"]) == {"mel_orders", "mel_returns"}
    cleared = project.meltano("state", "clear", "--force", STATE_ID)
    assert cleared.code == 0, cleared.err
    assert json.loads(project.meltano("state", "get", STATE_ID).out) == {}


@newest_elasticsearch
def test_environment(cluster: Cluster, project: Project) -> None:
    """Settings come from the environment, too: lists as a text or as JSON, objects as JSON."""
    project.write({})
    queried = {"index": "mel-*", "name": "ann", "query": {"term": {"user.name": "ann"}}}
    run = project.meltano(
        "run",
        "sync",
        TAP_ELASTICSEARCH_HOSTS=cluster.url,
        TAP_ELASTICSEARCH_INDICES='["mel-orders"]',
        TAP_ELASTICSEARCH_STREAMS=json.dumps([queried]),
        TAP_ELASTICSEARCH_HEADERS='{"x-some.header": "1"}',
        TAP_ELASTICSEARCH_PAGE_SIZE="2",
        TAP_ELASTICSEARCH_REQUEST_TIMEOUT="5.5",
        TAP_ELASTICSEARCH_HTTP_COMPRESS="true",
    )
    assert run.code == 0, run.err
    tables = project.rows("SELECT table_name FROM information_schema.tables")
    assert {row["table_name"] for row in tables} == {"ann"}
    rows = project.rows("SELECT _index, _id FROM tap_elasticsearch.ann ORDER BY ALL")
    ids = ["o1", "o3", "o5"]
    assert rows == [{"_index": i, "_id": d} for i in ("mel-orders", "mel-returns") for d in ids]


@newest_elasticsearch
def test_select(cluster: Cluster, project: Project) -> None:
    """What select and metadata leave out does not arrive; meltano select shows it."""
    project.write(
        config(cluster, stream_maps={"mel_orders": {"twice": "n * 2"}}),
        select=["mel_orders.*", "!mel_orders.note", "!mel_orders.user.mail"],
        metadata={"mel_orders": {"at": {"selected": False}}},
    )
    listed = project.meltano("select", "tap-elasticsearch", "--list", "--all").out
    shown = {name: word for word, name in re.findall(r"\[(\w+) *\] (\S+)", listed)}
    assert shown["mel_orders._id"] == "automatic"
    assert shown["mel_orders.user.name"] == "selected"
    left_out = ("mel_orders.note", "mel_orders.user.mail", "mel_orders.at", "mel_returns.n")
    assert {shown[name] for name in left_out} == {"excluded"}

    run = project.meltano("run", "sync")
    assert run.code == 0, run.err
    rows = project.rows("SELECT * FROM tap_elasticsearch.mel_orders ORDER BY _id")
    assert set(rows[0]) == {"_id", "_index", "_extra", "n", "user", "tags", "twice"}
    assert (json.loads(rows[0]["user"]), int(rows[0]["twice"])) == ({"name": "ann"}, 2)
    assert project.rows("SELECT table_name FROM duckdb_tables()") == [{"table_name": "mel_orders"}]


@newest_elasticsearch
def test_discover(cluster: Cluster, project: Project) -> None:
    """Meltano's invoke hands arguments to the tap, and the output of the tap back."""
    project.write(config(cluster))
    run = project.meltano("invoke", "tap-elasticsearch", "--discover")
    assert run.code == 0, run.err
    assert {s["tap_stream_id"] for s in json.loads(run.out)["streams"]} == {
        "mel_orders",
        "mel_returns",
    }


@newest_elasticsearch
def test_connection_test(cluster: Cluster, project: Project) -> None:
    """Meltano's test of the configuration succeeds; if it cannot, it shows the tap's own words."""
    project.write(config(cluster))
    good = project.meltano("config", "test", "tap-elasticsearch")
    assert good.code == 0, good.err
    assert "Plugin configuration is valid" in good.out
    assert cluster.open_contexts() == 0
    project.write(config(cluster, indexes=["a"]))
    bad = project.meltano("config", "test", "tap-elasticsearch")
    assert bad.code == 1
    assert "Unknown setting 'indexes'. Did you mean indices?" in bad.err


@newest_elasticsearch
def test_secrets(cluster: Cluster, project: Project) -> None:
    """Meltano does not show what is secret."""
    project.write(config(cluster))
    secrets = ("password", "api_key", "bearer_token", "client_key_password")
    run = project.meltano(
        "config",
        "print",
        "tap-elasticsearch",
        TAP_ELASTICSEARCH_HEADERS='{"x-token": "s3cr3t"}',
        **{f"TAP_ELASTICSEARCH_{name.upper()}": "s3cr3t" for name in secrets},
    )
    shown = json.loads(run.out)
    assert {shown[name] for name in (*secrets, "headers")} == {"*****"}
    assert "s3cr3t" not in run.out + run.err
