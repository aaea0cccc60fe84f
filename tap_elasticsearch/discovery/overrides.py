"""``type_overrides``, stream by stream."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.definition import entry_of
from tap_elasticsearch.discovery.listed import near
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import TYPES, walk, with_types

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.fields import Field


class Overrides:
    """Applies the setting to the trees of one discovery."""

    def __init__(self, settings: Settings) -> None:
        """Look at the setting.

        Args:
            settings: What the user set.

        Raises:
            SettingsError: A type is not known.
        """
        self._settings = settings
        self._global = {entry.field: entry.type for entry in settings.type_overrides}
        self._left = set(self._global)
        self._paths: set[str] = set()
        own = (each for entry in settings.streams for each in entry.type_overrides)
        for entry in (*settings.type_overrides, *own):
            if entry.type not in TYPES:
                msg = (
                    f"type_overrides: {entry.field} cannot have the type {entry.type!r}, which is"
                    f" not known. {near(entry.type, TYPES)}"
                )
                raise SettingsError(msg)

    def apply(self, name: str, fields: Field) -> Field:
        """The tree of the stream ``name`` with the types that were set.

        Raises:
            SettingsError: One that was set for this stream is for no field of it.
        """
        if not (own := self._own(name)) and not self._global:
            return fields
        changed, unmatched = with_types(fields, {**self._global, **own})
        paths = {".".join(path) for path, _ in walk(fields)}
        for pattern in sorted(own.keys() & unmatched):
            msg = f"type_overrides: stream {name} has no field {pattern}. {near(pattern, paths)}"
            raise SettingsError(msg)
        self._left &= unmatched
        self._paths |= paths
        return changed

    def settle(self, name: str, path: str) -> bool:
        """Is the type at ``path`` in the stream ``name`` set, whatever its mappings say?"""
        patterns = (*self._global, *self._own(name))
        return any(fnmatchcase(path, pattern) for pattern in patterns)

    def reject_unmatched(self) -> None:
        """Raise if one that was set for all streams is for no field of any.

        Raises:
            SettingsError: It names the nearest fields.
        """
        for pattern in sorted(self._left):
            msg = f"type_overrides: no stream has a field {pattern}. {near(pattern, self._paths)}"
            raise SettingsError(msg)

    def _own(self, name: str) -> dict[str, str]:
        entry = entry_of(name, self._settings)
        return {} if entry is None else {each.field: each.type for each in entry.type_overrides}
