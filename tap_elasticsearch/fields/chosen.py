"""The fields of a stream that its settings choose."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.columns import dropping
from tap_elasticsearch.fields.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_elasticsearch.fields.tree import Field


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which fields of documents go into records.

    A pattern is a dotted path in which ``*`` stands for any text, dots included. With an object,
    it chooses what is in it.

    Attributes:
        wanted: Patterns of those that do; none: all.
        unwanted: Patterns of those that do not, whatever is wanted.
        key: The path of a field that always does, if there is one.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    key: str | None = None

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def of(self, root: Field) -> Field:
        """``root`` with the others dropped, and the objects that have nothing else."""
        if not self:
            return root
        # An object without fields in the mapping can have some in documents.
        kept = {
            path
            for path, field in walk(root)
            if not field.properties and not field.dropped and self._takes(path)
        }
        kept |= {path[:end] for path in kept for end in range(1, len(path))}
        return dropping(root, lambda path, _: path not in kept)

    def left(self, members: dict[str, Any]) -> dict[str, Any]:
        """What is chosen of values that the mapping does not know, by their dotted paths."""
        return self._left(members, ()) if self else members

    def unmatched(self, root: Field) -> tuple[list[str], list[str]]:
        """The wanted and the unwanted patterns that no field of ``root`` matches."""
        paths = [".".join(path) for path, _ in walk(root)]
        wanted, unwanted = (
            [each for each in patterns if not any(fnmatchcase(path, each) for path in paths)]
            for patterns in (self.wanted, self.unwanted)
        )
        return wanted, unwanted

    def _takes(self, path: Sequence[str]) -> bool:
        wanted = not self.wanted or self._is_key(path) or _matches(path, self.wanted)
        return wanted and not self._refuses(path)

    def _refuses(self, path: Sequence[str]) -> bool:
        return not self._is_key(path) and _matches(path, self.unwanted)

    def _is_key(self, path: Sequence[str]) -> bool:
        return self.key is not None and f"{self.key}.".startswith(f"{'.'.join(path)}.")

    def _left(self, members: dict[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
        left = {}
        for name, value in members.items():
            path = (*above, *name.split("."))
            inner = None if self._refuses(path) else self._each(value, path)
            if self._is_left(inner, value, path):
                left[name] = inner
        return left

    def _each(self, value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
        """``value``, at ``path``, with what is chosen of the objects that it is or holds."""
        if isinstance(value, dict):
            return self._left(value, path)
        if isinstance(value, list):
            made = [(self._each(element, path), element) for element in value]
            return [inner for inner, element in made if self._is_left(inner, element, path)]
        return value if self._takes(path) else None

    def _is_left(self, inner: Any, value: Any, path: Sequence[str]) -> bool:  # noqa: ANN401 - as above
        """Is anything left of ``value``, at ``path``, of which ``inner`` is chosen?"""
        return inner not in ({}, [], None) or (inner == value and self._takes(path))


#: Where nothing else was asked for.
ALL_FIELDS = Chosen()


def _matches(path: Sequence[str], patterns: Iterable[str]) -> bool:
    """Is a field, or an object that it is in, named by a pattern?"""
    names = [".".join(path[:end]) for end in range(1, len(path) + 1)]
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
