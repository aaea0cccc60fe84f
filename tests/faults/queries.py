"""The few queries that the fake server understands: those on sequence numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable


def matches(query: dict[str, Any], number: int) -> bool:
    """Does a document with this sequence number match?

    Raises:
        Refusal: Only a real server understands the query.
    """
    ((kind, what),) = query.items()
    if kind not in _KINDS:
        reason = f"the fake server has no query {kind}"
        raise refusal(400, "parsing_exception", reason, line=1, col=1)
    return _KINDS[kind](what, number)


def _in_range(what: dict[str, Any], number: int) -> bool:
    bounds: dict[str, int] = what["_seq_no"]
    return bounds["gte"] <= number <= bounds["lte"]


def _in_all(what: dict[str, Any], number: int) -> bool:
    return (
        all(matches(query, number) for query in what.get("filter", ()))
        and any(matches(query, number) for query in what.get("should", [{"match_all": {}}]))
        and not any(matches(query, number) for query in what.get("must_not", ()))
    )


_KINDS: dict[str, Callable[[dict[str, Any], int], bool]] = {
    "match_all": lambda _what, _number: True,
    "range": _in_range,
    "bool": _in_all,
}
