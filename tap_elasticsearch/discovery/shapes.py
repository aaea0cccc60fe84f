"""Which columns are lists: what the settings say, what was sent before, what documents show.

In this order. A column that was sent keeps its shape, since a target has a table for it by then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.definition import entry_of
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.sent import NOTHING
from tap_elasticsearch.fields import open_shapes, shaped, with_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.discovery.sent import Sent
    from tap_elasticsearch.fields import Field

logger = logging.getLogger("tap-elasticsearch")


@dataclass(frozen=True, slots=True)
class Shapes:
    """What decides on the shapes of one stream's columns.

    Attributes:
        name: The stream's name.
        arrays: The setting.
        patterns: Paths or patterns of fields that hold lists.
        sent: Paths that were sent before, each with whether its column was a list.
    """

    name: str
    arrays: str
    patterns: Sequence[str]
    sent: Mapping[str, bool]

    def apply(self, fields: Field, found: Callable[[Field], set[str]]) -> Field:
        """``fields`` with their shapes.

        Args:
            fields: A root.
            found: Gives the paths of further lists in a tree; asked only for what is not settled.
        """
        known = self.settled(fields)
        if self.arrays == "auto" and any(
            path not in self.sent and not array for path, array in open_shapes(known).items()
        ):
            new = found(known) - self.sent.keys()
            known = shaped(known, lambda path, field: field.array or path in new)
        self.warn(known)
        return known

    def settled(self, fields: Field) -> Field:
        """``fields`` with the shapes that are certain without looking at documents."""
        if self.arrays == "auto":
            sent = self.sent
            fields = shaped(fields, lambda path, field: sent.get(path, field.array))
        else:
            always = self.arrays == "always"
            fields = shaped(fields, lambda _, __: always)
        return with_arrays(fields, self.patterns)[0]

    def as_sent(self, fields: Field) -> Field:
        """The fields of a catalog as they were sent; in what settings decide, it knows better."""
        if self.arrays != "auto":
            return fields

        def is_list(path: str, field: Field) -> bool:
            decided = any(fnmatchcase(path, pattern) for pattern in self.patterns)
            return field.array if decided else self.sent.get(path, field.array)

        return shaped(fields, is_list)

    def warn(self, fields: Field) -> None:
        """Say which columns have another shape than what was sent."""
        now = open_shapes(fields)
        changed = [path for path, array in self.sent.items() if now.get(path, array) != array]
        if changed:
            logger.warning(
                "Stream %s: arrays or array_fields changes the shape of columns that were sent"
                " before: %s. A table that has them may refuse the new values; load it anew.",
                self.name,
                listed(
                    [f"{path} (now {'a list' if now[path] else 'one value'})" for path in changed]
                ),
            )


def in_force(name: str, settings: Settings, sent: Mapping[str, Sent]) -> Shapes:
    """What decides for the stream ``name``."""
    entry = entry_of(name, settings)
    patterns = (*settings.array_fields, *(() if entry is None else entry.array_fields))
    return Shapes(name, settings.arrays, patterns, sent.get(name, NOTHING).shapes)
