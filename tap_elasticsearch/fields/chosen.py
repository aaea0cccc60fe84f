"""The fields of a stream that its settings choose."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tap_elasticsearch.fields.columns import dropping
from tap_elasticsearch.fields.tree import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tap_elasticsearch.fields.tree import Field


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which fields of documents become columns.

    A pattern is a dotted path in which ``*`` stands for any text, dots included. With an object,
    it chooses what is in it.

    Attributes:
        wanted: Patterns of those that do; none: all.
        unwanted: Patterns of those that do not, whatever is wanted.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def of(self, root: Field) -> Field:
        """``root`` with the others dropped, and the objects that have nothing else."""
        if not self:
            return root
        paths = _paths(root)
        # An object without fields in the mapping can have some in documents.
        leaves = {path for path, field in paths.items() if not field.properties}
        chosen = {path for path in leaves if self._is_chosen(path)}
        kept = chosen | {path[:end] for path in chosen for end in _dots(path)} - leaves
        return dropping(root, lambda path, _: ".".join(path) not in kept)

    def unmatched(self, root: Field) -> list[str]:
        """The patterns that no field of ``root`` matches."""
        paths = _paths(root)
        return [
            pattern
            for pattern in (*self.wanted, *self.unwanted)
            if not any(_matches(path, [pattern]) for path in paths)
        ]

    def _is_chosen(self, path: str) -> bool:
        wanted = not self.wanted or _matches(path, self.wanted)
        return wanted and not _matches(path, self.unwanted)


#: Where nothing else was asked for.
ALL_FIELDS = Chosen()


def _paths(root: Field) -> dict[str, Field]:
    return {".".join(path): field for path, field in walk(root)}


def _matches(path: str, patterns: Collection[str]) -> bool:
    return any(
        fnmatchcase(path, each) for pattern in patterns for each in (pattern, f"{pattern}.*")
    )


def _dots(path: str) -> Iterable[int]:
    """Where the paths end of the objects that hold what is at ``path``."""
    return (place for place, letter in enumerate(path) if letter == ".")
