"""The answer to a search in a point in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from tests.faults.queries import matches
from tests.faults.refusals import not_sortable, page_too_large, refusal
from tests.faults.slices import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.model import Document, Flavour, Part, PointInTime

#: What a search may hold here; a request that needs more shall fail rather than be misunderstood.
KEYS = frozenset(
    {
        "pit",
        "size",
        "sort",
        "search_after",
        "track_total_hits",
        "query",
        "aggs",
        "_source",
        "seq_no_primary_term",
        "slice",
    }
)
#: Where counting stops if it is not asked for.
COUNTED = 10_000
DEFAULT_WINDOW = 10_000
#: Where documents without a value are sorted.
LACKING = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Found:
    """A document with its place, and its sort values."""

    index: str
    document: Document
    sort: tuple[int, ...]


def search(point: PointInTime, body: dict[str, Any], flavour: Flavour) -> dict[str, Any]:
    """The page that ``body`` asks for.

    Raises:
        Refusal: It asks for what the server, or this model of one, does not know.
    """
    _require_known(body)
    size = body.get("size", 10)
    for part in point.parts:
        window = part.index.window or DEFAULT_WINDOW
        if size > window:
            raise page_too_large(part.index.name, part.shard, size, window)
    sort = [_field(entry) for entry in body.get("sort", [])]
    if point.parts:
        _require_sortable(list(sort), flavour, point.parts[0])
    found = _found(point, dict(sort), flavour, body)
    after = body.get("search_after")
    page = found if after is None else [hit for hit in found if hit.sort > tuple(after)]
    count = len(point.parts)
    answer = {
        "took": 1,
        "timed_out": False,
        "_shards": {"total": count, "successful": count, "skipped": 0, "failed": 0},
        "hits": {
            **_total(body.get("track_total_hits", COUNTED), len(found)),
            "max_score": _score(sort) if page[:size] else None,
            "hits": [_hit(hit, body) for hit in page[:size]],
        },
    }
    if "aggs" in body:
        answer["aggregations"] = {name: _sum(of, found) for name, of in body["aggs"].items()}
    return answer


def _sum(aggregation: dict[str, Any], found: Sequence[Found]) -> dict[str, float]:
    if aggregation != {"sum": {"field": "_seq_no"}}:
        raise refusal(400, "parsing_exception", "the fake server sums numbers", line=1, col=1)
    return {"value": float(sum(hit.document.seq_no for hit in found))}


def _require_known(body: dict[str, Any]) -> None:
    for key in body.keys() - KEYS:
        reason = f"Unknown key for a VALUE_NUMBER in [{key}]."
        raise refusal(400, "parsing_exception", reason, line=1, col=1)


def _field(entry: str | dict[str, Any]) -> tuple[str, str]:
    """The field of a sort, and its direction; here, documents have one value of each."""
    if isinstance(entry, str):
        return entry, "asc"
    ((name, order),) = entry.items()
    return name, order["order"] if isinstance(order, dict) else order


def _found(
    point: PointInTime, sort: dict[str, str], flavour: Flavour, body: dict[str, Any]
) -> list[Found]:
    """Every document of the slice that matches, in the order of ``sort``.

    Elasticsearch appends ``_shard_doc`` to it. OpenSearch does not, so that documents of several
    shards have equal values, and paging loses some of them: here as there.
    """
    fields = dict(sort)
    if fields and flavour == "elasticsearch":
        fields.setdefault("_shard_doc", "asc")
    query = body.get("query", {"match_all": {}})
    inside = places(point.parts, body.get("slice"), flavour)
    signs = [-1 if order == "desc" else 1 for order in fields.values()]
    found = [
        Found(
            part.index.name,
            document,
            tuple(_value(f, ordinal, number, document) for f in fields),
        )
        for ordinal, part in enumerate(point.parts)
        for number, document in enumerate(part.documents)
        if number in inside[ordinal] and matches(query, document)
    ]
    return sorted(found, key=lambda hit: [s * v for s, v in zip(signs, hit.sort, strict=True)])


def _value(name: str, ordinal: int, place: int, document: Document) -> int:
    if name in {"_doc", "_shard_doc"}:
        return place if name == "_doc" else (ordinal << 32) | place
    value = document.value(name)
    return LACKING if value is None else value


def _require_sortable(fields: Sequence[tuple[str, str]], flavour: Flavour, part: Part) -> None:
    known = {"_doc", "_seq_no", *part.index.mapping.get("properties", {})}
    known |= {"_shard_doc"} if flavour == "elasticsearch" else set()
    for name, _ in fields:
        if name not in known:
            raise not_sortable(part.index.name, part.index.uuid, part.shard, name)


def _total(tracked: bool | int, count: int) -> dict[str, Any]:
    if tracked is False:
        return {}
    limit = count if tracked is True else tracked
    relation = "gte" if count > limit else "eq"
    return {"total": {"value": min(count, limit), "relation": relation}}


def _score(sort: Sequence[object]) -> float | None:
    """Only what is not sorted has a score."""
    return None if sort else 1.0


def _hit(hit: Found, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "_index": hit.index,
        "_id": hit.document.id,
        "_score": _score(hit.sort),
    }
    if body.get("seq_no_primary_term"):
        answer |= {"_seq_no": hit.document.seq_no, "_primary_term": hit.document.term}
    if body.get("_source", True):
        answer["_source"] = Raw(hit.document.source.encode())
    return {**answer, "sort": hit.sort} if hit.sort else answer
