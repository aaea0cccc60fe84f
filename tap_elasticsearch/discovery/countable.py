"""Which fields the server can count the values of, as a mapping tells.

One field that it cannot count makes it refuse the whole request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import OFF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Types whose values can be counted on every server, unless they have no doc values. Of equal
#: values of ``keyword`` and ``ip`` in one document, one counts.
_COUNTABLE = frozenset(
    {
        "boolean",
        "byte",
        "date",
        "date_nanos",
        "double",
        "float",
        "geo_point",
        "half_float",
        "integer",
        "ip",
        "keyword",
        "long",
        "scaled_float",
        "short",
        "unsigned_long",
    }
)


def countable(mapping: Mapping[str, Any]) -> dict[str, str | None]:
    """Names that the server knows, multi-fields included.

    Each has the path whose values are counted by it, or None where it cannot be counted, or would
    count more than the documents show: the targets of ``copy_to``. Fields inside of ``nested`` are
    left out, since their values belong to other documents than the stream's.

    Args:
        mapping: What stands under ``mappings`` in an answer of ``GET /<index>/_mapping``.
    """
    found: dict[str, str | None] = {}
    copies: set[str] = set()
    for path, definition in _leaves(mapping, ""):
        found[path] = path if _is_countable(definition) else None
        for name, multi in definition.get("fields", {}).items():
            found[f"{path}.{name}"] = path if _is_countable(multi) else None
        targets = definition.get("copy_to", ())
        copies.update([targets] if isinstance(targets, str) else targets)
    return {name: None if path in copies else path for name, path in found.items()}


def _leaves(mapping: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in mapping.get("properties", {}).items():
        path = prefix + name
        if "properties" not in definition:
            yield path, definition
        elif definition.get("type") != "nested":
            yield from _leaves(definition, f"{path}.")


def _is_countable(definition: Mapping[str, Any]) -> bool:
    return definition.get("type") in _COUNTABLE and definition.get("doc_values") not in OFF


def asked_names(parts: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """The paths that can be counted in several indices, each with the name to ask for.

    Args:
        parts: What ``countable`` gives for each index; equal ones may come once.
    """
    found: dict[str, str] = {}
    barred: set[str] = set()
    for part in parts:
        barred.update(name for name, path in part.items() if path is None)
        found.update({name: path for name, path in part.items() if path is not None})
    asked: dict[str, str] = {}
    for name, path in found.items():
        if name not in barred:
            asked.setdefault(path, name)
    return asked
