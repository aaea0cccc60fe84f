"""What a stream's fields are in one of its indices, where these differ."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.dates import is_readable
from tap_elasticsearch.fields.tree import walk
from tap_elasticsearch.fields.unreadable import DATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.fields.tree import Field


def varying(root: Field) -> tuple[str, ...]:
    """The dotted paths of the columns that are others in other indices."""
    return tuple(
        ".".join(path) for path, field in walk(root) if field.varying and not field.dropped
    )


def has_constants(root: Field) -> bool:
    """Has a column a value that documents lack? An index that came later may have another."""
    return any(field.value is not None and not field.dropped for _, field in walk(root))


def in_index(root: Field, own: Field | None) -> Field:
    """``root`` as it is in one index, with nothing that varies; the same objects where it is.

    Args:
        root: The columns of a stream.
        own: What that index's mapping says, as a tree; None where it is not known. What varies is
            in no index then.
    """
    if own is None:
        return _in_index(root, "", None)
    # By dotted paths: a name in one mapping may have dots where another has objects.
    return _in_index(root, "", {".".join(path): field for path, field in walk(own)})


def _in_index(field: Field, path: str, own: Mapping[str, Field] | None) -> Field:
    prefix = f"{path}." if path else ""
    properties = {
        name: _in_index(sub, prefix + name, own) for name, sub in field.properties.items()
    }
    changes: dict[str, Any] = {} if own is None else _changes(field, own.get(path))
    if any(properties[name] is not sub for name, sub in field.properties.items()):
        changes["properties"] = properties
    if field.varying:
        changes["varying"] = frozenset()
    return replace(field, **changes) if changes else field


def _changes(field: Field, own: Field | None) -> dict[str, Any]:
    """What of ``field`` is another in an index that has ``own`` there."""
    if own is None:
        return {} if field.value is None else {"value": None}
    # The setting of an index is in no mapping.
    names = field.varying | {"coerce"} | (set() if field.value is None else {"value"})
    if field.type in DATES and not is_readable(field):
        # The server reads these dates, and gives them in a form that any format might read.
        names -= {"format", "locale"}
    found = {name: getattr(own, name) for name in names}
    return {name: value for name, value in found.items() if value != getattr(field, name)}
