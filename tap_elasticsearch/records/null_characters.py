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
    """``value`` with U+0000 taken out of all its texts, the names of members included.

    A member stays as it is called where another one has what would be its name.

    Args:
        value: Decoded JSON; it is not changed.
    """
    if isinstance(value, str):
        return value.replace(_NULL, "")
    if isinstance(value, list):
        return [without_null_characters(each) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, member in value.items():
        free = name.replace(_NULL, "")
        taken = free in made or (free != name and free in value)
        made[name if taken else free] = without_null_characters(member)
    return made
