"""Records made of the documents' own bytes are those made of objects; and their output survives."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.records.cut import without
from tap_elasticsearch.records.form import METADATA
from tests.blackbox.test_messages import DOCUMENTS, MAPPING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

#: Documents that pass as they are, between those that do not.
TIDY = 3_000


@pytest.fixture(scope="module")
def mixed(cluster: Cluster) -> Iterator[Cluster]:
    """A server with tidy documents, and untidy ones among them."""
    properties = {**MAPPING["properties"], "n": {"type": "long"}}
    cluster.create("bytes", mappings={"properties": properties}, settings={"number_of_shards": 2})
    tidy = ({"n": n, "text": f"é{n}", "object": {"inner": n}, "flag": True} for n in range(TIDY))
    untidy = ({**document, "n": n * 100} for n, document in enumerate(DOCUMENTS))
    cluster.bulk("bytes", ((f"t{n}", document) for n, document in enumerate(tidy)))
    cluster.bulk("bytes", ((f"u{n}", document) for n, document in enumerate(untidy)))
    cluster.refresh()
    yield cluster
    cluster.delete("bytes")


def ran(cluster: Cluster, sandbox: Sandbox, *arguments: str, **more: object) -> Run:
    """A run over these documents that went well."""
    config = {"hosts": [cluster.url], "indices": ["bytes"], "arrays": "never", **more}
    run = sandbox.run(config, *arguments)
    assert run.code == 0, run.err
    return run


def by_id(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Records by their document."""
    assert len({record["_id"] for record in records}) == len(records)
    return {record["_id"]: record for record in records}


@pytest.mark.parametrize(
    "more",
    [
        {"page_size": 7},
        {"page_size": "auto"},
        {"record_shape": "document"},
        {"metadata_fields": sorted(METADATA)},
        {"record_shape": "document", "metadata_fields": ["_version", "_ignored"]},
        {"extra_values": "drop", "unsigned_long": "integer"},
    ],
)
def test_stream_maps(mixed: Cluster, sandbox: Sandbox, more: dict[str, Any]) -> None:
    """A stream map that changes nothing changes nothing, whatever the form of the records."""
    plain = ran(mixed, sandbox, **more)
    mapped = ran(mixed, sandbox, **more, stream_maps={"bytes": {}})
    assert len(plain.records("bytes")) == TIDY + len(DOCUMENTS)
    assert by_id(plain.records("bytes")) == by_id(mapped.records("bytes"))


def test_in_order(mixed: Cluster, sandbox: Sandbox) -> None:
    """Incremental runs give the same records and the same state, also behind a bookmark."""
    state: dict[str, Any] = {
        "bookmarks": {"bytes": {"replication_key": "n", "replication_key_value": 1_000}}
    }
    empty: dict[str, Any] = {"bookmarks": {}}
    for before in (empty, state):
        arguments = ("--state", sandbox.write("state.json", before))
        plain = ran(mixed, sandbox, *arguments, replication_key="n")
        mapped = ran(mixed, sandbox, *arguments, replication_key="n", stream_maps={"bytes": {}})
        assert by_id(plain.records("bytes")) == by_id(mapped.records("bytes"))
        assert plain.of_type("STATE")[-1] == mapped.of_type("STATE")[-1]
        numbers = [record["n"] for record in plain.records("bytes")]
        # The first run has no order.
        assert before is empty or numbers == sorted(numbers)
        assert plain.of_type("STATE")[-1]["value"]["bookmarks"]["bytes"][
            "replication_key_value"
        ] == max(numbers)


def test_batches(mixed: Cluster, sandbox: Sandbox) -> None:
    """The files of BATCH messages hold the same records."""
    batch = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": sandbox.folder.as_uri(), "prefix": "b"},
    }
    messages = ran(mixed, sandbox, batch_config=batch).of_type("BATCH")
    names = [Path(name.removeprefix("file://")) for m in messages for name in m["manifest"]]
    lines = [line for name in names for line in gzip.decompress(name.read_bytes()).splitlines()]
    assert by_id([json.loads(line) for line in lines]) == by_id(
        ran(mixed, sandbox).records("bytes")
    )


def test_flattening(mixed: Cluster, sandbox: Sandbox) -> None:
    """Flattened, a record has the same values under longer names."""
    flat = ran(mixed, sandbox, flattening_enabled=True, flattening_max_depth=1)
    flattened = by_id(flat.records("bytes"))
    for name, record in by_id(ran(mixed, sandbox).records("bytes")).items():
        inner = (record.get("object") or {}).get("inner")
        assert flattened[name].get("object__inner") == inner
        assert flattened[name].get("n") == record["n"]


