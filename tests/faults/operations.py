"""The dozen requests that the fake server answers, from a request to what the model says."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from tests.faults.model import seconds
from tests.faults.refusals import Refusal, no_handler, refusal, unknown_parameter
from tests.faults.search import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.model import Cluster

_WILDCARDS = frozenset({"expand_wildcards", "ignore_unavailable", "allow_no_indices"})
_NAMES = r"/(?P<names>[^/_][^/]*)"
#: Name, method, path and parameters of each operation.
_ROUTES = (
    ("info", "GET", r"/", frozenset[str]()),
    ("resolve", "GET", r"/_resolve/index/(?P<names>[^/]+)", _WILDCARDS),
    ("mapping", "GET", _NAMES + "/_mapping", _WILDCARDS),
    ("settings", "GET", _NAMES + "/_settings", _WILDCARDS | {"flat_settings"}),
    ("types", "GET", _NAMES + "/_field_caps", frozenset({"fields", "include_unmapped"})),
    ("alias", "GET", r"/_alias/(?P<names>[^/]+)", _WILDCARDS),
    ("page", "POST", r"/_search", frozenset({"allow_partial_search_results"})),
    ("look", "POST", _NAMES + "/_search", _WILDCARDS | {"preference", "ignore_throttled"}),
)
#: What a search is called that asks for no documents.
_OF_NONE = {"page": "count", "look": "routed"}
_OPENING = frozenset({"keep_alive", "preference"})
_POINTS_IN_TIME = {
    "elasticsearch": (
        (
            "open",
            "POST",
            _NAMES + "/_pit",
            _OPENING | {"allow_partial_search_results", "ignore_throttled"},
        ),
        ("close", "DELETE", r"/_pit", frozenset[str]()),
    ),
    "opensearch": (
        (
            "open",
            "POST",
            _NAMES + "/_search/point_in_time",
            _OPENING | {"allow_partial_pit_creation"},
        ),
        ("close", "DELETE", r"/_search/point_in_time", frozenset[str]()),
    ),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked.

    Attributes:
        operation: ``info``, ``resolve``, ``mapping``, ``settings``, ``types``, ``alias``, ``open``,
            ``count``, ``keep`` (alive), ``page``, ``look``, ``routed``, ``close``, or ``unknown``.
        method: The HTTP method.
        target: Path and parameters, as they came.
        names: The index expression in the path.
        parameters: The parameters.
        body: The body, decoded.
        odd: Parameters that this operation does not have.
    """

    operation: str
    method: str
    target: str
    names: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    odd: frozenset[str] = frozenset()


def understood(cluster: Cluster, method: str, target: str, body: bytes) -> Request:
    """The request that came in as these."""
    parts = urlsplit(target)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    decoded: dict[str, Any] = msgspec.json.decode(body) if body else {}
    for name, of_method, path, known in _ROUTES + _POINTS_IN_TIME[cluster.flavour]:
        match = re.fullmatch(path, parts.path)
        if match and method == of_method:
            operation = _OF_NONE.get(name, name) if _brings_none(decoded) else name
            if operation == "count" and not decoded.get("track_total_hits", True):
                operation = "keep"
            names = unquote(match.groupdict().get("names") or "")
            odd = frozenset(parameters.keys() - known)
            return Request(operation, method, target, names, parameters, decoded, odd)
    return Request("unknown", method, target)


def _brings_none(body: dict[str, Any]) -> bool:
    """Does a search bring no documents?"""
    return body.get("size") == 0 or not body.get("_source", True)


