"""The fake server, compared with a real one: what it says where nothing goes wrong is true."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.faults.documents import MAPPING, document, index
from tests.faults.fake_server import FakeServer
from tests.faults.model import Cluster, Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Cluster as RealCluster

#: What differs between two servers, or two answers of one, and means nothing.
VARYING = {"id", "pit_id", "took", "node", "shard", "index_uuid", "col", "creation_time"}
#: What some servers say of some searches, and the fake one never.
LEFT_OUT = {"terminated_early", "inference"}
SETTINGS = {"index.number_of_replicas": 0, "index.number_of_shards": 2}
INDICES = {
    "faults-orders": {
        "settings": {**SETTINGS, "index.max_result_window": 50},
        "mappings": MAPPING,
        "aliases": {"faults-all": {}, "faults-some": {"filter": {"term": {"name": "x"}}}},
    },
    "faults-closed": {"settings": SETTINGS, "aliases": {"faults-all": {}}},
    "faults-hidden": {"settings": {**SETTINGS, "index.hidden": True}},
}
COUNT = 9


class Server:
    """A server to ask."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, method: str, target: str, body: object = None) -> tuple[int, Any]:
        """Status and answer."""
        answer = requests.request(method, self._url + target, json=body, timeout=30)
        return answer.status_code, answer.json()

    def open(self, target: str) -> str:
        """A new point in time."""
        _, opened = self.ask("POST", target)
        context: str = opened["id"]
        return context

    def search(self, context: str, **body: object) -> tuple[int, Any]:
        """A search in a point in time."""
        pit = {"id": context, "keep_alive": "1m"}
        target = "/_search?allow_partial_search_results=false"
        return self.ask("POST", target, {"pit": pit, **body})


def comparable(answer: object) -> object:
    """``answer`` with the type in place of each value that varies.

    Of several failed shards only one is compared: a real server answers as soon as the first has
    failed, and how many have by then varies. It says what caused it only if all have.
    """
    if isinstance(answer, dict):
        left_out = {*LEFT_OUT, "caused_by"} if "failed_shards" in answer else LEFT_OUT
        return {
            key: type(value) if key in VARYING else comparable(value)
            for key, value in answer.items()
            if key not in left_out
        }
    if isinstance(answer, list) and answer and isinstance(answer[0], dict) and "shard" in answer[0]:
        return [comparable(answer[0])]
    if isinstance(answer, (list, tuple)):
        return [comparable(value) for value in answer]
    if answer in {"all shards failed", "Partial shards failure"}:
        return "shards failed"
    if isinstance(answer, str) and answer.startswith("No search context found for id"):
        return "No search context found for id"
    return answer


def numbers(first: int, last: int) -> dict[str, Any]:
    """The query for sequence numbers."""
    return {"range": {"_seq_no": {"gte": first, "lte": last}}}


def at_least(number: int) -> dict[str, Any]:
    """The query for documents with such a number in a field."""
    return {"range": {"number": {"gte": number}}}


@pytest.fixture(scope="module")
def real(elasticsearch: RealCluster) -> Iterator[Server]:
    """A real Elasticsearch 9 with the indices and documents."""
    elasticsearch.delete(*INDICES)
    for name, body in INDICES.items():
        elasticsearch.request("PUT", f"/{name}", body)
    documents = [document(number) for number in range(COUNT)]
    elasticsearch.bulk("faults-orders", [(each.id, json.loads(each.source)) for each in documents])
    elasticsearch.refresh("faults-orders")
    elasticsearch.close("faults-closed")
    yield Server(elasticsearch.url)
    elasticsearch.delete(*INDICES)


@pytest.fixture
def fake(real: Server) -> Iterator[Server]:
    """The fake server with the same, each document in the shard where the real one has it."""
    shards = []
    for number in range(2):
        context = real.open(f"/faults-orders/_pit?keep_alive=1m&preference=_shards:{number}")
        _, page = real.search(context, size=COUNT, sort=["_doc"])
        shards.append([document(int(hit["_id"])) for hit in page["hits"]["hits"]])
        real.ask("DELETE", "/_pit", {"id": context})
    aliases: dict[str, Any] = {"faults-all": {}, "faults-some": {"filter": {"term": {"name": "x"}}}}
    cluster = Cluster(
        Index("faults-orders", shards, MAPPING, aliases=aliases, window=50),
        Index("faults-closed", [[], []], aliases={"faults-all": {}}, closed=True),
        Index("faults-hidden", [[], []], hidden=True),
    )
    with FakeServer(cluster) as server:
        yield Server(server.url)


