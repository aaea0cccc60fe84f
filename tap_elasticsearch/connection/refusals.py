"""Answers that say no, as our errors."""

from __future__ import annotations

import math
import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import msgspec

from tap_elasticsearch.exceptions import (
    BusyError,
    ContextLostError,
    LoginError,
    NotFoundError,
    PrivilegeError,
    RequestError,
    ServerError,
    TimedOutError,
    TooLargeError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELASTICSEARCH_ROLE = "The role needs the index privileges read and view_index_metadata. "
_OPENSEARCH_ROLE = (
    "The role needs the permissions read, indices:admin/mappings/get, indices:admin/aliases/get and"
    " indices:monitor/settings/get on the indices. OpenSearch refuses a pattern that matches more"
    " than the role may see: name in indices what it may. "
)
_NO_LOGIN = "The server asks for a login. Give username and password, or api_key. "
_PROXY = "A proxy on the way wants a login: give Proxy-Authorization in headers. "
#: What a server says with HTTP 403, and what to tell the user of it.
_PRIVILEGES = (
    ("no permissions for", f"It is not allowed to {{login}}. {_OPENSEARCH_ROLE}"),
    (
        "is not authorized to perform: es:ESHttp",
        (
            "The domain wants signed requests (AWS IAM), which are not supported yet. Let its"
            " access policy admit a user of its own database, or sign with a proxy before it. "
        ),
    ),
    ("", f"It is not allowed to {{login}}. {_ELASTICSEARCH_ROLE}"),
)


class _Known(NamedTuple):
    """What an error says that tells more than its status.

    Attributes:
        name: A type anywhere in it; empty: whichever.
        words: A part of the server's words.
        kind: What it is for us.
        advice: What we say of it.
    """

    name: str
    words: str
    kind: type[ServerError | NotFoundError | RequestError]
    advice: str


_LOST = (
    "the server has dropped the point in time. The target may have stopped reading for longer than"
    " point_in_time_keep_alive, or a node left."
)
_TOO_MUCH = "the server has too much to do."
_TOO_LONG = "the search took longer than the server allows."
_NOT_REACHED = "one node of the cluster does not reach another."
#: Of what is asked in a point in time, before all others. When its node has left, Elasticsearch
#: 7.17 says the first (503: such a search goes to no other node; one that names an index is told
#: the same where a shard is nowhere now), OpenSearch 3.8 the second (500), Elasticsearch 9.5 and
#: 8.19 the second of ``_KNOWN`` (404). As long as the node is only not reached any more, they say
#: one of the last two of ``_KNOWN``.
_IN_CONTEXT = (
    _Known(
        "index_not_found_exception",
        "",
        NotFoundError,
        "an index was deleted while it was read. Run again: what is there then is read.",
    ),
    _Known("search_phase_execution_exception", "due to missing shards", ContextLostError, _LOST),
    _Known("illegal_state_exception", "no node found for id", ContextLostError, _LOST),
)
#: The first that fits counts. The answers to a search that took too long, without partial results:
#: Elasticsearch 9.5 (429) and 8.19 (504) by search_timeout_exception, 7.17 and OpenSearch 3.8 (500)
#: by the words below it, and OpenSearch by another two where search.cancel_after_time_interval ends
#: the search; by the two behind those where its search backpressure does (OpenSearch documentation,
#: search backpressure, and its pull request 1790).
_KNOWN = (
    _Known("search_context_missing_exception", "", ContextLostError, _LOST),
    _Known("search_context_missing_nodes_exception", "", ContextLostError, _LOST),
    _Known(
        "index_closed_exception",
        "",
        NotFoundError,
        "an index is closed. Open it, or leave it out.",
    ),
    _Known(
        "",
        "Point In Time contexts",
        RequestError,
        "OpenSearch holds no more shards open at once for all its users together. Read fewer"
        " indices as one stream, or raise search.max_open_pit_context.",
    ),
    _Known(
        "",
        "number of slices",
        RequestError,
        "a shard of the index is read as a slice, and it allows fewer of them. Raise its"
        " index.max_slices_per_pit.",
    ),
    _Known("circuit_breaking_exception", "", TooLargeError, _TOO_MUCH),
    _Known("es_rejected_execution_exception", "", BusyError, _TOO_MUCH),
    _Known("search_timeout_exception", "", TimedOutError, _TOO_LONG),
    _Known("query_phase_execution_exception", "Time exceeded", TimedOutError, _TOO_LONG),
    _Known("task_cancelled_exception", "Cancellation timeout", TimedOutError, _TOO_LONG),
    _Known("task_cancelled_exception", "has been terminated", TimedOutError, _TOO_LONG),
    _Known("task_cancelled_exception", "cancelled task with reason", TimedOutError, _TOO_MUCH),
    _Known("task_cancelled_exception", "high resource consumption", TimedOutError, _TOO_MUCH),
    _Known("node_not_connected_exception", "", UnavailableError, _NOT_REACHED),
    _Known("node_disconnected_exception", "", UnavailableError, _NOT_REACHED),
)
_BY_STATUS: dict[
    int, type[ServerError | LoginError | PrivilegeError | NotFoundError | RequestError]
]
_BY_STATUS = {
    401: LoginError,
    403: PrivilegeError,
    404: NotFoundError,
    429: BusyError,
    # Beyond 504 and below 429, they are those of what stands before the server.
    **dict.fromkeys((425, 502, 503, 520, 521, 522, 523), UnavailableError),
    **dict.fromkeys((408, 499, 504, 524), TimedOutError),
}


def raise_for_status(
    status: int,
    body: bytes,
    *,
    request: str,
    login: str | None,
    retry_after: str | None = None,
    location: str | None = None,
    in_context: bool = False,
) -> NoReturn:
    """Translate an answer whose status is not 2xx.

    Args:
        status: The HTTP status.
        body: The answer, JSON or text.
        request: What was asked, in words.
        login: How we logged in, in words; None if not at all.
        retry_after: The header of this name, if there is one.
        location: The header of this name: where a 3xx sends one.
        in_context: Was it asked in a point in time, or a scroll?

    Raises:
        LoginError: 401.
        PrivilegeError: 403.
        NotFoundError: 404, or an index that is closed.
        ContextLostError: The point in time is gone.
        BusyError: 429 and its like.
        TimedOutError: 504 and its like, or a search that took longer than the server allows.
        UnavailableError: 502, 503 and their like, or a node that another does not reach.
        RequestError: Any other 3xx or 4xx.
        ServerError: Everything else.
    """
    known = (*_IN_CONTEXT, *_KNOWN) if in_context else _KNOWN
    try:
        _raise(status, body, request=request, login=login, location=location, known=known)
    except ServerError as error:
        error.retry_after = _seconds(retry_after or "")
        raise


def _seconds(retry_after: str) -> float | None:
    """How long a server wants to be left alone: seconds, or until a date; None: it does not say."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (OverflowError, ValueError):
            return None
    return seconds if 0 < seconds < math.inf else None


def _raise(
    status: int,
    body: bytes,
    *,
    request: str,
    login: str | None,
    location: str | None,
    known: tuple[_Known, ...],
) -> NoReturn:
    answer = _decoded(body)
    types = set(_error_types(answer))
    said = _reason(answer, body)
    where = f"{request} failed with HTTP {status}"
    for row in known:
        if (not row.name or row.name in types) and row.words in said:
            msg = f"{where}: {row.advice} {said}"
            raise row.kind(msg)
    kind = _BY_STATUS.get(status) or (RequestError if 300 <= status < 500 else ServerError)  # noqa: PLR2004
    raise kind(f"{where}. {_status_advice(status, login, said, location)}{said}")


def _status_advice(status: int, login: str | None, said: str, location: str | None) -> str:
    if status == 401:  # noqa: PLR2004
        return _NO_LOGIN if login is None else f"The server does not accept {login}. "
    if status == 403:  # noqa: PLR2004
        advice = next(advice for part, advice in _PRIVILEGES if part in said)
        return advice.format(login=login or "those who do not log in")
    if 300 <= status < 400:  # noqa: PLR2004
        # Neither a login nor a query: there may be secrets in them.
        place = re.sub(r"(?<=//)[^/]*@|[?#].*", "", location or "") or "another address"
        return (
            f"What answers there sends one on to {place}, as Kibana does, or a proxy that wants a"
            " login in a browser. Check hosts. "
        )
    return _PROXY if status == 407 else ""  # noqa: PLR2004


def _decoded(body: bytes) -> Any:  # noqa: ANN401
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None


def _error_types(answer: object) -> Iterator[str]:
    """Every ``type`` anywhere in an error: the telling one is often nested in a root cause."""
    if isinstance(answer, dict):
        if isinstance(answer.get("type"), str):
            yield answer["type"]
        for value in answer.values():
            yield from _error_types(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _error_types(value)


def _causes(error: object) -> Iterator[dict[str, Any]]:
    """The parts of a server's error that say why; none of one in the words of a proxy."""
    if isinstance(error, dict):
        roots = error.get("root_cause")
        # What fails as a whole, and not on a shard, has no root but a cause.
        causes = roots if isinstance(roots, list) and roots else [error.get("caused_by") or error]
        yield from (cause for cause in causes if isinstance(cause, dict) and "type" in cause)


def _reason(answer: object, body: bytes) -> str:
    """The server's own words, shortened."""
    error = answer.get("error") if isinstance(answer, dict) else None
    texts = {f"{cause['type']}: {cause.get('reason')}" for cause in _causes(error)}
    given = error if isinstance(error, str) else body.decode("utf-8", "replace")
    text = " ".join(("; ".join(sorted(texts)) or given).split())
    return f"The server said: {text[:500]}" if text else "The server said nothing more."
