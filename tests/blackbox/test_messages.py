"""The whole of stdout: what comes in which order, and true to its own schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

MAPPING = {
    "properties": {
        "long": {"type": "long"},
        "double": {"type": "double"},
        "date": {"type": "date", "format": "dd/MM/yyyy||epoch_millis||strict_date_optional_time"},
        "nanos": {"type": "date_nanos"},
        "flag": {"type": "boolean"},
        "ip": {"type": "ip"},
        "place": {"type": "geo_point"},
        "span": {"type": "integer_range"},
        "text": {"type": "text"},
        "tags": {"type": "keyword"},
        "object": {"properties": {"inner": {"type": "long"}}},
        "nested": {"type": "nested", "properties": {"x": {"type": "long"}}},
        "raw": {"type": "object", "enabled": False},
        "malformed": {"type": "long", "ignore_malformed": True},
        "loose": {"type": "object", "dynamic": False, "properties": {"a": {"type": "long"}}},
    }
}

#: Documents that a real server takes, tidy and untidy.
DOCUMENTS: list[dict[str, Any]] = [
    {},
    {"long": 9223372036854775807, "double": 1.5, "flag": True, "text": "é\n\u2028"},
    {"long": "-9223372036854775808", "double": "2", "flag": "false", "date": "31/12/2023"},
    {"long": 1.7, "date": 0, "nanos": "2024-01-02T03:04:05.123456789Z"},
    {"date": "2024-01-02T03:04:05+01:00", "ip": "::1", "flag": ""},
    {"place": "41.12,-71.34"},
    {"place": [-71.34, 41.12]},
    {"place": {"lat": 41.12, "lon": -71.34}},
    {"place": "POINT (-71.34 41.12)"},
    {"place": "drm3btev3e86"},
    {"span": {"gte": 1, "lt": "5"}},
    {"tags": ["a", "b"], "long": [1, 2], "text": [["x"], "y"]},
    {"object": {"inner": 5}, "object.inner": 6},
    {"object": [{"inner": 1}, {"inner": 2}]},
    {"nested": {"x": 1}},
    {"nested": [{"x": 1}, {"x": "2"}]},
    {"raw": {"any": ["thing", 1]}},
    {"malformed": "not a number"},
    {"loose": {"a": 1, "b": 2}},
    {"long": None, "tags": [], "object": None},
    {"_extra": "my own"},
    {"raw": {"beyond": "BEYOND"}},
]


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with tidy and untidy documents."""
    cluster.create("msg", mappings=MAPPING, settings={"number_of_shards": 2})
    cluster.bulk("msg", ((str(n), document) for n, document in enumerate(DOCUMENTS)))
    # Only text can say it: a number beyond what a double holds.
    cluster.send("PUT", "/msg/_doc/21", b'{"raw": {"beyond": 1e400}}')
    cluster.refresh()
    yield cluster
    cluster.delete("msg")


def test_order(filled: Cluster, sandbox: Sandbox) -> None:
    """A STATE comes before everything, the SCHEMA before its records, and a STATE last."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"]})
    assert run.code == 0, run.err
    kinds = [message["type"] for message in run.messages]
    assert kinds == ["STATE", "SCHEMA", *["RECORD"] * len(DOCUMENTS), "STATE"]
    assert run.messages[0]["value"] == {"bookmarks": {}}
    assert run.of_type("SCHEMA")[0]["key_properties"] == ["_id"]


def test_records_are_true_to_their_schema(filled: Cluster, sandbox: Sandbox) -> None:
    """Every record validates against the SCHEMA that announced it."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"]})
    (schema,) = run.of_type("SCHEMA")
    validator = Draft7Validator(schema["schema"], format_checker=Draft7Validator.FORMAT_CHECKER)
    for record in run.records("msg"):
        assert list(validator.iter_errors(record)) == [], record


def test_values(filled: Cluster, sandbox: Sandbox) -> None:
    """Values are what the server indexed, exact to the last digit; the rest is in _extra."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"], "arrays": "never"})
    records = {int(record["_id"]): record for record in run.records("msg")}
    point = {"lat": 41.12, "lon": -71.34}
    assert records[1]["long"] == 9223372036854775807
    assert records[2] == {
        "_id": "2",
        "_index": "msg",
        "long": -9223372036854775808,
        "double": 2.0,
        "flag": False,
        "date": "2023-12-31T00:00:00Z",
    }
    assert records[3]["nanos"] == "2024-01-02T03:04:05.123456789Z"
    assert records[4]["date"] == "2024-01-02T02:04:05Z"
    assert [records[n]["place"] for n in (5, 6, 7, 8)] == [point] * 4
    assert records[11]["_extra"]["tags"] == ["a", "b"]
    assert records[14]["nested"] == [{"x": 1}]
    assert records[17]["_extra"] == {"malformed": "not a number"}
    assert records[18]["_extra"] == {"loose.b": 2}
    assert records[20]["_extra"] == {"_extra": "my own"}
    assert "1e400" in records[21]["raw"]


def test_what_did_not_fit_is_summed_up(filled: Cluster, sandbox: Sandbox) -> None:
    """The log names each path with values in _extra, how many documents, and one of them."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"]})
    assert "malformed: 1 documents hold values that do not fit" in run.err
    assert "(_id 17, for example)" in run.err