@pytest.mark.parametrize(
    "target",
    [
        "/_resolve/index/faults-*",
        "/_resolve/index/faults-*?expand_wildcards=open,closed",
        "/_resolve/index/faults-*?expand_wildcards=open,hidden",
        "/_resolve/index/faults-*?expand_wildcards=all",
        "/_resolve/index/faults-orders,faults-all",
        "/_resolve/index/faults-closed?expand_wildcards=open",
        "/_resolve/index/faults-none*",
        "/_resolve/index/faults-orders,faults-none",
        "/faults-orders/_mapping",
        "/faults-orders,faults-closed/_mapping",
        "/faults-none/_mapping",
        "/faults-none/_settings?flat_settings=true",
        "/faults-orders/_mapping?nonsense=1",
        "/faults-orders/_field_caps?fields=number&include_unmapped=true",
        "/faults-orders,faults-hidden/_field_caps?fields=number&include_unmapped=true",
        "/faults-orders/_field_caps?fields=nonsense&include_unmapped=true",
        "/faults-orders/_field_caps?fields=name",
        "/faults-none/_field_caps?fields=number",
        "/_alias/faults-some",
        "/_alias/faults-all",
        "/_alias/faults-none",
        "/nothing/is/here",
    ],
)
def test_looking_up(real: Server, fake: Server, target: str) -> None:
    """Names, mappings and aliases are told as a real server tells them, and so is what is wrong."""
    assert comparable(fake.ask("GET", target)) == comparable(real.ask("GET", target))


@pytest.mark.parametrize("name", ["faults-orders", "faults-hidden", "faults-closed"])
def test_settings(real: Server, fake: Server, name: str) -> None:
    """The settings that the fake server has are those of a real one."""
    target = f"/{name}/_settings?flat_settings=true"
    (_, true), (_, told) = real.ask("GET", target), fake.ask("GET", target)
    settings = told[name]["settings"]
    assert len(settings.pop("index.uuid")) == len(true[name]["settings"].pop("index.uuid"))
    assert settings.items() <= true[name]["settings"].items()
    assert ("index.max_result_window" in settings) == (name == "faults-orders")


def test_info(real: Server, fake: Server) -> None:
    """Both say which product and version they are, in the same place."""
    (_, true), (_, told) = real.ask("GET", "/"), fake.ask("GET", "/")
    assert told.keys() <= true.keys()
    assert told["version"].keys() <= true["version"].keys()


@pytest.mark.parametrize(
    "target",
    [
        "/faults-orders/_pit?keep_alive=1m",
        "/faults-orders/_pit?keep_alive=1m&preference=_shards:1&allow_partial_search_results=false",
        "/faults-orders/_pit?keep_alive=1m&preference=_shards:0,1",
        "/faults-orders/_pit?keep_alive=1m&preference=_shards:7",
        "/faults-orders/_pit",
        "/faults-orders/_pit?keep_alive=1m&nonsense=1",
        "/faults-closed/_pit?keep_alive=1m",
        "/faults-all/_pit?keep_alive=1m",
        "/faults-none/_pit?keep_alive=1m",
        "/faults-*/_pit?keep_alive=1m",
        "/faults-none*/_pit?keep_alive=1m",
    ],
)
def test_opening(real: Server, fake: Server, target: str) -> None:
    """A point in time is opened, or refused, as by a real server."""
    true, told = real.ask("POST", target), fake.ask("POST", target)
    assert comparable(told) == comparable(true)
    if true[0] == 200:
        assert real.ask("DELETE", "/_pit", {"id": true[1]["id"]})[0] in {200, 404}


