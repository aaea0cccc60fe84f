"""Indices whose ``_source`` is not the document: found out before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.discovery.sources import is_rewritten, missing
from tap_elasticsearch.fields import parse_mapping

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.servers import Cluster

FIELDS = parse_mapping(
    {
        "properties": {
            "a": {"type": "long"},
            "o": {"properties": {"b": {"type": "long"}, "c": {"type": "long"}}},
        }
    }
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({}, ()),
        ({"excludes": ["o"]}, ("o.b", "o.c")),
        ({"excludes": ["o.*", "x"]}, ("o.b", "o.c")),
        ({"includes": ["a", "o"], "excludes": ["*.c"]}, ("o.c",)),
        ({"includes": ["o.b"]}, ("a", "o.c")),
    ],
)
def test_missing_fields(source: dict[str, Any], expected: tuple[str, ...]) -> None:
    """The fields that patterns leave out are known by name."""
    assert missing(FIELDS, [{}, source]) == expected


@pytest.mark.parametrize(
    ("settings", "source", "expected"),
    [
        ({}, {}, False),
        ({"index.mapping.source.mode": "synthetic"}, {}, True),
        ({"index.mode": "logsdb"}, {}, True),
        ({"index.mode": "logsdb", "index.mapping.source.mode": "stored"}, {}, False),
        ({"index.mode": "standard"}, {}, False),
        ({}, {"mode": "synthetic"}, True),
        ({"index.derived_source.enabled": "true"}, {}, True),
    ],
)
def test_rewritten_documents(
    settings: dict[str, str], source: dict[str, Any], expected: bool
) -> None:
    """Settings, or the mapping of older servers, say that documents are put together anew."""
    assert is_rewritten(settings, source) == expected


def test_without_documents(cluster: Cluster, sandbox: Sandbox) -> None:
    """An index that keeps none is left out with a sentence; one that was named is an error."""
    cluster.create("src-none", mappings={"_source": {"enabled": False}})
    cluster.create("src-some")
    try:
        cluster.bulk("src-none", [("1", {"a": 1})])
        cluster.bulk("src-some", [("1", {"a": 1})])
        cluster.refresh("src-*")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["src-*"]})
        assert run.code == 0, run.err
        assert {message["stream"] for message in run.of_type("RECORD")} == {"src_some"}
        assert "Stream src_none is left out: Index 'src-none' does not keep" in run.err
        for more in ({"indices": ["src-none"]}, {"streams": [{"index": "src-*"}]}):
            run = sandbox.run({"hosts": [cluster.url], **more})
            assert run.code == 2
            assert "_source is disabled in its mapping" in run.complaints[0]
        run = sandbox.run({"hosts": [cluster.url], "indices": ["src-n*"]})
        assert run.code == 2
        assert run.complaints[0].startswith("Nothing is left to read: Index 'src-none'")
    finally:
        cluster.delete("src-none", "src-some")


def test_without_some_fields(cluster: Cluster, sandbox: Sandbox) -> None:
    """What a mapping keeps out of the documents is said, once."""
    properties = {"a": {"type": "long"}, "o": {"properties": {"b": {"type": "long"}}}}
    mapping = {"_source": {"excludes": ["o.*"]}, "properties": properties}
    cluster.create("src-part", mappings=mapping)
    try:
        cluster.bulk("src-part", [("1", {"a": 1, "o": {"b": 2}})])
        cluster.refresh("src-part")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["src-part"]})
        assert run.code == 0, run.err
        assert run.records("src_part")[0]["a"] == 1
        assert run.err.count("documents come without o.b:") == 1
    finally:
        cluster.delete("src-part")


def test_documents_put_together_anew(cluster: Cluster, sandbox: Sandbox) -> None:
    """Where the server makes the documents, that is said, and they are read."""
    info = cluster.request("GET", "/")["version"]
    name = "index.derived_source.enabled" if "distribution" in info else "index.mode"
    settings = {name: True if "distribution" in info else "logsdb"}
    properties = {"@timestamp": {"type": "date"}, "n": {"type": "long"}}
    cluster.create("src-new", mappings={"properties": properties}, settings=settings)
    try:
        cluster.bulk("src-new", [("1", {"@timestamp": "2024-01-01T00:00:00Z", "n": 1})])
        cluster.refresh("src-new")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["src-new"]})
        assert run.code == 0, run.err
        assert [record["n"] for record in run.records("src_new")] == [1]
        assert run.err.count("puts them together anew") == 1
    finally:
        cluster.delete("src-new")