@pytest.mark.parametrize(
    "path", [("object",), ("object", "inner"), ("text",), ("_extra",), ("_index",)]
)
def test_selection(mixed: Cluster, sandbox: Sandbox, path: tuple[str, ...]) -> None:
    """Without what is not selected, a record is the same, by either way."""
    config = {"hosts": [mixed.url], "indices": ["bytes"], "arrays": "never"}
    catalog = sandbox.discover(config)
    crumb = [part for name in path for part in ("properties", name)]
    (entry,) = [e for e in catalog["streams"][0]["metadata"] if e["breadcrumb"] == crumb]
    entry["metadata"]["selected"] = False
    arguments = ("--catalog", sandbox.write("catalog.json", catalog))
    selected = by_id(ran(mixed, sandbox, *arguments).records("bytes"))
    mapped = ran(mixed, sandbox, *arguments, stream_maps={"bytes": {}})
    assert by_id(mapped.records("bytes")) == selected
    for name, record in by_id(ran(mixed, sandbox).records("bytes")).items():
        extra = without([".".join(path)], record.get("_extra", {}))
        holder = record if len(path) == 1 else record.get("object") or {}
        holder.pop(path[-1], None)
        if path != ("_extra",) and "_extra" in record:
            record.update({"_extra": extra})
            if not extra:
                del record["_extra"]
        assert selected[name] == record


def test_versions(mixed: Cluster, sandbox: Sandbox) -> None:
    """Every record carries the version that was activated for its stream."""
    run = ran(mixed, sandbox, emit_activate_version_messages=True)
    (version,) = {message["version"] for message in run.of_type("RECORD")}
    assert {message["version"] for message in run.of_type("ACTIVATE_VERSION")} == {version}


def test_counts(mixed: Cluster, sandbox: Sandbox) -> None:
    """The count in the log is that of all records, however they were made."""
    run = ran(mixed, sandbox)
    assert f"Read {TIDY + len(DOCUMENTS):,} documents" in run.err
    assert f'"value":{TIDY + len(DOCUMENTS)},' in run.err


ODD = {
    "broken line": b'{\n  "n": 1,\r\n  "text":\n"a"\n}',
    "surrogate": rb'{"n": 2, "raw": {"text": "a\ud800b"}}',
    "comment": b'{/* "n": 1, */"n": 3, "text": "/*" // "b"\n}',
    "beyond": b'{"n": 4, "raw": {"number": 1e400}}',
    "deep": b'{"n": 5, "raw": ' + b'{"a":' * 990 + b"1" + b"}" * 991,
    "mark": b'\xef\xbb\xbf{"n": 6}',
    "comment_at_the_end": b'{"n": 7}//c',
}


def test_odd_documents(cluster: Cluster, sandbox: Sandbox) -> None:
    """What servers store and JSON or lines cannot carry costs its own document, and no other."""
    tidy = rb'{"n": 9, "text": "\u00e9 \ud83d\ude00", "raw": {"number": 1.10}}'
    cluster.create("odd", mappings=MAPPING)
    try:
        for name, source in {**ODD, "tidy": tidy}.items():
            cluster.send("PUT", f"/odd/_doc/{name.replace(' ', '_')}", source)
        cluster.refresh("odd")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["odd"]})
        assert run.code == 0, run.err
        records = by_id(run.records("odd"))
        assert records["broken_line"]["text"] == "a"
        assert json.loads(records["surrogate"]["raw"])["text"] == "a\ufffdb"
        assert records["comment"]["text"] == "/*"
        assert json.loads(records["beyond"]["raw"]) == {"number": "1e400"}
        assert records["deep"]["raw"].count("{") == 990
        assert (records["mark"]["n"], records["comment_at_the_end"]["n"]) == (6, 7)
        assert records["tidy"]["text"] == "é 😀"
    finally:
        cluster.delete("odd")


def test_a_large_document(cluster: Cluster, sandbox: Sandbox) -> None:
    """A document of 50 MB passes; in Meltano it would not, and the log says what to set there."""
    document = {"free": {"texts": ["x" * 1_000_000] * 50}}
    mapping = {"properties": {"free": {"type": "object", "dynamic": False}}}
    cluster.create("large", mappings=mapping)
    try:
        cluster.send("PUT", "/large/_doc/1", json.dumps(document).encode())
        cluster.refresh("large")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["large"]})
        assert run.code == 0, run.err
        assert [record["free"] for record in run.records("large")] == [document["free"]]
        assert "the record of _id 1 has 50,000" in run.err
        assert "elt.buffer_size" in run.err
    finally:
        cluster.delete("large")
