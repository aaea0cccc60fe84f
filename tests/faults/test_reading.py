"""The command against a server that fails: it says why in one line, and writes nothing false."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faults.command import run
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import (
    BUSY,
    CIRCUIT_BREAKER,
    CUT_BEFORE,
    CUT_IN_THE_MIDDLE,
    FAILED_SHARD,
    FORBIDDEN,
    LOGGED_OUT,
    LOGIN_PAGE,
    LOST_CONTEXTS,
    MISSING_SHARD,
    NO_SHARDS,
    NOT_A_SEARCH,
    PROXY_PAGE,
    SKIPPED_CLUSTER,
    TIMED_OUT,
    UNAVAILABLE,
    Changed,
    Cut,
    Held,
    Meanwhile,
    Rule,
    Short,
)
from tests.faults.model import Cluster, Document, Index

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.command import Run
    from tests.faults.faults import Fault
    from tests.faults.model import Flavour

#: Ten documents in pages of four: 0 to 3, 4 to 7, 8 and 9, and the empty one that ends them.
PAGE_SIZE = 4

_CUT = "(?i)closed the connection|connection .*(closed|cut|broke)"
#: Faults of a page, the exit code, and what the user reads.
OF_A_PAGE = {
    "failed shard": (FAILED_SHARD, 1, "1 of 1 shards .* illegal_state_exception: the disk is gone"),
    "missing shard": (MISSING_SHARD, 1, "1 of 1 shards did not answer"),
    "no shards": (NO_SHARDS, 1, "1 of 1 shards did not answer"),
    "timed out": (TIMED_OUT, 1, "ran into its time limit"),
    "skipped cluster": (SKIPPED_CLUSTER, 1, "1 remote clusters were left out"),
    "cut before": (CUT_BEFORE, 1, _CUT),
    "cut in the middle": (CUT_IN_THE_MIDDLE, 1, _CUT),
    "no answer in time": (Held(6), 1, "No answer from"),
    "busy": (BUSY, 1, "the server has too much to do"),
    "circuit breaker": (CIRCUIT_BREAKER, 1, "Data too large"),
    "unavailable": (UNAVAILABLE, 1, "HTTP 503"),
    "lost context": (LOST_CONTEXTS, 1, "the server has dropped the point in time"),
    "proxy's page": (PROXY_PAGE, 1, "502 Bad Gateway"),
    "login page": (LOGIN_PAGE, 1, "not JSON"),
    "other JSON": (NOT_A_SEARCH, 1, "not that of a search"),
    "logged out": (LOGGED_OUT, 2, "username and password"),
    "forbidden": (FORBIDDEN, 2, "privileges read"),
    "index gone": (
        Meanwhile(lambda cluster: cluster.drop_index("orders")),
        2,
        r"no such index \[orders\]",
    ),
}

#: Faults that any request can meet.
ANYWHERE = {
    name: OF_A_PAGE[name]
    for name in ("cut before", "cut in the middle", "unavailable", "proxy's page", "login page")
}
OPERATIONS = ("info", "resolve", "mapping", "settings", "open", "count")


def read_with(folder: Path, *rules: Rule, cluster: Cluster | None = None, left: int = 0) -> Run:
    """Run the command to its end; no more points in time than ``left`` may be open then."""
    with FakeServer(cluster or Cluster(index(10)), *rules) as server:
        ended = run(server, folder, page_size=PAGE_SIZE, request_timeout=2)
        assert server.open_contexts == left, ended.stderr
        return ended


def require_one_line(ended: Run, code: int, reason: str) -> None:
    """The run failed with ``code`` and one error line that matches ``reason``."""
    assert (ended.code, len(ended.errors)) == (code, 1), ended.stderr
    assert re.search(reason, ended.errors[0]), ended.errors[0]


def ids(first: int, behind: int) -> list[str]:
    """The ids of a range of documents."""
    return [str(number) for number in range(first, behind)]


@pytest.mark.parametrize(("fault", "code", "reason"), OF_A_PAGE.values(), ids=OF_A_PAGE.keys())
def test_fault_of_a_page(tmp_path: Path, fault: Fault, code: int, reason: str) -> None:
    """A page that fails ends the run with its reason, and no record follows the page before."""
    ended = read_with(tmp_path, Rule("page", fault, nth=2))
    require_one_line(ended, code, reason)
    assert ended.ids == ids(0, PAGE_SIZE)


@pytest.mark.parametrize("fault", [FAILED_SHARD, NO_SHARDS, TIMED_OUT, CUT_BEFORE, LOST_CONTEXTS])
def test_fault_of_the_last_page(tmp_path: Path, fault: Fault) -> None:
    """A last, empty page is believed only if it is complete: it could hide documents."""
    ended = read_with(tmp_path, Rule("page", fault, nth=4))
    assert (ended.code, len(ended.errors)) == (1, 1), ended.stderr
    assert ended.ids == ids(0, 10)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("fault", "code", "reason"), ANYWHERE.values(), ids=ANYWHERE.keys())
def test_fault_before_the_first_page(
    tmp_path: Path, operation: str, fault: Fault, code: int, reason: str
) -> None:
    """What fails before the first page fails with its reason and without a record."""
    # A point in time whose id got lost on its way can't be closed.
    left = int(operation == "open" and isinstance(fault, Cut))
    ended = read_with(tmp_path, Rule(operation, fault), left=left)
    if (operation, fault) == ("info", LOGIN_PAGE):
        code, reason = 2, "is not Elasticsearch or OpenSearch"
    require_one_line(ended, code, reason)
    assert ended.records == []


@pytest.mark.parametrize("fault", [FAILED_SHARD, NO_SHARDS], ids=["failed", "none"])
def test_shards_of_an_opening(tmp_path: Path, fault: Fault) -> None:
    """A point in time without its shard is refused, and closed again."""
    ended = read_with(tmp_path, Rule("open", fault))
    assert (ended.code, len(ended.errors)) == (2, 1), ended.stderr
    assert ended.records == []


def test_second_opening_fails(tmp_path: Path) -> None:
    """When one shard's point in time cannot be opened, those of the others are closed."""
    cluster = Cluster(index(5, 5, 5))
    ended = read_with(tmp_path, Rule("open", UNAVAILABLE, nth=3), cluster=cluster)
    require_one_line(ended, 1, "HTTP 503")
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


def test_context_that_cannot_be_closed(tmp_path: Path) -> None:
    """That a point in time is not closed is no reason to fail: it expires by itself."""
    with FakeServer(Cluster(index(10)), Rule("close", UNAVAILABLE)) as server:
        ended = run(server, tmp_path)
        assert (ended.code, ended.ids, server.open_contexts) == (0, ids(0, 10), 1), ended.stderr


@pytest.mark.parametrize("flavour", ["elasticsearch", "opensearch"])
def test_changing_ids(tmp_path: Path, flavour: Flavour) -> None:
    """The id that each answer gives is the one used for the next page, and closed at the end."""
    cluster = Cluster(index(10, 3), flavour=flavour, changing_ids=True)
    ended = read_with(tmp_path, cluster=cluster)
    assert (ended.code, ended.errors, ended.ids) == (0, [], ids(0, 13)), ended.stderr


def test_short_page(tmp_path: Path) -> None:
    """A page with fewer documents than asked for is not the end."""
    ended = read_with(tmp_path, Rule("page", Short(1)), Rule("page", Short(2), nth=2))
    assert (ended.code, ended.ids) == (0, ids(0, 10)), ended.stderr


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
