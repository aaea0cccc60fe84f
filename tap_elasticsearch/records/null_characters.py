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


def names_with_null_characters(root: Field) -> frozenset[str]:
    """The names of columns with U+0000 in them, and the parts of dotted ones."""
    names = {name for path, _ in walk(root) for name in path if _NULL in name}
    return frozenset(names | {part for name in names for part in name.split(".")})


def without_null_characters(value: Any, kept: Collection[str] = ()) -> Any:  # noqa: ANN401 - any JSON
    """``value`` with U+0000 taken out of all its texts and names.

    Args:
        value: Decoded JSON; it is not changed.
        kept: Names of columns, which stay as they are.
    """
    if isinstance(value, str):
        return value.replace(_NULL, "")
    if isinstance(value, list):
        return [without_null_characters(each, kept) for each in value]
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items():
            key = _key(name, value.keys() | members.keys(), kept) if _NULL in name else name
            members[key] = without_null_characters(member, kept)
        return members
    return value


def _key(name: str, taken: Collection[str], kept: Collection[str]) -> str:
    """``name`` without the character; with U+FFFD at its end, if another member is called so."""
    if any(part in kept for part in (name, *name.split("."))):
        return name
    key = name.replace(_NULL, "")
    while key in taken:
        key += "\ufffd"
    return key