def answer(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    """Status and body."""
    try:
        for name in request.odd:
            raise unknown_parameter(urlsplit(request.target).path, name)
        return _ANSWERS[request.operation](cluster, request)
    except Refusal as refused:
        return refused.status, refused.body


def _info(cluster: Cluster, _: Request) -> tuple[int, dict[str, Any]]:
    version = {"number": "9.5.3", "build_flavor": "default"}
    if cluster.flavour == "opensearch":
        version = {"number": "2.19.1", "distribution": "opensearch"}
    return 200, {"name": "fake", "cluster_name": "fake", "version": version}


def _resolve(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    states = set(request.parameters.get("expand_wildcards", "open").split(","))
    parts = request.names.split(",")
    try:
        indices = {index.name: index for index in cluster.matching(request.names, states)}
    except Refusal:
        if cluster.flavour == "elasticsearch":
            raise
        indices = {}
    named = [index for index in indices.values() if _matches(index.name, parts)]
    aliases: dict[str, list[str]] = {}
    # Whatever is asked for, an alias lists all its members, closed ones too.
    for index in cluster.indices.values():
        for alias in index.aliases:
            if _matches(alias, parts):
                aliases.setdefault(alias, []).append(index.name)
    return 200, {
        "indices": [
            {
                "name": index.name,
                **({"aliases": sorted(index.aliases)} if index.aliases else {}),
                "attributes": index.attributes,
                **({"mode": "standard"} if cluster.flavour == "elasticsearch" else {}),
            }
            for index in sorted(named, key=lambda index: index.name)
        ],
        "aliases": [{"name": name, "indices": sorted(aliases[name])} for name in sorted(aliases)],
        "data_streams": [],
    }


def _matches(name: str, parts: list[str]) -> bool:
    return any(re.fullmatch(part.replace(".", r"\.").replace("*", ".*"), name) for part in parts)


def _mapping(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    indices = cluster.matching(request.names, {"open"})
    return 200, {index.name: {"mappings": index.mapping} for index in indices}


def _settings(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    if request.parameters.get("flat_settings") != "true":
        raise refusal(400, "illegal_argument_exception", "the fake server's settings are flat")
    answers = {}
    for index in cluster.matching(request.names, {"open"}):
        settings = {"index.number_of_shards": str(len(index.shards)), "index.uuid": index.uuid}
        if index.window is not None:
            settings["index.max_result_window"] = str(index.window)
        answers[index.name] = {"settings": {**settings, **index.settings}}
    return 200, answers


def _types(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    """The types that a field has, and in which indices."""
    path = request.parameters["fields"]
    where: dict[str, list[str]] = {}
    for index in cluster.matching(request.names, {"open"}):
        mapped = index.mapping.get("properties", {}).get(path)
        where.setdefault(mapped["type"] if mapped else "unmapped", []).append(index.name)
    types = {
        kind: {
            "type": kind,
            "metadata_field": False,
            "searchable": kind != "unmapped",
            "aggregatable": kind != "unmapped",
            **({"indices": names} if len(where) > 1 else {}),
        }
        for kind, names in where.items()
    }
    names = sorted(name for of_kind in where.values() for name in of_kind)
    return 200, {"indices": names, "fields": {path: types} if where.keys() - {"unmapped"} else {}}


def _alias(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    found = {
        index.name: {"aliases": {request.names: index.aliases[request.names]}}
        for index in cluster.indices.values()
        if request.names in index.aliases
    }
    if not found:
        return 404, {"error": f"alias [{request.names}] missing", "status": 404}
    return 200, found


def _open(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    keep_alive = request.parameters.get("keep_alive")
    if keep_alive is None:
        reason = "Validation Failed: 1: [keep_alive] is not specified;"
        raise refusal(400, "action_request_validation_exception", reason)
    preference = request.parameters.get("preference")
    numbers = None if preference is None else _numbers(preference)
    context, count = cluster.open(request.names, numbers, seconds(keep_alive))
    shards = {"total": count, "successful": count, "skipped": 0, "failed": 0}
    if cluster.flavour == "opensearch":
        milliseconds = time.time_ns() // 1_000_000
        return 200, {"pit_id": context, "_shards": shards, "creation_time": milliseconds}
    return 200, {"id": context, "_shards": shards}


def _numbers(preference: str) -> set[int]:
    return {int(number) for number in preference.removeprefix("_shards:").split(",")}


def _page(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    pit = request.body["pit"]
    keep_alive = seconds(pit["keep_alive"]) if "keep_alive" in pit else None
    point = cluster.use(pit["id"], keep_alive)
    found = search(point, request.body, cluster.flavour)
    return 200, {"pit_id": cluster.renamed(pit["id"]), **found}


def _look(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    """A search without a point in time, which counts nothing here."""
    context, _ = cluster.open(request.names, None, 60)
    point = cluster.use(context, None)
    cluster.close(context)
    start, size = request.body.get("from", 0), request.body["size"]
    body = {"size": start + size, "sort": request.body["sort"], "track_total_hits": False}
    found = search(point, body, cluster.flavour)
    found["hits"]["hits"] = found["hits"]["hits"][start:]
    return 200, found


def _routed(_: Cluster, __: Request) -> tuple[int, dict[str, Any]]:
    """Which indices have documents with a routing: none."""
    return 200, {"aggregations": {"indices": {"buckets": []}}}


def _close(cluster: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    if cluster.flavour == "opensearch":
        contexts = request.body["pit_id"]
        closed = [{"successful": cluster.close(id_), "pit_id": id_} for id_ in contexts]
        return 200, {"pits": closed}
    freed = int(cluster.close(request.body["id"]))
    return 200 if freed else 404, {"succeeded": bool(freed), "num_freed": freed}


def _unknown(_: Cluster, request: Request) -> tuple[int, dict[str, Any]]:
    raise no_handler(request.method, request.target)


_ANSWERS: dict[str, Callable[[Cluster, Request], tuple[int, dict[str, Any]]]] = {
    "info": _info,
    "resolve": _resolve,
    "mapping": _mapping,
    "settings": _settings,
    "types": _types,
    "alias": _alias,
    "open": _open,
    "count": _page,
    "keep": _page,
    "page": _page,
    "look": _look,
    "routed": _routed,
    "close": _close,
    "unknown": _unknown,
}
