"""The columns that a hit has beside its document, as bytes and as objects."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_elasticsearch.records.hits import Hit

    #: The values of a hit's columns, as JSON text.
    Values: TypeAlias = "Callable[[Hit], tuple[Any, ...]]"

_decode = msgspec.json.Decoder().decode


class HitColumns:
    """Gives these columns of each hit.

    Attributes:
        usual: Are they ``_id`` and ``_index``?
    """

    def __init__(self, names: Sequence[str], *, routed: bool) -> None:
        """Prepare.

        Args:
            names: What the columns are called.
            routed: Is the routing a part of the key, which must not be null?
        """
        self._names = names
        self._labels = [b',"%b":' % name.encode() for name in names]
        self._labels[0] = b"{" + self._labels[0][1:]
        values = _values(names)
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


def _with_routing(values: Values, at: int) -> Values:
    """``values`` with an empty text where the one at ``at`` is null."""

    def filled(hit: Hit) -> tuple[Any, ...]:
        found = values(hit)
        if bytes(found[at]) != b"null":
            return found
        return (*found[:at], b'""', *found[at + 1 :])

    return filled
