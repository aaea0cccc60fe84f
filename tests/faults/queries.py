"""The few queries that the fake server understands: those on whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.model import Document


def matches(query: dict[str, Any], document: Document) -> bool:
    """Does a document match?

    Raises:
        Refusal: Only a real server understands the query.
    """
    ((kind, what),) = query.items()
    if kind not in _KINDS:
        reason = f"the fake server has no query {kind}"
        raise refusal(400, "parsing_exception", reason, line=1, col=1)
    return _KINDS[kind](what, document)


def _in_range(what: dict[str, Any], document: Document) -> bool:
    ((field, bounds),) = what.items()
    value = document.value(field)
    return value is not None and bounds["gte"] <= value <= bounds.get("lte", value)


def _in_all(what: dict[str, Any], document: Document) -> bool:
    return (
        all(matches(query, document) for query in what.get("filter", ()))
        and any(matches(query, document) for query in what.get("should", [{"match_all": {}}]))
        and not any(matches(query, document) for query in what.get("must_not", ()))
    )


_KINDS: dict[str, Callable[[dict[str, Any], Document], bool]] = {
    "match_all": lambda _what, _document: True,
    "exists": lambda what, document: document.value(what["field"]) is not None,
    "range": _in_range,
    "bool": _in_all,
}
