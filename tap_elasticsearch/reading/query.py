"""The bodies of searches, as pure functions."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from msgspec import Raw

Query = dict[str, Any]

_SEQUENCE = frozenset({"_seq_no", "_primary_term"})

#: The present in a bound, such as ``now-1d/d``; in other values, where ``now`` may be a word; in
#: the text of a query string, such as ``at:[now TO *]``.
_PRESENT = re.compile(r"now(?:$|[-+/|])")
_PRESENT_VALUE = re.compile(r"now[-+/]\d*[yMwdhHms]\b")
_PRESENT_TEXT = re.compile(
    r"(?:[\[{]|[<>]=?|\bTO\b)\s*now(?=$|[-+/|\])}\s])|\bnow[-+/]\d*[yMwdhHms]\b"
)
_TEXTS = frozenset({"query_string", "simple_query_string"})

#: One form of dates, whatever the mapping's own is (seen on Elasticsearch 7.17 to 9.5 and
#: OpenSearch 2.19 and 3.8).
DATE_FORMAT = "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'"


def all_of(*queries: Mapping[str, Any] | None) -> Query | None:
    """The query that matches what all ``queries`` match; None matches everything."""
    given = [dict(query) for query in queries if query is not None]
    if len(given) < 2:  # noqa: PLR2004
        return given[0] if given else None
    return {"bool": {"filter": given}}


def moves(query: object) -> bool:
    """Does ``query`` speak of the present, so that it matches something else all the time?

    Only values are looked at: fields have all kinds of names.
    """
    return _moves(query, _PRESENT_VALUE)


def _moves(query: object, present: re.Pattern[str]) -> bool:
    if isinstance(query, dict):
        return any(_moves(each, _spoken_of(name, present)) for name, each in query.items())
    if isinstance(query, (list, tuple)):
        return any(_moves(each, present) for each in query)
    found = present.search if present is _PRESENT_TEXT else present.match
    return isinstance(query, str) and bool(found(query))


def _spoken_of(name: str, present: re.Pattern[str]) -> re.Pattern[str]:
    """How what stands below ``name`` speaks of the present."""
    if name == "range":
        return _PRESENT
    return _PRESENT_TEXT if name in _TEXTS else present


def pit_of(context: str, keep_alive: str) -> dict[str, Any]:
    """The part of a request that names its point in time.

    Args:
        context: The newest id of the point in time.
        keep_alive: How long the server must keep it after this request.
    """
    return {"pit": {"id": context, "keep_alive": keep_alive}}


def slice_of(number: int, count: int) -> dict[str, Any]:
    """The part of a request that names its slice of a point in time.

    Args:
        number: Which one, from 0.
        count: How many there are; 1: none, and servers refuse to be told so.
    """
    return {"slice": {"id": number, "max": count}} if count > 1 else {}


def page_body(
    pit: Mapping[str, Any],
    *,
    size: int,
    tie_break: str,
    key: str | None = None,
    query: Mapping[str, Any] | None = None,
    after: Raw | None = None,
    fetched: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The search for one page of a shard.

    Without total hits and in the order of its documents, which is the fastest way through a shard
    (Elasticsearch reference, paginate search results), and always with a sort: without one, hits
    carry nothing to continue from.

    Args:
        pit: The point in time, as ``pit_of`` gives it, and the slice of it, if any; empty for the
            first page of a scroll.
        size: The most documents to return.
        tie_break: The sort that tells all documents of the shard, or of the slice, apart.
        key: The path to sort by first.
        query: What documents must match.
        after: The sort values of the last hit of the page before.
        fetched: What hits carry, as ``fetching`` gives it.
    """
    body: dict[str, Any] = {
        **pit,
        **(fetched or {}),
        "size": size,
        "sort": [*([] if key is None else [{key: "asc"}]), {tie_break: "asc"}],
    }
    if pit:
        # A scroll does not take it.
        body["track_total_hits"] = False
    if query is not None:
        body["query"] = dict(query)
    if after is not None:
        body["search_after"] = after
    return body


