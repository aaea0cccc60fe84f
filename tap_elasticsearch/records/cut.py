"""Members of documents left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_elasticsearch.fields import Field

_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.encode


def dropped(root: Field) -> frozenset[str]:
    """The names of the root's own fields that are dropped, and of which no other is a part."""
    kept = [f"{name}." for name, field in root.properties.items() if not field.dropped]
    return frozenset(
        name
        for name, field in root.properties.items()
        if field.dropped and not any(each.startswith(f"{name}.") for each in kept)
    )


def without(paths: Sequence[str], value: Any, but: Sequence[str] = ()) -> Any:  # noqa: ANN401 - any JSON
    """``value`` without what the objects in it have at ``paths``, however their names are dotted.

    Args:
        paths: Dotted paths.
        value: Decoded JSON; it is not changed.
        but: Paths below these that stay, as fields of their own.
    """
    if isinstance(value, list):
        return [without(paths, each, but) for each in value]
    if not isinstance(value, dict):
        return value
    left = {}
    for name, member in value.items():
        if _is_at(name, but) or not _is_at(name, paths):
            below, stays = _below(name, paths), _below(name, but)
            left[name] = without(below, member, stays) if below else member
    return left


def _is_at(name: str, paths: Sequence[str]) -> bool:
    """Is a dotted name one of ``paths``, or below one?"""
    return any(f"{name}.".startswith(f"{path}.") for path in paths)


def _below(name: str, paths: Sequence[str]) -> list[str]:
    return [path[len(name) + 1 :] for path in paths if path.startswith(f"{name}.")]


class Cut:
    """Takes the members of some names out of documents, without a look at any value."""

    def __init__(self, root: Field) -> None:
        """Prepare.

        Args:
            root: The root of the stream's field tree, of which some fields are dropped.
        """
        self._dropped = tuple(dropped(root))

    def __bool__(self) -> bool:
        return bool(self._dropped)

    def __call__(self, source: Any) -> bytes:  # noqa: ANN401 - whatever has bytes
        """What is left of ``source``, an object."""
        members = _decode(source)
        for name in self._dropped:
            members.pop(name, None)
        return _encode(members)
