"""The command against a server that fails: it says why in one line, and writes nothing false."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.command import ended, run, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import (
    BACK_PRESSURE,
    BUSY,
    BUSY_FOR_LONG,
    CANCELLED_FETCH,
    CANCELLED_QUERY,
    CIRCUIT_BREAKER,
    CUT_BEFORE,
    CUT_IN_THE_MIDDLE,
    FAILED_SHARD,
    FORBIDDEN,
    LOGGED_OUT,
    LOGIN_PAGE,
    LOST_CONTEXTS,
    LOST_NODE,
    LOST_NODE_7,
    LOST_NODE_OPENSEARCH,
    MISSING_SHARD,
    NO_SHARDS,
    NODE_DISCONNECTED,
    NODE_NOT_CONNECTED,
    NOT_A_SEARCH,
    PROXY_PAGE,
    PROXY_TIMEOUT,
    QUERY_TIMEOUT,
    SEARCH_TIMEOUT,
    SEARCH_TIMEOUT_504,
    SHARD_NOWHERE,
    SKIPPED_CLUSTER,
    TIMED_OUT,
    UNAVAILABLE,
    Answer,
    Changed,
    Cut,
    Held,
    Meanwhile,
    Rule,
    Short,
)
from tests.faults.model import Cluster, Document, Index
from tests.faults.runs import Runs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.command import Run
    from tests.faults.faults import Fault
    from tests.faults.model import Flavour

#: Ten documents in pages of four, one after the other: 0 to 3, 4 to 7, 8 and 9.
PAGE_SIZE = 4

_CUT = "(?i)closed the connection|connection .*(closed|cut|broke)"
#: Faults that may pass, and what the user reads.
PASSING = {
    "failed shard": (FAILED_SHARD, "1 of 1 shards .* illegal_state_exception: the disk is gone"),
    "missing shard": (MISSING_SHARD, "1 of 1 shards did not answer"),
    "no shards": (NO_SHARDS, "1 of 1 shards did not answer"),
    "timed out": (TIMED_OUT, "ran into its time limit"),
    "skipped cluster": (SKIPPED_CLUSTER, "1 remote clusters were left out"),
    "cut before": (CUT_BEFORE, _CUT),
    "cut in the middle": (CUT_IN_THE_MIDDLE, _CUT),
    "no answer in time": (Held(6), "No answer from"),
    "busy": (BUSY, "the server has too much to do"),
    "ends in the middle": (Answer(200, b'{"hits":{"hits":['), "ends in the middle, after 17 bytes"),
    "gateway of others": (Answer(522, b"<html>", "text/html"), "HTTP 522"),
    "back-pressure": (BACK_PRESSURE, "the server has too much to do"),
    "circuit breaker": (CIRCUIT_BREAKER, "Data too large"),
    "unavailable": (UNAVAILABLE, "HTTP 503"),
    "proxy's page": (PROXY_PAGE, "502 Bad Gateway"),
    "node not reached": (NODE_NOT_CONNECTED, "one node of the cluster does not reach another"),
    "node cut off": (NODE_DISCONNECTED, "one node of the cluster does not reach another"),
}
#: Of these, those that say that a page may have been too much, and all others that say so.
TOO_MUCH = {
    **{
        name: PASSING[name][0]
        for name in (
            "timed out",
            "cut in the middle",
            "ends in the middle",
            "no answer in time",
            "circuit breaker",
            "back-pressure",
        )
    },
    "time-out of others": Answer(524, b"<html>", "text/html"),
    "proxy's time-out": PROXY_TIMEOUT,
    "search time-out": SEARCH_TIMEOUT,
    "search time-out of old": SEARCH_TIMEOUT_504,
    "query time-out": QUERY_TIMEOUT,
    "cancelled query": CANCELLED_QUERY,
    "cancelled fetch": CANCELLED_FETCH,
}
#: Faults that do not pass, the exit code, and what the user reads.
LASTING = {
    "login page": (LOGIN_PAGE, 1, "not JSON"),
    "other JSON": (NOT_A_SEARCH, 1, "not that of a search"),
    "logged out": (LOGGED_OUT, 2, "username and password"),
    "forbidden": (FORBIDDEN, 2, "privileges read"),
    "index gone": (
        Meanwhile(lambda cluster: cluster.drop_index("orders")),
        2,
        r"an index was deleted while it was read. Run again.* no such index \[orders\]",
    ),
}
#: Of these, those that any request can meet.
ANYWHERE = {
    name: PASSING[name]
    for name in (
        "cut before",
        "cut in the middle",
        "unavailable",
        "proxy's page",
        "busy",
        "node not reached",
    )
}
OPERATIONS = ("info", "resolve", "mapping", "settings", "open", "count")


def read_with(
    folder: Path,
    *rules: Rule,
    cluster: Cluster | None = None,
    left: int = 0,
    retrying: float = 30,
    parallel: int | str = 1,
    **more: Any,  # noqa: ANN401 - any settings
) -> Run:
    """Run the command to its end; no more points in time than ``left`` may be open then."""
    with FakeServer(cluster or Cluster(index(10)), *rules) as server:
        ended = run(
            server,
            folder,
            page_size=PAGE_SIZE,
            request_timeout=2,
            max_retry_time=retrying,
            parallel=parallel,
            **more,
        )
        assert server.open_contexts == left, ended.stderr
        return ended


def require_one_line(ended: Run, code: int, reason: str) -> None:
    """The run failed with ``code`` and one error line that matches ``reason``."""
    assert (ended.code, len(ended.errors)) == (code, 1), ended.stderr
    assert re.search(reason, ended.errors[0]), ended.errors[0]


def ids(first: int, behind: int) -> list[str]:
    """The ids of a range of documents."""
    return [str(number) for number in range(first, behind)]


def require_one_more_try(ended: Run, reason: str) -> None:
    """The run went well, after one wait that one line tells of."""
    assert (ended.code, ended.errors) == (0, []), ended.stderr
    (said,) = [line for line in ended.stderr.splitlines() if "Asking again" in line]
    assert re.search(reason, said), said


@pytest.mark.parametrize(("fault", "reason"), PASSING.values(), ids=PASSING.keys())
@pytest.mark.parametrize(("nth", "parallel"), [(1, 1), (2, "auto"), (3, 1)])
def test_a_fault_that_passes(
    tmp_path: Path, fault: Fault, reason: str, nth: int, parallel: int | str
) -> None:
    """The same page is asked for again, the first and the last one, too; nothing is lost."""
    ended = read_with(tmp_path, Rule("page", fault, nth=nth), parallel=parallel)
    require_one_more_try(ended, reason)
    assert sorted(ended.ids, key=int) == ids(0, 10)


@pytest.mark.parametrize(("fault", "reason"), PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_does_not_pass_after_all(tmp_path: Path, fault: Fault, reason: str) -> None:
    """After max_retry_time, the run ends with the reason."""
    ended = read_with(tmp_path, Rule("page", fault, nth=0), retrying=1)
    require_one_line(ended, 1, reason)
    assert ended.records == []


@pytest.mark.parametrize(("fault", "code", "reason"), LASTING.values(), ids=LASTING.keys())
def test_a_fault_that_lasts(tmp_path: Path, fault: Fault, code: int, reason: str) -> None:
    """What cannot heal ends the run at once, and no record follows the page before."""
    ended = read_with(tmp_path, Rule("page", fault, nth=2))
    require_one_line(ended, code, reason)
    assert "Asking again" not in ended.stderr
    assert ended.ids == ids(0, PAGE_SIZE)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("fault", "reason"), ANYWHERE.values(), ids=ANYWHERE.keys())
def test_a_fault_before_the_first_page(
    tmp_path: Path, operation: str, fault: Fault, reason: str
) -> None:
    """Every request that does no harm twice is made again."""
    # A point in time whose id got lost on its way can't be closed.
    left = int(operation == "open" and isinstance(fault, Cut))
    ended = read_with(tmp_path, Rule(operation, fault), left=left)
    require_one_more_try(ended, reason)
    assert ended.ids == ids(0, 10)


@pytest.mark.parametrize(
    ("fault", "nth"),
    [
        *((LOST_CONTEXTS, nth) for nth in (1, 2, 3)),
        *((lost, 2) for lost in (LOST_NODE, LOST_NODE_7, LOST_NODE_OPENSEARCH)),
    ],
)
def test_a_lost_point_in_time(tmp_path: Path, fault: Fault, nth: int) -> None:
    """Its shard is read on from where it was, and one line says so; nothing comes twice."""
    cluster = Cluster(index(10, 3))
    ended = read_with(tmp_path, Rule("page", fault, nth=nth), cluster=cluster)
    assert (ended.code, ended.errors) == (0, []), ended.stderr
    assert ended.ids == ids(0, 13)
    assert "has dropped the point in time" in ended.stderr
    assert "It is read on in a new one, as it is now" in ended.stderr


IN_ORDER = {"replication_key": "number", "resume_full_table": False}


@pytest.mark.parametrize("more", [{}, IN_ORDER], ids=["whole", "since"])
def test_points_in_time_that_do_not_last(tmp_path: Path, more: dict[str, Any]) -> None:
    """What is lost again and again is an error at last."""
    ended = read_with(tmp_path, Rule("page", LOST_CONTEXTS, nth=0), **more)
    require_one_line(ended, 1, "has dropped the point in time.* 4 times without progress")
    assert ended.stderr.count("It is read on") == 3


@pytest.mark.parametrize("more", [{}, IN_ORDER], ids=["whole", "since"])
def test_points_in_time_that_last_for_a_while(tmp_path: Path, more: dict[str, Any]) -> None:
    """A long run bears any number of them, as long as it gets on."""
    rules = [Rule("page", LOST_CONTEXTS, nth) for nth in range(2, 20, 2)]
    ended = read_with(tmp_path, *rules, cluster=Cluster(index(40)), **more)
    assert (ended.code, ended.errors) == (0, []), ended.stderr
    assert set(ended.ids) == set(ids(0, 40))
    assert ended.stderr.count("It is read on") > 5


def test_a_shard_that_is_nowhere_for_a_while(tmp_path: Path) -> None:
    """What a search is told whose node has left is no such loss where nothing is open yet."""
    ended = read_with(tmp_path, Rule("open", SHARD_NOWHERE))
    require_one_more_try(ended, r"due to missing shards \[\[orders\]\[0\]\]")
    assert ended.ids == ids(0, 10)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_login_page(tmp_path: Path, operation: str) -> None:
    """A page for people, in place of any answer, ends the run at once."""
    reason = "is not (Elasticsearch or OpenSearch|JSON)|answer is not JSON"
    code = 2 if operation == "info" else 1
    require_one_line(read_with(tmp_path, Rule(operation, LOGIN_PAGE, nth=0)), code, reason)


def test_no_server_yet(tmp_path: Path) -> None:
    """A server that has not answered yet is asked three times: a wrong address does not heal."""
    ended = read_with(tmp_path, Rule("resolve", UNAVAILABLE, nth=0))
    require_one_line(ended, 1, "HTTP 503")
    assert ended.stderr.count("Asking again in") == 2


def test_retry_after(tmp_path: Path) -> None:
    """A server that says when to come back is asked soon after that."""
    ended = read_with(tmp_path, Rule("page", BUSY))
    require_one_more_try(ended, r"Asking again in [12]\.\d s \(try 2\); nothing is lost\.")


@pytest.mark.parametrize("fault", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_a_page_that_is_too_much(tmp_path: Path, fault: Fault) -> None:
    """It is asked for again with half of its documents, until one comes alone."""
    rules = [Rule("page", fault, nth=nth) for nth in (1, 2)]
    ended = read_with(tmp_path, *rules)
    assert (ended.code, sorted(ended.ids, key=int)) == (0, ids(0, 10)), ended.stderr
    assert "Asking for at most 2 documents" in ended.stderr
    assert "Asking for at most 1 documents" in ended.stderr


@pytest.mark.parametrize("parallel", [1, "auto"])
@pytest.mark.parametrize(
    "fault",
    [fault for name, fault in TOO_MUCH.items() if name != "no answer in time"],
    ids=[name for name in TOO_MUCH if name != "no answer in time"],
)
def test_pages_that_are_too_much_for_good(fault: Fault, parallel: int | str) -> None:
    """Pages become as small as they must, and everything arrives once."""
    with FakeServer(Cluster(index(200)), Rule("page", fault, 0, above=10)) as server:
        runs = Runs(server, page_size=100, parallel=parallel, max_retry_time=20)
        runs.run(1_000)
        assert (len(runs.times), runs.count) == (200, 200)
        assert len(server.strikes) > 3


@pytest.mark.parametrize("fault", [FAILED_SHARD, NO_SHARDS], ids=["failed", "none"])
def test_shards_of_an_opening(tmp_path: Path, fault: Fault) -> None:
    """A point in time without its shard is refused, and closed again."""
    ended = read_with(tmp_path, Rule("open", fault))
    assert (ended.code, len(ended.errors)) == (2, 1), ended.stderr
    assert ended.records == []


def test_second_opening_fails(tmp_path: Path) -> None:
    """When one shard's point in time cannot be opened, those of the others are closed."""
    cluster = Cluster(index(5, 5, 5))
    ended = read_with(tmp_path, Rule("open", FORBIDDEN, nth=3), cluster=cluster)
    require_one_line(ended, 2, "privileges read")
    assert ended.records == []


