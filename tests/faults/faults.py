"""What can go wrong, as values, and when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.faults.refusals import missing_node, missing_nodes, missing_shards

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.model import Cluster


@dataclass(frozen=True, slots=True)
class Answer:
    """Another answer than the model's: a busy server's, a proxy's; the model is not asked."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The model's answer with members put over it."""

    members: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Short:
    """The model's page with only its first hits; those left out come with the next."""

    hits: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """The model's page without the hit at a place, which never comes."""

    place: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is closed, after half of the answer or before any of it."""

    half: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The answer comes only after so many seconds; what is asked has been done before."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something happens to the cluster just before the model answers."""

    event: Callable[[Cluster], object]


Fault = Answer | Changed | Short | Lacking | Cut | Held | Meanwhile


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault, and the request it strikes.

    Attributes:
        operation: The operation, as ``Request`` names them.
        fault: What goes wrong.
        nth: Which of these requests, from 1; 0 strikes each.
        above: It strikes only those that ask for more documents than this.
    """

    operation: str
    fault: Fault
    nth: int = 1
    above: int = -1


def _refused(
    status: int,
    kind: str,
    reason: str,
    *,
    kind_outside: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    cause = {"type": kind, "reason": reason}
    outside = {"type": kind_outside, "reason": "all shards failed"} if kind_outside else cause
    error = {"root_cause": [cause], **outside}
    body = json.dumps({"error": error, "status": status})
    return Answer(status, body.encode(), headers=headers or {})


def _shards(total: int, successful: int, failed: int, *failures: dict[str, Any]) -> Changed:
    shards: dict[str, Any] = {"total": total, "successful": successful, "skipped": 0}
    shards["failed"] = failed
    return Changed({"_shards": {**shards, "failures": failures} if failures else shards})


#: Answers that look healthy (200) and lack documents.
FAILED_SHARD = _shards(
    1,
    0,
    1,
    {
        "shard": 0,
        "index": "orders",
        "node": "fakefakefakefakefakefa",
        "reason": {"type": "illegal_state_exception", "reason": "the disk is gone"},
    },
)
MISSING_SHARD = _shards(1, 0, 0)
NO_SHARDS = _shards(0, 0, 0)
TIMED_OUT = Changed({"timed_out": True})
SKIPPED_CLUSTER = Changed({"_clusters": {"total": 2, "successful": 1, "skipped": 1}})

#: Answers of a server, or of what stands before it, that say no.
UNAVAILABLE = Answer(503, b'{"error":"no master","status":503}')
BUSY = _refused(
    429,
    "es_rejected_execution_exception",
    "rejected execution of search: queue capacity reached",
    headers={"Retry-After": "1"},
)
BUSY_FOR_LONG = replace(BUSY, headers={"Retry-After": "600"})
BUSY_WITHOUT_A_TIME = replace(BUSY, headers={})
CIRCUIT_BREAKER = _refused(
    429,
    "circuit_breaking_exception",
    "[request] Data too large, data for [fetch source] would be [649mb], which is larger than the"
    " limit of [614mb]",
    kind_outside="search_phase_execution_exception",
)
#: As OpenSearch's documentation of search backpressure shows it.
BACK_PRESSURE = _refused(
    500,
    "task_cancelled_exception",
    "cancelled task with reason: cpu usage exceeded [17.9ms >= 15ms], elapsed time exceeded",
)
#: As Elasticsearch 9.5 says it, 8.19 with HTTP 504, and 7.17 and OpenSearch 3.8.
SEARCH_TIMEOUT = _refused(
    429,
    "search_timeout_exception",
    "Time exceeded",
    kind_outside="search_phase_execution_exception",
)
SEARCH_TIMEOUT_504 = _refused(
    504,
    "search_timeout_exception",
    "Time exceeded",
    kind_outside="search_phase_execution_exception",
)
QUERY_TIMEOUT = _refused(
    500,
    "query_phase_execution_exception",
    "Time exceeded",
    kind_outside="search_phase_execution_exception",
)
#: Two ways of OpenSearch 3.8 to end a search behind search.cancel_after_time_interval.
CANCELLED_QUERY = _refused(
    500,
    "task_cancelled_exception",
    "cancelled task with reason: Cancellation timeout of 1ms is expired",
    kind_outside="search_phase_execution_exception",
)
CANCELLED_FETCH = Answer(
    500,
    b'{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"","phase":'
    b'"fetch","grouped":true,"failed_shards":[],"caused_by":{"type":"task_cancelled_exception",'
    b'"reason":"request has been terminated"}},"status":500}',
)
#: As Elasticsearch 7.17 and OpenSearch 3.8 say it; Elasticsearch 8.19 and 9.5 with HTTP 502.
NODE_NOT_CONNECTED = _refused(
    500,
    "node_not_connected_exception",
    "[node-2][127.0.0.1:26724] Node not connected",
    kind_outside="search_phase_execution_exception",
)
NODE_DISCONNECTED = _refused(
    500,
    "node_disconnected_exception",
    "[node-2][127.0.0.1:26724][indices:data/read/search[phase/query]] disconnected",
    kind_outside="search_phase_execution_exception",
)
LOGGED_OUT = _refused(401, "security_exception", "unable to authenticate user [reader]")
FORBIDDEN = _refused(403, "security_exception", "action [read] is unauthorized for user [reader]")
PROXY_PAGE = Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
PROXY_TIMEOUT = Answer(504, b"<html><h1>504 Gateway Time-out</h1></html>", "text/html")
LOGIN_PAGE = Answer(200, b"<html><h1>Please log in</h1></html>", "text/html")
NOT_A_SEARCH = Answer(200, b'{"acknowledged":true}')
LOST_CONTEXTS = Meanwhile(lambda cluster: cluster.drop_contexts())
LOST_NODE = Meanwhile(lambda cluster: cluster.drop_contexts(missing_nodes()))
LOST_NODE_7 = Meanwhile(lambda cluster: cluster.drop_contexts(missing_shards("orders", 0)))
LOST_NODE_OPENSEARCH = Meanwhile(lambda cluster: cluster.drop_contexts(missing_node("orders", 0)))
#: To those who open a point in time, as Elasticsearch 7.17 says it.
SHARD_NOWHERE = Answer(
    503, json.dumps(missing_shards("orders", 0, "open_search_context").body).encode()
)
CUT_BEFORE = Cut()
CUT_IN_THE_MIDDLE = Cut(half=True)
NEVER = Held(60)