@pytest.mark.parametrize(
    "body",
    [
        {"size": 4, "sort": [{"_shard_doc": "asc"}], "track_total_hits": False},
        {"size": 4, "sort": ["_doc"], "track_total_hits": False},
        {"size": 4, "sort": [{"_shard_doc": "asc"}], "search_after": [1]},
        {"size": 9, "sort": [{"_shard_doc": "asc"}], "search_after": [0x7FFFFFFF]},
        {"size": 4, "sort": [{"_shard_doc": "asc"}], "search_after": [1 << 40]},
        {"size": 0, "track_total_hits": True},
        {"size": 0},
        {"size": 50, "sort": ["_shard_doc"]},
        {"size": 51, "sort": ["_shard_doc"]},
        {"size": 4, "sort": ["nonsense"]},
        {"size": 4, "nonsense": 1},
        {
            "size": 1,
            "sort": [{"_seq_no": "desc"}],
            "track_total_hits": True,
            "_source": False,
            "seq_no_primary_term": True,
        },
        {
            "size": 1,
            "sort": [{"number": {"order": "desc", "mode": "min"}}],
            "track_total_hits": True,
            "_source": False,
            "query": {"exists": {"field": "number"}},
        },
        {
            "size": 2,
            "sort": [{"_seq_no": "asc"}, {"_shard_doc": "asc"}],
            "track_total_hits": True,
            "query": numbers(1, 3),
        },
        {"size": 1, "sort": [{"number": {"order": "desc", "mode": "min"}}], "_source": False},
        {"size": 9, "sort": [{"_seq_no": "asc"}], "query": {"bool": {"filter": [numbers(1, 2)]}}},
        {
            "size": 2,
            "sort": [{"number": "asc"}, {"_shard_doc": "asc"}],
            "query": {"bool": {"filter": [{"exists": {"field": "number"}}, at_least(2)]}},
        },
        {
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": {"must_not": [{"bool": {"should": [numbers(0, 0), numbers(2, 3)]}}]}},
            "aggs": {"sum": {"sum": {"field": "_seq_no"}}},
        },
        *(
            {"size": 9, "sort": ["_shard_doc"], "slice": {"id": number, "max": count}}
            for count in (2, 3, 5)
            for number in range(count)
        ),
        {
            "size": 2,
            "sort": [{"_shard_doc": "asc"}],
            "search_after": [0],
            "track_total_hits": False,
            "slice": {"id": 0, "max": 3},
            "query": at_least(1),
        },
    ],
)
@pytest.mark.parametrize("shards", ["", "&preference=_shards:1"], ids=["both", "one"])
def test_pages(real: Server, fake: Server, shards: str, body: dict[str, Any]) -> None:
    """Pages, and refusals of pages, are those of a real server, to the last sort value."""
    answers = []
    for server in (real, fake):
        context = server.open(f"/faults-orders/_pit?keep_alive=1m{shards}")
        answers.append(comparable(server.search(context, **body)))
        server.ask("DELETE", "/_pit", {"id": context})
    assert answers[1] == answers[0]


def test_a_slice_that_is_everything(real: Server, fake: Server) -> None:
    """One slice alone is refused."""
    for server in (real, fake):
        context = server.open("/faults-orders/_pit?keep_alive=1m")
        assert server.search(context, slice={"id": 0, "max": 1})[0] == 400
        server.ask("DELETE", "/_pit", {"id": context})


def test_lost_contexts(real: Server, fake: Server) -> None:
    """A point in time that was closed cannot be searched, nor closed again."""
    answers = []
    for server in (real, fake):
        context = server.open("/faults-orders/_pit?keep_alive=1m&preference=_shards:0")
        first = server.ask("DELETE", "/_pit", {"id": context})
        again = server.ask("DELETE", "/_pit", {"id": context})
        answers.append(comparable([first, again, server.search(context, size=1, sort=["_doc"])]))
    assert answers[1] == answers[0]


def test_deleted_index(real: Server, fake: Server) -> None:
    """A point in time does not outlive its index."""
    name = "faults-gone"
    real.ask("PUT", f"/{name}", {"settings": {**SETTINGS, "index.number_of_shards": 1}})
    true = real.open(f"/{name}/_pit?keep_alive=1m")
    real.ask("DELETE", f"/{name}")
    cluster = Cluster(index(0, name=name))
    with FakeServer(cluster) as server:
        other = Server(server.url)
        told = other.open(f"/{name}/_pit?keep_alive=1m")
        cluster.drop_index(name)
        searches = [s.search(c, size=1, sort=["_doc"]) for s, c in ((other, told), (real, true))]
        closings = [s.ask("DELETE", "/_pit", {"id": c}) for s, c in ((other, told), (real, true))]
        assert comparable(searches[0]) == comparable(searches[1])
        assert closings[0] == closings[1]
        assert server.open_contexts == 0


def test_snapshot() -> None:
    """What changes after the opening is not seen."""
    cluster = Cluster(index(3))
    with FakeServer(cluster) as server:
        asked = Server(server.url)
        context = asked.open("/orders/_pit?keep_alive=1m")
        cluster.indices["orders"].shards[0][:] = [document(7)]
        _, page = asked.search(context, sort=["_shard_doc"])
        assert [hit["_id"] for hit in page["hits"]["hits"]] == ["0", "1", "2"]


