"""Every document of a real server, once, whatever the page size; and no context stays open."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox

#: Indices with their shards and documents; 10,000 documents over 3 shards in the largest.
INDICES = {"ft-large": (3, 10_000), "ft-small": (2, 41), "ft-one": (1, 1), "ft-none": (2, 0)}
MAPPING = {"properties": {"n": {"type": "long"}}}


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with the indices of this module."""
    for index, (shards, documents) in INDICES.items():
        cluster.create(index, mappings=MAPPING, settings={"number_of_shards": shards})
        if documents:
            cluster.bulk(index, ((f"{index}{n}", {"n": n}) for n in range(documents)))
    cluster.refresh()
    yield cluster
    cluster.delete(*INDICES)


@pytest.mark.parametrize("page_size", [1, 7, 1_000, "auto"])
def test_each_document_once(filled: Cluster, sandbox: Sandbox, page_size: object) -> None:
    """Every document arrives exactly once in its stream, for every page size."""
    config = {"hosts": [filled.url], "indices": ["ft-*"], "page_size": page_size}
    run = sandbox.run(config)
    assert run.code == 0, run.err
    for index, (_, documents) in INDICES.items():
        arrived = Counter(record["_id"] for record in run.records(index.replace("-", "_")))
        assert arrived == Counter(f"{index}{n}" for n in range(documents))
    assert filled.open_contexts() == 0


@pytest.mark.parametrize("page_size", [1, 7, "auto"])
def test_an_index_that_was_shrunk(cluster: Cluster, sandbox: Sandbox, page_size: object) -> None:
    """Its documents have the sequence numbers of several former shards, each some times over."""
    settings = {"number_of_shards": 4, "number_of_replicas": 0}
    cluster.create("ft-four", mappings=MAPPING, settings=settings)
    cluster.bulk("ft-four", ((str(n), {"n": n}) for n in range(500)))
    cluster.request("PUT", "/ft-four/_settings", {"index.blocks.write": True})
    cluster.request(
        "POST",
        "/ft-four/_shrink/ft-shrunk?wait_for_active_shards=1",
        {"settings": {"index.number_of_shards": 1, "index.number_of_replicas": 0}},
    )
    cluster.refresh("ft-shrunk")
    config = {"hosts": [cluster.url], "indices": ["ft-shrunk"], "page_size": page_size}
    run = sandbox.run(config)
    cluster.delete("ft-four", "ft-shrunk")
    assert run.code == 0, run.err
    ids = Counter(record["_id"] for record in run.records("ft_shrunk"))
    assert ids == Counter(str(n) for n in range(500))


@pytest.mark.parametrize("page_size", [7, "auto"])
def test_several_indices_as_one_stream(
    filled: Cluster, sandbox: Sandbox, page_size: object
) -> None:
    """Indices that are one stream are read whole, too: no shard of one hides that of another."""
    config = {
        "hosts": [filled.url],
        "indices": ["ft-one"],
        "streams": [{"index": "ft-*", "name": "all"}],
        "page_size": page_size,
    }
    run = sandbox.run(config)
    assert run.code == 0, run.err
    arrived = Counter((record["_index"], record["_id"]) for record in run.records("all"))
    expected = (
        (index, f"{index}{n}") for index, (_, count) in INDICES.items() for n in range(count)
    )
    assert arrived == Counter(expected)
    assert run.records("ft_one") == []
    assert filled.open_contexts() == 0