@pytest.mark.parametrize(
    ("operation", "nth"),
    [("mapping", 1), ("resolve", 2), ("settings", 1), ("open", 1), ("count", 1), ("page", 3)],
)
def test_index_gone(tmp_path: Path, operation: str, nth: int) -> None:
    """An index that vanishes at any moment of a run is the user's to know of."""
    gone = Meanwhile(lambda cluster: cluster.drop_index("orders"))
    ended = read_with(tmp_path, Rule(operation, gone, nth=nth))
    assert (ended.code, len(ended.errors)) == (2, 1), ended.stderr
    assert "orders" in ended.errors[0]


@pytest.mark.parametrize(
    ("fault", "nth", "left"), [(UNAVAILABLE, 1, 0), (UNAVAILABLE, 0, 2), (CUT_IN_THE_MIDDLE, 1, 0)]
)
def test_context_that_cannot_be_closed(tmp_path: Path, fault: Fault, nth: int, left: int) -> None:
    """It is tried twice, and the others are closed; it is no reason to fail: it expires."""
    too_busy = Rule("page", BUSY_FOR_LONG, 3)
    with FakeServer(Cluster(index(10, 3)), Rule("close", fault, nth), too_busy) as server:
        assert run(server, tmp_path, page_size=PAGE_SIZE).code == 1
        assert server.open_contexts == left


