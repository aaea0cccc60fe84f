"""What a stream's state remembers of its columns and its key, so that its table need not change."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import open_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.discovery.definition import StreamDefinition

#: Lists of paths, since Meltano merges the objects of two states, and never takes anything out of
#: them.
LISTS = "array_fields"
SCALARS = "scalar_fields"
ROUTED = "routed"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent of a stream before.

    Attributes:
        shapes: The paths of its columns, each with whether it was a list.
        routed: Was the routing a part of its key? None: nothing was sent.
    """

    shapes: Mapping[str, bool] = field(default_factory=dict)
    routed: bool | None = None


#: Of a stream that was never sent.
NOTHING = Sent()


def to_remember(
    definition: StreamDefinition, bookmark: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """What a stream's state must hold for ``sent_in``.

    Args:
        definition: The stream.
        bookmark: What its state holds; columns that are no longer there may come back.
    """
    shapes = {**_sent(definition.name, bookmark).shapes, **open_shapes(definition.fields)}
    return {
        LISTS: [path for path, array in shapes.items() if array],
        SCALARS: [path for path, array in shapes.items() if not array],
        ROUTED: definition.routed,
    }


def sent_in(state: Mapping[str, Any]) -> dict[str, Sent]:
    """What was sent before, by stream.

    Args:
        state: A state, ``bookmarks`` at its root.

    Raises:
        SettingsError: The state was changed in a place that is not for people.
    """
    bookmarks = state.get("bookmarks") or {}
    return {name: _sent(name, bookmark or {}) for name, bookmark in bookmarks.items()}


def _sent(name: str, bookmark: Mapping[str, Any]) -> Sent:
    shapes: dict[str, bool] = {}
    for key, array in ((SCALARS, False), (LISTS, True)):
        paths = bookmark.get(key) or []
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise _unusable(name, key, "a list of paths")
        shapes.update(dict.fromkeys(paths, array))
    routed = bookmark.get(ROUTED)
    if not isinstance(routed, bool | None):
        raise _unusable(name, ROUTED, "true or false")
    return Sent(shapes, routed)


def _unusable(name: str, key: str, what: str) -> SettingsError:
    return SettingsError(
        f"The state of stream {name!r} cannot be used: {key} must be {what}."
        " Take it out to let it be found anew."
    )
