"""The columns that a hit has beside its document, as bytes and as objects."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from tap_elasticsearch.records.null_characters import (
    may_have_null_characters,
    without_null_characters,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tap_elasticsearch.records.hits import Hit

    #: The values of a hit's columns, as JSON text.
    Values: TypeAlias = "Callable[[Hit], tuple[Any, ...]]"

_decode = msgspec.json.Decoder().decode
#: The columns whose texts may have any character, the key's aside.
_FREE = frozenset({"_routing", "_ignored"})


class HitColumns:
    """Gives these columns of each hit.

    Attributes:
        usual: Are they ``_id`` and ``_index``?
    """

    def __init__(self, names: Sequence[str], *, routed: bool, null_characters: bool = True) -> None:
        """Prepare.

        Args:
            names: What the columns are called.
            routed: Is the routing a part of the key, which must not be null?
            null_characters: Does U+0000 stay? In the key it does: two documents could become one.
        """
        self._names = names
        self._labels = [b',"%b":' % name.encode() for name in names]
        self._labels[0] = b"{" + self._labels[0][1:]
        values = _values(names)
        if not null_characters:
            free = _FREE - {"_routing"} if routed else _FREE
            values = _cleaned(values, {at for at, name in enumerate(names) if name in free})
        self._values = _with_routing(values, names.index("_routing")) if routed else values
        self.usual = names == ("_id", "_index")

    def written(self, hit: Hit) -> Sequence[Any]:
        """The beginning of a record, an object that is still to be closed, in parts."""
        return [part for pair in zip(self._labels, self._values(hit), strict=True) for part in pair]

    def of(self, hit: Hit) -> dict[str, Any]:
        """The beginning of a record, as ``written``."""
        return dict(zip(self._names, map(_decode, self._values(hit)), strict=True))


def _values(names: Sequence[str]) -> Values:
    """What gives the members of a hit that stand for the columns ``names``."""
    get = attrgetter(*(name[1:] for name in names))
    return get if len(names) > 1 else lambda hit: (get(hit),)


def _cleaned(values: Values, places: Collection[int]) -> Values:
    """``values`` without U+0000 in those at ``places``."""

    def cleaned(hit: Hit) -> tuple[Any, ...]:
        return tuple(
            msgspec.json.encode(without_null_characters(_decode(value)))
            if at in places and may_have_null_characters(value)
            else value
            for at, value in enumerate(values(hit))
        )

    return cleaned if places else values


def _with_routing(values: Values, at: int) -> Values:
    """``values`` with an empty text where the one at ``at`` is null."""

    def filled(hit: Hit) -> tuple[Any, ...]:
        found = values(hit)
        if bytes(found[at]) != b"null":
            return found
        return (*found[:at], b'""', *found[at + 1 :])

    return filled