@pytest.mark.parametrize("flavour", ["elasticsearch", "opensearch"])
def test_changing_ids(tmp_path: Path, flavour: Flavour) -> None:
    """The id that each answer gives is the one used for the next page, and closed at the end."""
    cluster = Cluster(index(10, 3), flavour=flavour, changing_ids=True)
    ended = read_with(tmp_path, cluster=cluster)
    assert (ended.code, ended.errors, ended.ids) == (0, [], ids(0, 13)), ended.stderr


def test_short_page(tmp_path: Path) -> None:
    """A page with fewer documents than it says there are is asked for again."""
    ended = read_with(tmp_path, Rule("page", Short(1)), Rule("page", Short(2), nth=4))
    assert (ended.code, ended.ids) == (0, ids(0, 10)), ended.stderr
    assert "an answer with 1 documents should have had 4. Asking again" in ended.stderr


def test_slow_answers(tmp_path: Path) -> None:
    """Answers that come within request_timeout are waited for."""
    ended = read_with(tmp_path, Rule("page", Held(1), nth=1), Rule("open", Held(1)))
    assert (ended.code, ended.ids) == (0, ids(0, 10)), ended.stderr


def test_lone_surrogate(tmp_path: Path) -> None:
    """Half a surrogate pair, which UTF-8 cannot carry, becomes U+FFFD; its document is kept."""
    documents = [Document("1", r'{"name":"a\ud800b"}'), Document("2", r'{"name":"\ud83d\ude00"}')]
    cluster = Cluster(Index("orders", [documents], index(0).mapping))
    ended = read_with(tmp_path, cluster=cluster)
    assert ended.code == 0, ended.stderr
    assert [record["name"] for record in ended.records] == ["a\ufffdb", "\U0001f600"]