def test_stream_maps(filled: Cluster, sandbox: Sandbox) -> None:
    """The SDK's stream maps see the same records."""
    maps = {"msg": {"_id": "_id", "name": "_index + '/' + _id", "__else__": None}}
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"], "stream_maps": maps})
    assert run.code == 0, run.err
    assert {"_id": "2", "name": "msg/2"} in run.records("msg")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("int(_index)", "document '1' of stream 'msg' (ValueError)."),
        ("1 / (1 - 1)", "document '1' of stream 'msg' (ZeroDivisionError)."),
        ("_id['x']", "document '1' of stream 'msg' (TypeError)."),
        ("int(tags)", "document '1' of stream 'msg' (NameNotDefined: 'tags' is not defined"),
    ],
)
def test_a_stream_map_that_fails(
    filled: Cluster, sandbox: Sandbox, expression: str, reason: str
) -> None:
    """An expression that has no value for a document is named, with the document and the reason."""
    config = {
        "hosts": [filled.url],
        "streams": [{"index": "msg", "query": {"ids": {"values": ["1"]}}}],
        "stream_maps": {"msg": {"made": expression}},
    }
    run = sandbox.run(config)
    assert run.code == 2
    assert expression in run.err
    assert reason in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "settings",
    [
        {"stream_maps": {"msg": {"a": ""}}},
        {"stream_maps": {"msg": {"__alias__": "1/0"}}},
        {"stream_maps": {"msg": {"a": "1 +"}}},
        {"stream_maps": {"msg": {"a": "_id"}}, "batch_config": {}},
        {"flattening_enabled": True, "flattening_max_depth": 1, "batch_config": {}},
    ],
)
def test_stream_maps_that_cannot_be(
    filled: Cluster, sandbox: Sandbox, settings: dict[str, Any]
) -> None:
    """What is no map, or would be passed over in batches, is refused before anything is read."""
    if "batch_config" in settings:
        encoding = {"format": "jsonl", "compression": "gzip"}
        storage = {"root": sandbox.folder.as_uri()}
        settings = {**settings, "batch_config": {"encoding": encoding, "storage": storage}}
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"], **settings})
    assert run.code == 2, run.err
    assert "Traceback" not in run.err
    assert not run.records("msg")
    assert len(run.complaints) == 1


def test_a_stream_map_of_no_stream(filled: Cluster, sandbox: Sandbox) -> None:
    """A map whose name is no stream's is named, beside those that there are."""
    maps = {
        "mgs": {"a": "_id"},
        "m*": {"a": "_id"},
        "copy": {"__source__": "msg", "a": "_id"},
        "other": {"__source__": "gms"},
    }
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"], "stream_maps": maps})
    assert run.code == 0, run.err
    assert "stream_maps: there is no stream mgs or gms. Some that there are: msg." in run.err
    assert {record["a"] for record in run.records("copy")} == {
        record["_id"] for record in run.records("msg")
    }


@pytest.mark.parametrize("mapped", [{}, {"stream_maps": {"msg": {"name": "_id"}}}])
def test_flattening(filled: Cluster, sandbox: Sandbox, mapped: dict[str, Any]) -> None:
    """The SDK's flattening gives each inner field a column, and records that have no others."""
    flat = {"flattening_enabled": True, "flattening_max_depth": 3, "arrays": "never"}
    run = sandbox.run({"hosts": [filled.url], "indices": ["msg"], **flat, **mapped})
    assert run.code == 0, run.err
    (schema,) = run.of_type("SCHEMA")
    assert {"place__lat", "span__gte", "object__inner"} <= set(schema["schema"]["properties"])
    records = {record["_id"]: record for record in run.records("msg")}
    assert records["5"]["place__lat"] == 41.12
    validator = Draft7Validator({**schema["schema"], "additionalProperties": False})
    for record in records.values():
        assert list(validator.iter_errors(record)) == [], record


def test_activate_version(filled: Cluster, sandbox: Sandbox) -> None:
    """On request, the target is told to drop the rows that a full table no longer has."""
    config = {"hosts": [filled.url], "indices": ["msg"], "emit_activate_version_messages": True}
    run = sandbox.run(config)
    (version,) = {m["version"] for m in run.of_type("RECORD")}
    assert run.of_type("ACTIVATE_VERSION")[0]["version"] == version
