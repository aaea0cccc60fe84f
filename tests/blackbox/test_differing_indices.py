"""Indices of one stream in which the same value means different things, on real servers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

#: What is asked of a server to see what it has indexed.
_DATE = {"field": "day", "format": "uuuu-MM-dd'T'HH:mm:ssX"}
_LEAVES = ("none", "number")
DOCUMENTS: list[dict[str, Any]] = [
    {"day": "03/04/2024", "n": 1},
    {"none": None, "number": None, "n": 2},
    {"none": [None, "x"], "o": None, "n": 3},
    {"day": "2024-05-06T07:08:09Z", "none": "y", "o": [], "n": 4},
    {"o": [None], "n": 5},
    {"o": {}, "n": 6},
]


def mapping(value: str, number: int, pattern: str) -> dict[str, Any]:
    """A mapping with parameters of its own."""
    return {
        "properties": {
            "n": {"type": "long"},
            "none": {"type": "keyword", "null_value": value},
            "number": {"type": "integer", "null_value": number},
            "day": {"type": "date", "format": f"{pattern}||strict_date_optional_time"},
        }
    }


def with_constant(properties: dict[str, Any], value: str) -> dict[str, Any]:
    """A mapping with these properties, and a constant beside an object of them."""
    inner = {"set": {"type": "constant_keyword", "value": value}, "k": {"type": "keyword"}}
    return {"properties": {**properties, "o": {"properties": inner}}}


@contextmanager
def indices(cluster: Cluster, mappings: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Indices with these mappings, each with all documents that its server takes."""
    try:
        for name, each in mappings.items():
            cluster.create(name, mappings=each)
            cluster.bulk(name, [(f"{name}-{n}", doc) for n, doc in enumerate(DOCUMENTS)])
            cluster.refresh(name)
        yield
    finally:
        cluster.delete(*mappings)


def indexed(cluster: Cluster, name: str) -> dict[str, dict[str, list[Any]]]:
    """What the server has of each document: values by field."""
    body = {"size": 100, "fields": [*_LEAVES, _DATE]}
    hits = cluster.request("POST", f"/{name}/_search", body)["hits"]["hits"]
    return {hit["_id"]: hit.get("fields", {}) for hit in hits}


def columns(record: dict[str, Any]) -> dict[str, list[Any]]:
    """What a record has, in the same form."""
    values = {name: record.get(name) for name in (*_LEAVES, "day")}
    listed = (
        (name, value if isinstance(value, list) else [value]) for name, value in values.items()
    )
    return {name: value for name, value in listed if value != [None]}


def test_nulls_and_formats(cluster: Cluster, sandbox: Sandbox) -> None:
    """What null and a date stand for is that of the document's own index, in every kind of run."""
    mappings = {
        "own-a": mapping("A", 1, "dd/MM/yyyy"),
        "own-b": mapping("B", 2, "MM/dd/yyyy"),
    }
    config = {
        "hosts": [cluster.url],
        "indices": [],
        "streams": [{"index": "own-*", "name": "s", "array_fields": ["none"]}],
    }
    with indices(cluster, mappings):
        theirs = indexed(cluster, "own-a") | indexed(cluster, "own-b")
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        for more, arguments in (
            ({}, ()),
            ({}, ("--catalog", catalog)),
            ({"replication_key": "n"}, ()),
            ({"stream_maps": {"s": {"more": "'x'"}}}, ()),
        ):
            run = sandbox.run({**config, **more}, *arguments)
            assert run.code == 0, run.err
            records = run.records("s")
            assert {record["_id"]: columns(record) for record in records} == theirs
            assert not any("_extra" in record for record in records)