def test_nan(tmp_path: Path) -> None:
    """A NaN, which no server should send, leaves as null: JSON has no word for it."""
    documents = [Document("1", '{"number":NaN}')]
    cluster = Cluster(Index("orders", [documents], index(0).mapping))
    (record,) = read_with(tmp_path, cluster=cluster).records
    assert record["number"] is None


def test_unknown_members(tmp_path: Path) -> None:
    """What newer servers add to their answers does no harm."""
    new = Changed({"novelty": {"a": [1]}, "num_reduce_phases": 2})
    ended = read_with(tmp_path, Rule("page", new, nth=0))
    assert (ended.code, ended.ids) == (0, ids(0, 10)), ended.stderr


def test_a_catalog_leaves_nothing_to_look_for(tmp_path: Path) -> None:
    """A sync by a catalog looks at no document for lists: the catalog knows them."""
    with FakeServer(Cluster(index(30))) as server:
        process = start(server, tmp_path, "--discover")
        catalog, _ = process.communicate(timeout=60)
        assert server.count("look") == 2
        (tmp_path / "catalog.json").write_bytes(catalog)
        done = ended(start(server, tmp_path, "--catalog", str(tmp_path / "catalog.json")))
        assert len(done.records) == 30
        assert server.count("look") == 2


@pytest.mark.parametrize("selected", [True, False])
def test_a_stream_that_is_not_selected(tmp_path: Path, selected: bool) -> None:
    """Of a catalog without what discovery found, only selected streams are looked at."""
    stream = {
        "tap_stream_id": "orders",
        "stream": "orders",
        "schema": {"properties": {}},
        "metadata": [{"breadcrumb": [], "metadata": {"selected": selected}}],
    }
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps({"streams": [stream]}))
    with FakeServer(Cluster(index(3), index(3, name="others"))) as server:
        ended(start(server, tmp_path, "--catalog", str(catalog)))
        assert server.count("look") == int(selected)