def test_a_data_stream(opensearch: Cluster, sandbox: Sandbox) -> None:
    """All backing indices of a data stream are read, as one stream with its own keys."""
    template = {
        "index_patterns": ["bb-ds*"],
        "data_stream": {},
        "priority": 501,
        "template": {"settings": {"number_of_shards": 3, "number_of_replicas": 0}},
    }
    opensearch.request("PUT", "/_index_template/bb-ds", template)
    try:
        for part in range(3):
            documents = (
                (f"{part}-{n}", {"@timestamp": "2024-01-01T00:00:00Z"}) for n in range(500)
            )
            opensearch.bulk("bb-ds", documents, action="create")
            opensearch.request("POST", "/bb-ds/_rollover")
        opensearch.refresh("bb-ds")
        run = sandbox.run({"hosts": [opensearch.url], "indices": ["bb-ds"], "page_size": 7})
        assert run.code == 0, run.err
        arrived = Counter(record["_id"] for record in run.records("bb_ds"))
        assert arrived == Counter(f"{part}-{n}" for part in range(3) for n in range(500))
        assert opensearch.open_contexts() == 0
    finally:
        opensearch.request("DELETE", "/_data_stream/bb-ds")
        opensearch.request("DELETE", "/_index_template/bb-ds")


def test_a_query(filled: Cluster, sandbox: Sandbox) -> None:
    """A stream with a query has the documents that match it, and no others."""
    query = {"range": {"n": {"lt": 5}}}
    config = {
        "hosts": [filled.url],
        "indices": ["ft-one"],
        "streams": [{"index": "ft-large", "name": "few", "query": query}],
    }
    run = sandbox.run(config)
    assert sorted(record["n"] for record in run.records("few")) == [0, 1, 2, 3, 4]


def test_a_filtered_alias(filled: Cluster, sandbox: Sandbox) -> None:
    """What an alias hides stays hidden when the alias is the stream."""
    alias = {"index": "ft-large", "alias": "ft-alias", "filter": {"term": {"n": 7}}}
    filled.request("POST", "/_aliases", {"actions": [{"add": alias}]})
    try:
        config = {
            "hosts": [filled.url],
            "indices": ["ft-one"],
            "streams": [{"index": "ft-alias", "name": "some"}],
        }
        assert [record["n"] for record in sandbox.run(config).records("some")] == [7]
    finally:
        filled.request("DELETE", "/ft-large/_alias/ft-alias")


def test_a_filtered_alias_stands_for_its_indices(filled: Cluster, sandbox: Sandbox) -> None:
    """The filter of an alias in ``indices`` stays with the streams that it stands for."""
    alias = {"index": "ft-large", "alias": "ft-alias", "filter": {"term": {"n": 7}}}
    filled.request("POST", "/_aliases", {"actions": [{"add": alias}]})
    try:
        run = sandbox.run({"hosts": [filled.url], "indices": ["ft-alias"]})
        assert [record["n"] for record in run.records("ft_large")] == [7]
        both = sandbox.run({"hosts": [filled.url], "indices": ["ft-alias", "ft-large"]})
        assert len(both.records("ft_large")) == 10_000
    finally:
        filled.request("DELETE", "/ft-large/_alias/ft-alias")


def test_a_filtered_alias_of_a_data_stream(sandbox: Sandbox) -> None:
    """The filter holds for the indices behind a data stream, too.

    OpenSearch has no aliases of data streams; this Elasticsearch cannot delete one, so it is one
    of its own.
    """
    template = {"index_patterns": ["fa-ds*"], "data_stream": {}}
    with running("elasticsearch-9") as server:
        elasticsearch = Cluster(server)
        elasticsearch.request("PUT", "/_index_template/fa-ds", template)
        times = {"@timestamp": "2024-01-01T00:00:00Z"}
        documents = [("1", {**times, "n": 1}), ("2", {**times, "n": 2})]
        elasticsearch.bulk("fa-ds", documents, action="create")
        elasticsearch.refresh("fa-ds")
        alias = {"index": "fa-ds", "alias": "fa-alias", "filter": {"term": {"n": 2}}}
        elasticsearch.request("POST", "/_aliases", {"actions": [{"add": alias}]})
        stream = {"index": "fa-alias", "name": "some"}
        config = {"hosts": [server.url], "indices": ["fa-ds"], "streams": [stream]}
        run = sandbox.run(config)
        assert run.code == 0, run.err
        assert [record["_id"] for record in run.records("some")] == ["2"]


