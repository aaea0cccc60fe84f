"""Which columns are lists: what the settings say, what was sent before, what documents show.

In this order. A column that was sent keeps its shape, since a target has a table for it by then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.discovery.catalog import REMEMBERED
from tap_elasticsearch.discovery.definition import StreamDefinition, form_of, stream_name
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import open_shapes, shaped, with_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.fields import Field

logger = logging.getLogger("tap-elasticsearch")

#: Where a stream's state keeps the shapes that were sent: lists of paths, since Meltano merges the
#: objects of two states, and never takes anything out of them.
LISTS = "array_fields"
SCALARS = "scalar_fields"


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


def sent_shapes(
    name: str, fields: Field, bookmark: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, list[str]]:
    """What a stream's state must hold for ``shapes_in``.

    Args:
        name: The stream's name.
        fields: Its field tree.
        bookmark: What its state holds; columns that are no longer there may come back.
    """
    shapes = {**_sent(name, bookmark), **open_shapes(fields)}
    return {
        LISTS: [path for path, array in shapes.items() if array],
        SCALARS: [path for path, array in shapes.items() if not array],
    }


def shapes_in(state: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """The shapes that were sent, by stream.

    Args:
        state: A state, ``bookmarks`` at its root.

    Raises:
        SettingsError: The state was changed in a place that is not for people.
    """
    bookmarks = state.get("bookmarks") or {}
    return {name: _sent(name, bookmark or {}) for name, bookmark in bookmarks.items()}


def _sent(name: str, bookmark: Mapping[str, Any]) -> dict[str, bool]:
    sent: dict[str, bool] = {}
    for key, array in ((SCALARS, False), (LISTS, True)):
        paths = bookmark.get(key) or []
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            msg = (
                f"The state of stream {name!r} cannot be used: {key} must be a list of paths."
                " Take it out to let the columns be found anew."
            )
            raise SettingsError(msg)
        sent.update(dict.fromkeys(paths, array))
    return sent


def in_force(name: str, settings: Settings, sent: Mapping[str, Mapping[str, bool]]) -> Shapes:
    """What decides for the stream ``name``."""
    own = (
        pattern
        for entry in settings.streams
        if name == (entry.name or stream_name(entry.index, settings.stream_name))
        for pattern in entry.array_fields
    )
    patterns = (*settings.array_fields, *own)
    return Shapes(name, settings.arrays, patterns, sent.get(name, {}))


def with_sent_shapes(
    catalog: dict[str, Any], settings: Settings, sent: Mapping[str, Mapping[str, bool]]
) -> dict[str, Any]:
    """``catalog`` with the columns that were sent before in the shape they had.

    A catalog is often made just before a sync, by a run that knows no state.
    """
    streams = [_kept(stream, settings, sent) for stream in catalog["streams"]]
    return {**catalog, "streams": streams}


def _kept(
    stream: dict[str, Any], settings: Settings, sent: Mapping[str, Mapping[str, bool]]
) -> dict[str, Any]:
    name = stream["tap_stream_id"]
    roots = [entry["metadata"] for entry in stream.get("metadata", ()) if not entry["breadcrumb"]]
    root = next((metadata for metadata in roots if REMEMBERED in metadata), None)
    if root is None or not sent.get(name):
        return stream
    old = replace(StreamDefinition.from_dict(name, root[REMEMBERED]), form=form_of(settings))
    shapes = in_force(name, settings, sent)
    new = replace(old, fields=_as_sent(old.fields, shapes))
    shapes.warn(new.fields)
    if new.fields == old.fields:
        return stream
    before, after = old.schema["properties"], new.schema["properties"]
    schema = stream.get("schema", {})
    columns = {
        column: after[column] if theirs == before.get(column) else theirs
        for column, theirs in schema.get("properties", {}).items()
    }
    metadata = [
        {**entry, "metadata": {**entry["metadata"], REMEMBERED: new.to_dict()}}
        if entry["metadata"] is root
        else entry
        for entry in stream["metadata"]
    ]
    return {**stream, "schema": {**schema, "properties": columns}, "metadata": metadata}


def _as_sent(fields: Field, shapes: Shapes) -> Field:
    """The fields of a catalog; in what the settings decide, it knows better."""
    if shapes.arrays != "auto":
        return fields

    def is_list(path: str, field: Field) -> bool:
        decided = any(fnmatchcase(path, pattern) for pattern in shapes.patterns)
        return field.array if decided else shapes.sent.get(path, field.array)

    return shaped(fields, is_list)
