"""Indices whose ``_source`` is not, or not all of, the document that they were given."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import OFF, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_elasticsearch.fields import Field

#: Said once of a stream.
REWRITTEN = (
    "Stream %s: the server does not keep the documents of some of its indices as they were given,"
    " but puts them together anew: lists may be sorted and without duplicates, lists of objects"
    " objects of lists, dates and numbers written in another way."
)

#: Modes of indices whose documents are put together from their fields, unless they say otherwise.
_COLUMNAR = frozenset({"logsdb", "time_series"})


def is_kept(source: Mapping[str, Any]) -> bool:
    """Does an index keep its documents?

    Args:
        source: What its mapping says under ``_source``.
    """
    return source.get("enabled", True) not in OFF


def is_rewritten(settings: Mapping[str, str], source: Mapping[str, Any] | None = None) -> bool:
    """Does the server put documents together anew, from what it has indexed?

    Elasticsearch reference, mapping-source-field (synthetic ``_source``); OpenSearch's name for it
    is derived source.

    Args:
        settings: The index's own, flat.
        source: What its mapping says under ``_source``: there, up to Elasticsearch 8.16.
    """
    mode = settings.get("index.mapping.source.mode") or (source or {}).get("mode")
    derived = settings.get("index.derived_source.enabled") == "true"
    default = "synthetic" if settings.get("index.mode") in _COLUMNAR else "stored"
    return derived or str(mode or default).lower() == "synthetic"


def is_strict(settings: Mapping[str, str]) -> bool:
    """Does an index, given its own settings, flat, coerce no number unless a field says so?

    Elasticsearch reference, mapping/params/coerce.
    """
    return settings.get("index.mapping.coerce") in OFF


def missing(fields: Field, sources: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The dotted paths of fields that at least one index leaves out of its documents."""
    left_out = {
        ".".join(path)
        for source in sources
        if source.get("includes") or source.get("excludes")
        for path, field in walk(fields)
        if not field.properties and not _comes(".".join(path), source)
    }
    return tuple(sorted(left_out))


def _comes(path: str, source: Mapping[str, Any]) -> bool:
    includes = source.get("includes") or ["*"]
    return _matches(path, includes) and not _matches(path, source.get("excludes") or ())


def _matches(path: str, patterns: Iterable[str]) -> bool:
    """Does a pattern match the field, or an object that holds it?"""
    wider = (form for pattern in patterns for form in (pattern, f"{pattern}.*"))
    return any(fnmatchcase(path, pattern) for pattern in wider)
