"""Fields that no document holds, such as aliases, have columns on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

INDEX = "computed"
PROPERTIES = {
    "n": {"type": "long"},
    "day": {"type": "date", "format": "dd.MM.yyyy"},
    "tags": {"type": "keyword"},
    "at": {"type": "geo_point"},
    "o": {"properties": {"k": {"type": "keyword"}, "also": {"type": "alias", "path": "n"}}},
    "when": {"type": "alias", "path": "day"},
    "words": {"type": "alias", "path": "tags"},
    "where": {"type": "alias", "path": "at"},
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "full": {
        "n": 1,
        "day": "31.12.2024",
        "tags": ["a", "b"],
        "at": "1,2",
        "o": [{"k": "x"}, {"k": "y"}],
    },
    "texts": {"n": "2", "tags": "c", "strange": 1},
    "empty": {},
}


@pytest.fixture
def aliased(cluster: Cluster) -> Iterator[Cluster]:
    """A server with an index whose mapping has aliases of fields."""
    cluster.delete(INDEX)
    cluster.create(INDEX, mappings={"dynamic": False, "properties": PROPERTIES})
    cluster.bulk(INDEX, DOCUMENTS.items())
    cluster.refresh(INDEX)
    yield cluster
    cluster.delete(INDEX)


def config_of(cluster: Cluster, **more: object) -> dict[str, Any]:
    """Settings that ask for these."""
    return {"hosts": [cluster.url], "indices": [INDEX], "computed_fields": ["*"], **more}


def records(run: Run) -> dict[str, dict[str, Any]]:
    """The records of a run, which are true to its schema."""
    assert run.code == 0, run.err
    (schema,) = (message["schema"] for message in run.of_type("SCHEMA"))
    found = {record["_id"]: record for record in run.records(INDEX)}
    for record in found.values():
        jsonschema.validate({**record}, {**schema, "additionalProperties": False})
    return found


def test_aliases(aliased: Cluster, sandbox: Sandbox) -> None:
    """An alias has the column of what it stands for, under its whole name, and its values."""
    found = records(sandbox.run(config_of(aliased)))
    assert found["full"] == {
        "_id": "full",
        "_index": INDEX,
        "n": 1,
        "day": "2024-12-31T00:00:00Z",
        "tags": ["a", "b"],
        "at": {"lat": 1, "lon": 2},
        "o": [{"k": "x"}, {"k": "y"}],
        "o.also": 1,
        "when": "2024-12-31T00:00:00Z",
        "words": ["a", "b"],
        "where": {"lat": 1, "lon": 2},
    }
    assert found["texts"] == {
        "_id": "texts",
        "_index": INDEX,
        "n": 2,
        "tags": ["c"],
        "o.also": 2,
        "words": ["c"],
        "_extra": {"strange": 1},
    }
    assert found["empty"] == {"_id": "empty", "_index": INDEX}


def test_the_same_in_every_way(aliased: Cluster, sandbox: Sandbox) -> None:
    """By a catalog, in order of a key, by stream maps: the records are the same."""
    config = config_of(aliased)
    plain = records(sandbox.run(config))
    catalog = sandbox.write("catalog.json", sandbox.discover(config))
    run = sandbox.run(config, "--catalog", catalog)
    assert records(run) == plain
    assert "vanished" not in run.err
    assert records(sandbox.run({**config, "stream_maps": {INDEX: {}}})) == plain
    keyed = records(sandbox.run({**config, "replication_key": "n"}))
    assert keyed == {name: plain[name] for name in ("full", "texts")}
    safe = records(sandbox.run({**config, "property_names": "safe"}))
    assert safe["full"]["o_also"] == 1


def test_what_is_not_asked_for(aliased: Cluster, sandbox: Sandbox) -> None:
    """Without the setting there are no such columns; a name that is not there is refused."""
    plain = records(sandbox.run(config_of(aliased, computed_fields=[])))
    assert "when" not in plain["full"]
    some = sandbox.discover(config_of(aliased, computed_fields=["wh*"]))
    columns = some["streams"][0]["schema"]["properties"].keys()
    assert columns & {"when", "where", "words", "o.also"} == {"when", "where"}
    catalog = some["streams"][0]
    for entry in catalog["metadata"]:
        if entry["breadcrumb"] == ["properties", "where"]:
            entry["metadata"]["selected"] = False
    arguments = ("--catalog", sandbox.write("catalog.json", some))
    left = records(sandbox.run(config_of(aliased, computed_fields=["wh*"]), *arguments))
    assert left["full"].keys() & {"when", "where"} == {"when"}
    run = sandbox.run(config_of(aliased, computed_fields=["whom"]))
    assert run.code == 2
    assert "no alias, runtime or derived field matches 'whom'. There are: o.also" in run.err


def test_runtime_fields(cluster: Cluster, sandbox: Sandbox) -> None:
    """They have columns too; what a document has under such a name, and the field not, is kept."""
    types = {"loose": "keyword", "day": "date", "number": "long", "a.b": "ip"}
    cluster.delete("computed-r")
    whole = {"dynamic": False, "runtime": {name: {"type": kind} for name, kind in types.items()}}
    try:
        cluster.create("computed-r", mappings=whole)
    except requests.HTTPError as refusal:
        pytest.skip(str(refusal))
    try:
        document = {"loose": ["a", "b"], "day": "2024-02-29T01:02:03.5Z", "number": "4"}
        inner = {"a": {"b": "10.0.0.1"}}
        cluster.bulk("computed-r", [("1", {**document, **inner}), ("2", {"number": "many"})])
        cluster.refresh("computed-r")
        config = {**config_of(cluster), "indices": ["computed-r"]}
        found = {record.pop("_id"): record for record in sandbox.run(config).records("computed_r")}
        index = {"_index": "computed-r"}
        # Of what only repeats the document's own value, there is no second copy.
        extra = {"number": "4", "a": {"b": "10.0.0.1"}}
        assert found["1"] == {
            **index,
            **document,
            "number": 4,
            "a.b": "10.0.0.1",
            "_extra": extra,
        }
        assert found["2"] == {**index, "_extra": {"number": "many"}}
    finally:
        cluster.delete("computed-r")
