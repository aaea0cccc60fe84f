"""The character U+0000, which JSON can hold in a text, and PostgreSQL cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from msgspec import Raw

_NULL = "\0"
#: JSON has no other way to write it.
_WRITTEN = b"\\u0000"


def may_have_null_characters(source: Raw) -> bool:
    """Has JSON text U+0000 in it? Without, it has none; with what looks like it, it may have."""
    return _WRITTEN in bytes(source)


def without_null_characters(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """``value`` with U+0000 taken out of all its texts; names of members stay as they are.

    Args:
        value: Decoded JSON; it is not changed.
    """
    if isinstance(value, str):
        return value.replace(_NULL, "")
    if isinstance(value, list):
        return [without_null_characters(each) for each in value]
    if isinstance(value, dict):
        return {name: without_null_characters(member) for name, member in value.items()}
    return value