def test_documents_that_cannot_be_looked_at(tmp_path: Path) -> None:
    """Whatever goes wrong while lists are looked for, the run goes on, with one warning."""
    for fault in (FORBIDDEN, CIRCUIT_BREAKER, NOT_A_SEARCH, UNAVAILABLE, CUT_BEFORE, Held(6)):
        with FakeServer(Cluster(index(3)), Rule("look", fault, 0)) as server:
            done = run(server, tmp_path, request_timeout=2)
            assert server.count("look") <= 2
        assert (done.code, len(done.ids)) == (0, 3)
        assert done.stderr.count("documents are not looked at") == 1
        assert "Asking again" not in done.stderr


#: Every kind of request that a run makes which reads everything.
ALL_OPERATIONS = {
    *("info", "resolve", "mapping", "settings"),
    *("look", "routed"),
    *("open", "count", "page", "close"),
}


def test_a_run_has_a_name(tmp_path: Path) -> None:
    """Every request of a run carries the same X-Opaque-Id, and another run's another one.

    And the tap's name and version as its User-Agent, not those of the client below it.
    """
    names = []
    for _ in range(2):
        with FakeServer(Cluster(index(10))) as server:
            assert run(server, tmp_path).code == 0
            assert {request.operation for request in server.requests} == ALL_OPERATIONS
            (name,) = {headers["x-opaque-id"] for headers in server.headers}
            names.append(name)
            agents = [headers.get_all("user-agent") for headers in server.headers]
            assert agents == [[f"tap-elasticsearch/{version('tap-elasticsearch')}"]] * len(agents)
    assert names[0] != names[1]
    assert all(re.fullmatch(r"tap-elasticsearch-[0-9a-f]{8}", name) for name in names)


def test_a_name_of_ones_own(tmp_path: Path) -> None:
    """What the user says in ``headers`` is sent instead, with every request, and once."""
    own = {"User-Agent": "nightly", "X-Opaque-Id": "load-7"}
    with FakeServer(Cluster(index(10))) as server:
        assert run(server, tmp_path, headers=own).code == 0
        for name, value in own.items():
            sent = [headers.get_all(name) for headers in server.headers]
            assert sent == [[value]] * len(server.requests)


def test_a_pace(tmp_path: Path) -> None:
    """A run takes at least as long as its requests may."""
    with FakeServer(Cluster(index(10))) as server:
        begun = monotonic()
        assert run(server, tmp_path, page_size=1, max_requests_per_second=10).code == 0
        assert monotonic() - begun >= (len(server.requests) - 1) / 10
        assert len(server.requests) > 10