def fetching(
    *,
    served: Collection[str] = (),
    vectors: Mapping[str, bool] = MappingProxyType({}),
    hides_vectors: bool = False,
    metadata: Collection[str] = (),
    computed: Sequence[str] = (),
) -> dict[str, Any]:
    """The part of a search that says what hits carry.

    Documents are sent as they are stored, which costs the server least, but for vectors.

    Args:
        served: The paths of dates that the server must read.
        vectors: The paths of vectors, each with whether it is wanted.
        hides_vectors: Does the server leave vectors out by itself, unless it is asked?
        metadata: The names of what is wanted beside the document.
        computed: The names of fields that no document holds.
    """
    unwanted = [path for path, wanted in vectors.items() if not wanted]
    source: dict[str, Any] = {"excludes": unwanted} if unwanted else {}
    if hides_vectors and len(unwanted) < len(vectors):
        source["exclude_vectors"] = False
    parts = {
        "fields": [*({"field": path, "format": DATE_FORMAT} for path in served), *computed],
        "_source": source,
        "version": "_version" in metadata,
        "seq_no_primary_term": not _SEQUENCE.isdisjoint(metadata),
    }
    return {name: part for name, part in parts.items() if part}


def numbers_query(spans: Iterable[tuple[int, int]]) -> Query:
    """The query for documents whose sequence numbers are in one of ``spans``, ends included."""
    ranges = [{"range": {"_seq_no": {"gte": first, "lte": last}}} for first, last in spans]
    return ranges[0] if len(ranges) == 1 else {"bool": {"should": ranges}}


def without(query: Mapping[str, Any]) -> Query:
    """The query for documents that ``query`` does not match."""
    return {"bool": {"must_not": [dict(query)]}}


def piece_body(
    pit: Mapping[str, Any],
    *,
    size: int,
    tie_break: str,
    span: tuple[int, int],
    query: Mapping[str, Any] | None = None,
    after: Raw | None = None,
    fetched: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The search for the documents of a shard with the sequence numbers of ``span``.

    With their exact number, which tells whether the answer has them all, and costs nothing where
    it does.

    Args:
        pit: The point in time, as ``pit_of`` gives it.
        size: The most documents to return.
        tie_break: The sort that tells documents apart that have the same number.
        span: The first and the last number.
        query: What documents must match.
        after: The sort values of the last hit of the page before.
        fetched: What hits carry, as ``fetching`` gives it.
    """
    body: dict[str, Any] = {
        **pit,
        **(fetched or {}),
        "size": size,
        "sort": [{"_seq_no": "asc"}, {tie_break: "asc"}],
        "track_total_hits": True,
        "query": all_of(query, numbers_query([span])),
    }
    return body if after is None else {**body, "search_after": after}


def newest_body(pit: Mapping[str, Any], query: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The search for the document of a shard that was written last, and for how many there are."""
    # An index without a mapping has no such field.
    found = _last_body(pit, {"_seq_no": {"order": "desc", "unmapped_type": "long"}}, query)
    return {**found, "seq_no_primary_term": True}


def largest_body(
    pit: Mapping[str, Any], key: str, query: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The search for the document of a shard with the largest ``key``."""
    return _last_body(pit, {key: {"order": "desc", "mode": "min"}}, query)


def _last_body(
    pit: Mapping[str, Any], order: Mapping[str, Any], query: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The count, with the document that stands last: the first in the opposite ``order``."""
    return {**count_body(pit, query), "size": 1, "sort": [order], "_source": False}


def tally_body(pit: Mapping[str, Any], query: Mapping[str, Any] | None) -> dict[str, Any]:
    """The search that counts, and adds up the sequence numbers."""
    return {**count_body(pit, query), "aggs": {"sum": {"sum": {"field": "_seq_no"}}}}


def count_body(pit: Mapping[str, Any], query: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The search that counts."""
    body: dict[str, Any] = {**pit, "size": 0, "track_total_hits": True}
    return body if query is None else {**body, "query": dict(query)}