def test_constants(opensearch: Cluster, sandbox: Sandbox) -> None:
    """A constant is that of the document's index, also of an index that came after the catalog.

    Elasticsearch's own module with this type is not among its public artifacts. OpenSearch reports
    it in no answer, but finds by it every document of the index.
    """
    config = {
        "hosts": [opensearch.url],
        "indices": [],
        "streams": [{"index": "con-*", "name": "s"}],
    }
    mappings = {f"con-{value}": with_constant({}, value) for value in ("a", "b")}
    mappings["con-none"] = {"properties": {"n": {"type": "long"}}}
    with indices(opensearch, mappings):
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        with indices(opensearch, {"con-late": with_constant({}, "late")}):
            found = {
                value: hits(opensearch, {"term": {"o.set": value}}) for value in ("a", "b", "late")
            }
            assert all(len(ids) == len(DOCUMENTS) for ids in found.values())
            for arguments in ((), ("--catalog", catalog)):
                run = sandbox.run(config, *arguments)
                assert run.code == 0, run.err
                values: dict[str, set[str]] = {}
                for record in run.records("s"):
                    value = (record.get("o") or {}).get("set", "none")
                    values.setdefault(value, set()).add(record["_id"])
                assert values.pop("none") == {f"con-none-{n}" for n in range(len(DOCUMENTS))}
                assert values == found


def test_one_constant_and_then_another(opensearch: Cluster, sandbox: Sandbox) -> None:
    """The constant that a catalog has of all indices is not that of one that came later."""
    config = {
        "hosts": [opensearch.url],
        "indices": [],
        "streams": [{"index": "con-*", "name": "s"}],
    }
    with indices(opensearch, {"con-a": with_constant({}, "a")}):
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        with indices(opensearch, {"con-b": with_constant({}, "b")}):
            run = sandbox.run(config, "--catalog", catalog)
            assert run.code == 0, run.err
            for record in run.records("s"):
                assert record["o"]["set"] == record["_index"].removeprefix("con-")


#: Documents of numbers that some indices coerce.
NUMBERS: list[dict[str, Any]] = [
    {"n": "12"},
    {"n": 1.7, "y": 1.7},
    {"n": 1.0, "y": "12"},
    {"n": "", "y": ""},
    {"d": "1.5", "o": {"n": "3"}},
    {"d": 1, "o.n": 4, "n": 5},
]


def test_numbers_that_are_not_coerced(cluster: Cluster, sandbox: Sandbox) -> None:
    """Where the setting of an index says so, no text is a number unless the field takes it."""
    properties = {
        "n": {"type": "long"},
        "y": {"type": "long", "coerce": True},
        "d": {"type": "double"},
        "o": {"properties": {"n": {"type": "integer"}}},
    }
    fields = ["n", "y", "d", "o.n"]
    config = {"hosts": [cluster.url], "indices": [], "streams": [{"index": "co-*", "name": "s"}]}
    try:
        for name, coerce in (("co-strict", False), ("co-mild", True)):
            settings = {"index.mapping.coerce": coerce, "index.mapping.ignore_malformed": True}
            cluster.create(name, mappings={"properties": properties}, settings=settings)
            cluster.bulk(name, [(f"{name}-{n}", each) for n, each in enumerate(NUMBERS)])
        cluster.refresh("co-*")
        body = {"size": 100, "docvalue_fields": fields}
        found = cluster.request("POST", "/co-*/_search", body)["hits"]["hits"]
        ignored = {hit["_id"]: set(hit.get("_ignored", ())) for hit in found}
        assert any(ignored.values())
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        for arguments in ((), ("--catalog", catalog)):
            run = sandbox.run(config, *arguments)
            assert run.code == 0, run.err
            records = {record["_id"]: record for record in run.records("s")}
            assert {name: set(each.get("_extra", ())) for name, each in records.items()} == ignored
            for hit in found:
                record = records[hit["_id"]]
                columns = {**record, "o.n": (record.get("o") or {}).get("n")}
                values = {name: columns[name] for name in fields if columns.get(name) is not None}
                assert values == {name: each for name, (each,) in hit.get("fields", {}).items()}
    finally:
        cluster.delete("co-strict", "co-mild")


def hits(cluster: Cluster, query: dict[str, Any]) -> set[str]:
    """The ids of the documents that match."""
    found = cluster.request("POST", "/con-*/_search", {"size": 100, "query": query})
    return {hit["_id"] for hit in found["hits"]["hits"]}
