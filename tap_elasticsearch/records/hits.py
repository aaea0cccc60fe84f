"""A page's bytes cut into hits whose ``_source`` stays bytes."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from tap_elasticsearch.exceptions import CutError, IncompleteError, ServerError, TimedOutError
from tap_elasticsearch.records.repair import without_halves, without_strangers

_NO_SOURCE = Raw(b"")
_NO_SORT = Raw(b"[]")
_NONE_SERVED = Raw(b"{}")
_NULL = Raw(b"null")


class Hit(Struct, gc=False, frozen=True):
    """One document as the server returned it; every member is JSON text.

    Attributes:
        id: Its ``_id``.
        index: The concrete index that holds it.
        routing: Its ``_routing``, ``null`` where there is none.
        version: Its ``_version``; this and the next two only where they were asked for.
        seq_no: Its ``_seq_no``.
        primary_term: Its ``_primary_term``.
        ignored: The fields of it that were not indexed, ``null`` where there are none.
        source: The document; empty where the server did not send any.
        served: Dates that the server was asked for, by their paths.
        sort: The sort values, a list: what ``search_after`` takes to go on behind this hit.
    """

    id: Raw = field(name="_id")
    index: Raw = field(name="_index")
    routing: Raw = field(name="_routing", default=_NULL)
    source: Raw = field(name="_source", default=_NO_SOURCE)
    served: Raw = field(name="fields", default=_NONE_SERVED)
    sort: Raw = field(name="sort", default=_NO_SORT)
    version: Raw = field(name="_version", default=_NULL)
    seq_no: Raw = field(name="_seq_no", default=_NULL)
    primary_term: Raw = field(name="_primary_term", default=_NULL)
    ignored: Raw = field(name="_ignored", default=_NULL)


class Total(Struct, gc=False, frozen=True):
    """``hits.total``, where it was asked for."""

    value: int = 0


class Hits(Struct, gc=False, frozen=True):
    """``hits`` of an answer."""

    hits: list[Hit]
    total: Total = Total()


class Shards(Struct, frozen=True):
    """``_shards`` of an answer."""

    total: int
    successful: int
    failed: int
    failures: list[dict[str, Any]] = []


class Clusters(Struct, frozen=True):
    """``_clusters`` of an answer to a search across clusters."""

    skipped: int = 0


class Page(Struct, frozen=True):
    """The answer to one search.

    Attributes:
        found: The hits, with their total where that was asked for.
        shards: Which shards answered.
        timed_out: Did the search end before it was complete?
        pit_id: The point in time's id from now on.
        scroll_id: The scroll's, where there are no points in time.
        clusters: Which clusters answered.
    """

    found: Hits = field(name="hits")
    shards: Shards = field(name="_shards")
    timed_out: bool = False
    pit_id: str | None = None
    scroll_id: str | None = field(name="_scroll_id", default=None)
    clusters: Clusters = field(name="_clusters", default=Clusters())

    @property
    def hits(self) -> list[Hit]:
        """The hits, in the order of the sort."""
        return self.found.hits


_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PAGE = msgspec.json.Decoder(Page)


def decode_page(answer: bytes) -> Page:
    """Cut ``answer`` into hits; about 1 µs a document.

    No hit has a line break: outside of strings, where a document may have them, they mean nothing.

    Raises:
        CutError: It is a part of one.
        ServerError: It is not the answer to a search.
    """
    try:
        return _decoded(answer)
    except _UNDECODABLE:
        return _repaired(answer)


def _decoded(answer: bytes) -> Page:
    for line_break in (b"\n", b"\r"):
        if line_break in answer:
            answer = answer.replace(line_break, b" ")
    try:
        return _PAGE.decode(answer)
    except msgspec.ValidationError as error:
        msg = f"The server's answer is not that of a search: {error}. It begins {answer[:80]!r}."
        raise ServerError(msg) from error


def _repaired(answer: bytes) -> Page:
    """The page after ever more repair: the first kind is more frequent, and takes less time."""
    whole = without_halves(answer)
    try:
        return _decoded(whole)
    except _UNDECODABLE:
        pass
    try:
        return _decoded(without_strangers(whole))
    except _UNDECODABLE as error:
        if "truncated" in str(error):
            msg = f"The server's answer ends in the middle, after {len(answer):,} bytes."
            raise CutError(msg) from error
        msg = f"The server's answer is not JSON: {error}. It begins {answer[:80]!r}."
        raise ServerError(msg) from error


def require_complete(page: Page, *, shards: int, what: str) -> None:
    """Raise unless every shard answered in full.

    Args:
        page: The answer.
        shards: How many shards the point in time has. An answer of none of none looks healthy.
        what: What was read, in words.

    Raises:
        TimedOutError: The search ended before it was complete.
        IncompleteError: Documents may be missing.
    """
    if page.timed_out:
        reason = "the search ran into its time limit on the server"
        raise _incomplete(what, reason, TimedOutError)
    if page.clusters.skipped:
        raise _incomplete(what, f"{page.clusters.skipped} remote clusters were left out")
    answered = page.shards
    if answered.failed or answered.successful != answered.total or answered.total != shards:
        missing = max(answered.failed, shards - answered.successful)
        reason = f"{missing} of {shards} shards did not answer"
        raise _incomplete(what, reason + _first_failure(answered))


def _incomplete(
    what: str, reason: str, kind: type[IncompleteError] = IncompleteError
) -> IncompleteError:
    return kind(f"{what}: {reason}. The data would be incomplete.")


def _first_failure(shards: Shards) -> str:
    for failure in shards.failures:
        reason = failure.get("reason") or {}
        where = f"index {failure.get('index')}, shard {failure.get('shard')}"
        return f" ({where}: {reason.get('type')}: {reason.get('reason')})"
    return ""
