"""The character U+0000, which JSON can hold in a text, and PostgreSQL cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import walk

if TYPE_CHECKING:
    from collections.abc import Collection

    from msgspec import Raw

    from tap_elasticsearch.fields import Field

_NULL = "\0"
#: JSON has no other way to write it.
_WRITTEN = b"\\u0000"


def may_have_null_characters(source: Raw) -> bool:
    """Has JSON text U+0000 in it? Without, it has none; with what looks like it, it may have."""
    return _WRITTEN in bytes(source)


def column_names(root: Field) -> frozenset[str]:
    """The names of columns, and the parts of dotted ones."""
    names = {name for path, _ in walk(root) for name in path}
    return frozenset(names | {part for name in names for part in name.split(".")})


def without_null_characters(value: Any, columns: Collection[str] = ()) -> Any:  # noqa: ANN401 - any JSON
    """``value`` with U+0000 taken out of all its texts and names.

    Args:
        value: Decoded JSON; it is not changed.
        columns: Names of columns, which stay as they are, and which no other name becomes.
    """
    if isinstance(value, str):
        return value.replace(_NULL, "")
    if isinstance(value, list):
        return [without_null_characters(each, columns) for each in value]
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items():
            key = _key(name, value.keys() | members.keys(), columns) if _NULL in name else name
            members[key] = without_null_characters(member, columns)
        return members
    return value


def _key(name: str, taken: Collection[str], columns: Collection[str]) -> str:
    """``name`` without the character; with U+FFFD at its end, if something else is called so."""
    if any(_NULL in part and part in columns for part in (name, *name.split("."))):
        return name
    key = name.replace(_NULL, "")
    while key in taken or any(part in columns for part in (key, *key.split("."))):
        key += "\ufffd"
    return key
