"""Thousands of indices, thousands of fields, odd names and odd states, on a real server."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.discovery import discover
from tap_elasticsearch.discovery.names import MAX_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import msgspec

    from tap_elasticsearch.connection import Resolved
    from tap_elasticsearch.discovery import StreamDefinition
    from tests.command import Sandbox
    from tests.servers import Cluster

#: How many indices there are beside the one that is asked for; 2,000 take minutes to create.
INDICES = int(os.environ.get("TAP_ELASTICSEARCH_TEST_INDICES", "300"))
FIELDS = {f"f{number}": {"type": "keyword"} for number in range(60)}
#: Mappings that differ from each other.
KINDS = 7
#: Each index has it, with another type in each seventh.
SHARED = [{"type": "date" if kind == 0 else "keyword"} for kind in range(KINDS)]


class Counting(Client):
    """A client that remembers what it was asked for.

    Attributes:
        asked: The names in each request.
        answered: Bytes of mappings that came.
    """

    def __init__(self, **config: object) -> None:
        super().__init__(parse_settings(config))
        self.asked: list[list[str]] = []
        self.answered = 0

    def resolve(self, expressions: Iterable[str], *, wildcards: str = "open") -> Resolved:  # noqa: D102
        self.asked.append(list(expressions))
        return super().resolve(self.asked[-1], wildcards=wildcards)

    def mappings(self, indices: Iterable[str]) -> dict[str, msgspec.Raw]:  # noqa: D102
        self.asked.append(list(indices))
        answer = super().mappings(self.asked[-1])
        self.answered += sum(len(bytes(mapping)) for mapping in answer.values())
        return answer


def found(client: Counting, **config: object) -> dict[str, StreamDefinition]:
    """The streams that ``config`` finds, by name."""
    settings = parse_settings({"hosts": ["unused"], **config})
    return {stream.name: stream for stream in discover(client, settings)}


@pytest.fixture(scope="module")
def crowded(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server with hundreds of indices, all of them behind one alias."""
    limit = {"cluster.max_shards_per_node": INDICES + 1_000}
    elasticsearch.request("PUT", "/_cluster/settings", {"persistent": limit})
    template = {
        "index_patterns": ["crowd-*"],
        "template": {
            "settings": {"number_of_shards": 1, "number_of_replicas": 0},
            "mappings": {"properties": FIELDS},
            "aliases": {"everyone": {}},
        },
    }
    elasticsearch.request("PUT", "/_index_template/crowd", template)

    def create(number: int) -> None:
        mappings = {"properties": {"shared": SHARED[number % KINDS], f"k{number % KINDS}": {}}}
        mappings["properties"][f"k{number % KINDS}"] = {"type": "long"}
        path = f"/crowd-{number:05}?wait_for_active_shards=0"
        elasticsearch.request("PUT", path, {"mappings": mappings})

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(create, range(INDICES)))
    yield elasticsearch
    elasticsearch.request("DELETE", "/_index_template/crowd")
    names = [f"crowd-{number:05}" for number in range(INDICES)]
    for start in range(0, INDICES, 200):
        elasticsearch.request("DELETE", "/" + ",".join(names[start : start + 200]))
    nothing = {"cluster.max_shards_per_node": None}
    elasticsearch.request("PUT", "/_cluster/settings", {"persistent": nothing})


def test_one_index_among_many(crowded: Cluster) -> None:
    """An index that is named costs two requests, however many there are beside it."""
    client = Counting(hosts=[crowded.url])
    assert list(found(client, indices=["crowd-00007"])) == ["crowd_00007"]
    assert client.asked == [["crowd-00007"], ["crowd-00007"]]
    assert client.answered < 10_000


def test_each_of_many_is_a_stream(crowded: Cluster) -> None:
    """All of them cost a request for some hundred mappings, and those alike are kept once."""
    client = Counting(hosts=[crowded.url])
    streams = found(client, indices=["crowd-*"])
    assert len(streams) == INDICES
    assert len({id(stream.fields) for stream in streams.values()}) == KINDS
    assert all(len(names) <= MAX_NAMES for names in client.asked)
    assert len(client.asked) <= 2 + INDICES * len("crowd-00000,") / 3_000 + INDICES / MAX_NAMES


def test_an_alias_over_many(crowded: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """One stream over all of them has the fields of all, and says in one line how many conflict."""
    client = Counting(hosts=[crowded.url])
    (stream,) = found(
        client, indices=["crowd-00000"], streams=[{"index": "everyone", "name": "all"}]
    ).values()
    assert stream.fields.properties.keys() == FIELDS.keys() | {"shared"} | {
        f"k{kind}" for kind in range(KINDS)
    }
    dates = len(range(0, INDICES, KINDS))
    (warning,) = (line for line in caplog.messages if "different types" in line)
    assert f"keyword in {INDICES - dates:,} (such as crowd-00001)" in warning
    assert f"date in {dates:,} (such as crowd-00000)" in warning


@pytest.mark.parametrize("count", [2_000, 10_000])
def test_thousands_of_fields(elasticsearch: Cluster, sandbox: Sandbox, count: int) -> None:
    """A mapping of thousands of fields is a schema of as many columns, and is read."""
    fields = {f"f{number}": {"type": "long"} for number in range(count - 2)}
    fields |= {"o": {"properties": {"x": {"type": "keyword"}}}}  # type: ignore[dict-item]
    elasticsearch.create(
        "wide",
        mappings={"properties": fields},
        settings={"index.mapping.total_fields.limit": count},
    )
    elasticsearch.bulk("wide", [("1", {"f7": 7, "o.x": "y"}), ("2", {f"f{count - 3}": "8"})])
    elasticsearch.refresh("wide")
    try:
        config = {"hosts": [elasticsearch.url], "indices": ["wide"]}
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        run = sandbox.run(config, "--catalog", catalog)
        assert run.code == 0, run.err
        (schema,) = (message["schema"] for message in run.of_type("SCHEMA"))
        assert len(schema["properties"]) == len(fields) + len(["_id", "_index", "_extra"])
        records = {record.pop("_id"): record for record in run.records("wide")}
        assert records["1"] == {"_index": "wide", "f7": 7, "o": {"x": "y"}}
        assert records["2"] == {"_index": "wide", f"f{count - 3}": 8}
    finally:
        elasticsearch.delete("wide")


def test_the_server_s_own_indices(elasticsearch: Cluster) -> None:
    """Hidden and system indices can be discovered beside others, and are not unless asked for."""
    elasticsearch.create("odd.name.with-dots")
    elasticsearch.create(".odd-hidden", settings={"index.hidden": True})
    elasticsearch.create("odd-shut")
    elasticsearch.close("odd-shut")
    config: dict[str, Any] = {"hosts": [elasticsearch.url]}
    try:
        visible = found(Counting(**config), indices=["*"])
        assert "odd_name_with_dots" in visible
        assert not any(stream.index.startswith(".") for stream in visible.values())
        every = found(Counting(**config), indices=["*"], include_hidden=True)
        assert {"odd_name_with_dots", "odd_hidden"} <= every.keys()
        assert "odd_shut" not in every
    finally:
        elasticsearch.delete("odd.name.with-dots", ".odd-hidden", "odd-shut")