def test_a_pattern_that_matches_nothing_any_more(cluster: Cluster, sandbox: Sandbox) -> None:
    """A stream whose pattern has lost all its indices is an error, not an empty table."""
    cluster.create("ft3-gone", mappings=MAPPING)
    stream = {"index": "ft3-*", "name": "gone"}
    config = {"hosts": [cluster.url], "indices": ["ft3-*"], "streams": [stream]}
    catalog = sandbox.write("catalog.json", sandbox.discover(config))
    cluster.delete("ft3-gone")
    run = sandbox.run(config, "--catalog", catalog)
    assert run.code == 2
    assert run.complaints[0].startswith("No open index matches 'ft3-*' any more.")


def test_routing_is_never_null_in_a_key(cluster: Cluster, sandbox: Sandbox) -> None:
    """Where only some indices of a stream demand a routing, the others have an empty one."""
    cluster.create("ft4-a", mappings={"_routing": {"required": True}})
    cluster.create("ft4-b")
    cluster.bulk("ft4-a", [("a", {})], routing="x")
    cluster.bulk("ft4-b", [("b", {})])
    cluster.refresh()
    try:
        config = {"hosts": [cluster.url], "indices": ["ft4-*"], "streams": ["ft4-*"]}
        run = sandbox.run(config)
        assert run.code == 0, run.err
        assert run.of_type("SCHEMA")[0]["key_properties"] == ["_index", "_id", "_routing"]
        assert {r["_id"]: r["_routing"] for r in run.records("ft4")} == {"a": "x", "b": ""}
    finally:
        cluster.delete("ft4-a", "ft4-b")


def test_small_windows(filled: Cluster, sandbox: Sandbox) -> None:
    """An index that allows only small pages is read in small pages."""
    filled.request("PUT", "/ft-small/_settings", {"index.max_result_window": 5})
    run = sandbox.run({"hosts": [filled.url], "indices": ["ft-small"]})
    assert len(run.records("ft_small")) == 41


def test_a_catalog_needs_no_discovery(filled: Cluster, sandbox: Sandbox) -> None:
    """A sync by a catalog gives the same records, and what is not selected stays away."""
    config = {"hosts": [filled.url], "indices": ["ft-small", "ft-one"]}
    catalog = sandbox.discover(config)
    (one, small) = catalog["streams"]
    assert one["tap_stream_id"] == "ft_one"
    one["metadata"][0]["metadata"]["selected"] = False
    for entry in small["metadata"]:
        if entry["breadcrumb"] == ["properties", "n"]:
            entry["metadata"]["selected"] = False
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 0, run.err
    assert run.records("ft_one") == []
    assert {tuple(record) for record in run.records("ft_small")} == {("_id", "_index")}


def test_a_changed_schema(filled: Cluster, sandbox: Sandbox) -> None:
    """A catalog that announces a column otherwise than it is sent is refused, with the way out."""
    config = {"hosts": [filled.url], "indices": ["ft-one"]}
    catalog = sandbox.discover(config)
    catalog["streams"][0]["schema"]["properties"]["n"] = {"type": ["string", "null"]}
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 2
    assert run.complaints[0].startswith("Stream 'ft_one': the catalog's schema of n is not that of")


def test_a_stream_that_has_vanished(cluster: Cluster, sandbox: Sandbox) -> None:
    """A stream of the catalog whose index is gone ends the run; it is not passed over."""
    cluster.create("ft2-gone", mappings=MAPPING)
    config = {"hosts": [cluster.url], "indices": ["ft2-gone"]}
    catalog = sandbox.write("catalog.json", sandbox.discover(config))
    cluster.delete("ft2-gone")
    run = sandbox.run(config, "--catalog", catalog)
    assert run.code == 2
    assert "There is no index, alias or data stream 'ft2-gone'." in run.complaints[0]
