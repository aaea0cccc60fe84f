"""The bodies of searches, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Raw

Query = dict[str, Any]


def all_of(*queries: Mapping[str, Any] | None) -> Query | None:
    """The query that matches what all ``queries`` match; None matches everything."""
    given = [dict(query) for query in queries if query is not None]
    if len(given) < 2:  # noqa: PLR2004
        return given[0] if given else None
    return {"bool": {"filter": given}}


def page_body(
    *,
    context: str,
    keep_alive: str,
    size: int,
    tie_break: str,
    query: Mapping[str, Any] | None = None,
    after: Raw | None = None,
) -> dict[str, Any]:
    """The search for one page of a point in time.

    Without total hits and in the order of its documents, which is the fastest way through a shard
    (Elasticsearch reference, paginate search results), and always with a sort: without one, hits
    carry nothing to continue from.

    Args:
        context: The newest id of the point in time.
        keep_alive: How long the server must keep it after this page.
        size: The most documents to return.
        tie_break: The sort that tells all documents of the point in time apart.
        query: What documents must match.
        after: The sort values of the last hit of the page before.
    """
    body: dict[str, Any] = {
        "pit": {"id": context, "keep_alive": keep_alive},
        "size": size,
        "sort": [{tie_break: "asc"}],
        "track_total_hits": False,
    }
    if query is not None:
        body["query"] = dict(query)
    if after is not None:
        body["search_after"] = after
    return body


def count_body(
    *, context: str, keep_alive: str, query: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The search that counts what a point in time holds; it also keeps it alive."""
    body: dict[str, Any] = {
        "pit": {"id": context, "keep_alive": keep_alive},
        "size": 0,
        "track_total_hits": True,
    }
    return body if query is None else {**body, "query": dict(query)}