def test_expiry() -> None:
    """A point in time that is not used for its keep-alive is gone; one that is used stays."""
    with FakeServer(Cluster(index(3))) as server:
        asked = Server(server.url)
        idle = asked.open("/orders/_pit?keep_alive=1s")
        used = asked.open("/orders/_pit?keep_alive=2s")
        time.sleep(1.5)
        assert asked.search(used, size=1)[0] == 200
        assert asked.search(idle, size=1)[0] == 404
        time.sleep(1)
        assert asked.search(used, size=1)[0] == 200
        assert server.open_contexts == 1


def test_points_in_time_of_opensearch(opensearch: RealCluster) -> None:
    """OpenSearch's own requests are answered as by a real one, and Elasticsearch's refused."""
    name = "faults-orders"
    opensearch.create(name, mappings=MAPPING)
    opensearch.bulk(name, [(str(n), json.loads(document(n).source)) for n in range(5)])
    opensearch.refresh(name)
    with FakeServer(Cluster(index(5, name=name), flavour="opensearch")) as server:
        true, told = (_opensearch_talk(Server(each.url)) for each in (opensearch, server))
        assert server.open_contexts == 0
    opensearch.delete(name)
    for one, other in zip(told, true, strict=True):
        assert one == other


def _opensearch_talk(server: Server) -> list[object]:
    target = "/faults-orders/_search/point_in_time?keep_alive=1m&preference=_shards:0"
    opened = server.ask("POST", f"{target}&allow_partial_pit_creation=false")
    context = opened[1]["pit_id"]
    talk = [
        opened,
        server.search(context, size=3, sort=[{"_doc": "asc"}], track_total_hits=False),
        server.search(context, size=3, sort=[{"_doc": "asc"}], search_after=[2]),
        server.search(context, size=0, track_total_hits=True),
        server.ask("DELETE", "/_search/point_in_time", {"pit_id": [context]}),
        server.ask("GET", "/_resolve/index/faults-none"),
        server.ask("GET", "/_resolve/index/faults-orders"),
    ]
    status, lost = server.search(context, size=3, sort=[{"_doc": "asc"}])
    # What stands around the cause is longer there.
    return [comparable(answer) for answer in (*talk, status, lost["error"]["root_cause"])]


def test_slices_of_opensearch(opensearch: RealCluster) -> None:
    """As many slices as there are shards are these, one by one."""
    name, target = "faults-slices", "/faults-slices/_search/point_in_time?keep_alive=1m"
    opensearch.create(name, mappings=MAPPING, settings={"number_of_shards": 2})
    opensearch.bulk(name, [(str(n), json.loads(document(n).source)) for n in range(COUNT)])
    opensearch.refresh(name)
    real = Server(opensearch.url)
    shards = []
    for number in range(2):
        _, opened = real.ask("POST", f"{target}&preference=_shards:{number}")
        _, page = real.search(opened["pit_id"], size=COUNT, sort=["_doc"])
        shards.append([document(int(hit["_id"])) for hit in page["hits"]["hits"]])
    with FakeServer(Cluster(Index(name, shards, MAPPING), flavour="opensearch")) as server:
        talks = []
        for each in (real, Server(server.url)):
            context = each.ask("POST", target)[1]["pit_id"]
            cuts = [{"id": number, "max": 2} for number in range(2)]
            said = [each.search(context, size=9, sort=["_doc"], slice=cut) for cut in cuts]
            talks.append([comparable(answer) for answer in said])
    opensearch.request("DELETE", "/_search/point_in_time/_all")
    opensearch.delete(name)
    assert talks[1] == talks[0]


def test_shard_by_shard_on_opensearch() -> None:
    """Paging over several shards in ``_doc`` order loses documents there, and so here."""
    with FakeServer(Cluster(index(4, 4), flavour="opensearch")) as server:
        asked = Server(server.url)
        target = "/orders/_search/point_in_time?keep_alive=1m"
        context = asked.ask("POST", target)[1]["pit_id"]
        seen: list[str] = []
        after: dict[str, Any] = {}
        while hits := asked.search(context, size=3, sort=["_doc"], **after)[1]["hits"]["hits"]:
            seen += [hit["_id"] for hit in hits]
            after = {"search_after": hits[-1]["sort"]}
        assert len(seen) < 8
        closed = asked.ask("DELETE", "/_search/point_in_time", {"pit_id": [context]})
        assert closed == (200, {"pits": [{"successful": True, "pit_id": context}]})
