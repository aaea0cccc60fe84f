"""One run of one stream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.discovery import (
    REWRITTEN,
    alias_filters,
    entry_of,
    find,
    indices_with,
    is_rewritten,
    is_strict,
    key_types,
    listed,
    report_drift,
    settings_of,
    trees_of,
    visible,
)
from tap_elasticsearch.exceptions import NotFoundError, SettingsError
from tap_elasticsearch.extraction.batches import Since, Whole
from tap_elasticsearch.extraction.bookmarks import Bookmarks, beginning, bookmarked, window
from tap_elasticsearch.extraction.resuming import FULL_TABLE, Resumption, fingerprint
from tap_elasticsearch.fields import DATES, has_constants, varying
from tap_elasticsearch.reading import (
    KINDS,
    Key,
    Reading,
    SortedReading,
    Target,
    all_of,
    fetching,
    key_query,
    plan,
)

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence

    from tap_elasticsearch.config import Settings, StreamSettings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.discovery import Selection, StreamDefinition
    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.reading import Unit, Window


#: Said once of a run.
UNSEEN = (
    "The indices differ in what values of %s mean (constants, null_value, formats), and their"
    " mappings are not to be seen without the privilege view_index_metadata: constants are missing,"
    " and what could be read in two ways is kept in _extra."
)


class Extraction:
    """Reads one stream once, whole or from its bookmark on."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        definition: StreamDefinition,
        selection: Selection,
        logger: logging.Logger,
        check: Callable[[], None],
        *,
        resumable: bool,
    ) -> None:
        """Prepare; nothing is asked of the server yet.

        Args:
            client: The cluster.
            settings: What the user set.
            definition: The stream.
            selection: What of it is wanted.
            logger: The stream's own.
            check: Called between pages; raises to stop the run.
            resumable: Can a full table that is interrupted be gone on with by a later run?
        """
        self._resumable = resumable
        self._client = client
        self._settings = settings
        self._definition = definition
        self._logger = logger
        self._check = check
        self._selection = selection

    def whole(self, state: Mapping[str, Any]) -> Whole:
        """Everything that the stream has now.

        Args:
            state: The stream's state.

        Raises:
            SettingsError: The state cannot be understood.
        """
        filters, members = self._members()
        settings = settings_of(self._client, members)
        own = self._own(settings)
        targets = [
            Target(index, all_of(self._definition.query, filters.get(index))) for index in members
        ]
        units = self._units(targets, settings)
        resumption = self._resumption(filters)
        if resumption:
            resumption.resume(state.get(FULL_TABLE), units, self._logger)
        return self._read_whole(units, resumption, own=own)

    def since(self, path: str, state: Mapping[str, Any]) -> Since | Whole:
        """What is new behind the bookmark, in the order of the key.

        Without a bookmark, everything that has the key, in no order, which is faster, wherever an
        interrupted run can be gone on with.

        Args:
            path: The replication key.
            state: The stream's state.

        Raises:
            SettingsError: The key cannot be sorted by, or a bound is no value of it, or the state
                cannot be understood.
        """
        filters, members = self._members()
        settings = settings_of(self._client, members)
        own = self._own(settings)
        types = key_types(self._client, members, path, KINDS)
        self._report_lacking(path, members, types)
        key = Key(path, KINDS[next(iter(types.values()))])
        bookmark = bookmarked(state, key, self._logger)
        start = beginning(bookmark, key, self._settings, self._start_value(), self._logger)
        resumption = self._resumption(filters, key.path) if bookmark is None else None
        if resumption:
            start = resumption.begin(state.get(FULL_TABLE), key, start)
        bounds = window(start, key, self._settings)
        targets = [
            self._keyed_target(index, filters.get(index), key, kind, bounds)
            for index, kind in types.items()
        ]
        units = self._units(targets, settings)
        if resumption and all(unit.numbered for unit in units):
            resumption.resume(state.get(FULL_TABLE), units, self._logger)
            resumption.limit(key, bounds.upper)
            units = [replace(unit, target=replace(unit.target, key=None)) for unit in units]
            return self._read_whole(units, resumption, key, own=own)
        reading = SortedReading(self._client, units, self._settings, self._check)
        before = {name: state.get(name) for name in ("replication_key", "replication_key_value")}
        return Since(reading, Bookmarks(key, bookmark), before, own)

    def _read_whole(
        self,
        units: list[Unit],
        resumption: Resumption | None,
        key: Key | None = None,
        *,
        own: Mapping[str, Field],
    ) -> Whole:
        known = resumption.known if resumption else None
        reading = Reading(self._client, units, self._settings, self._check, known)
        return Whole(reading, resumption, key, own)

    def _resumption(self, filters: Mapping[str, Any], *key: str) -> Resumption | None:
        """What to go on with, and to leave, if that is to be."""
        if not self._resumable:
            return None
        chosen = self._selection.fingerprint, self._columns()
        return Resumption(fingerprint(self._definition.query, *chosen, key), filters)

    def _report_lacking(self, path: str, members: Sequence[str], types: Mapping[str, str]) -> None:
        if not types:
            msg = f"replication_key {path}: no index of the stream has this field."
            raise SettingsError(msg)
        if lacking := [index for index in members if index not in types]:
            self._logger.warning(
                "%d of %d indices do not have the replication key %s (such as %s); their documents"
                " are not part of incremental runs.",
                len(lacking),
                len(members),
                path,
                lacking[0],
            )

    def _keyed_target(
        self, index: str, alias_filter: dict[str, Any] | None, key: Key, kind: str, bounds: Window
    ) -> Target:
        query = all_of(self._definition.query, alias_filter, key_query(key, kind, bounds))
        return Target(index, query, key=key.path, key_type=kind)

    def _members(self) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
        """The concrete indices to read now, and what an alias lets through of each."""
        hidden = self._settings.include_hidden
        found = find(self._client, self._definition.index.split(","), hidden=hidden)
        if not found.members():
            msg = (
                f"No open index matches {self._definition.index!r} any more."
                f" {visible(self._client)}"
            )
            raise NotFoundError(msg)
        return alias_filters(self._client, found), found.members()

    def _own(self, settings: Mapping[str, Mapping[str, str]]) -> dict[str, Field]:
        """The mappings of the indices, where these differ in what values mean.

        Args:
            settings: Those of each index, flat.
        """
        if self._selection.form.whole:
            return {}
        columns, compared = self._selection.columns, self._definition.remembered
        differing, constant = varying(columns), has_constants(columns)
        strict = {index for index, own in settings.items() if is_strict(own)}
        if not (differing or strict or compared):
            return {}
        trees = trees_of(self._client, settings, strict, self._logger)
        if compared:
            report_drift(self._definition.fields, trees, self._logger)
        if differing and not trees:
            self._logger.warning(UNSEEN, listed(differing))
        return trees if differing or strict or constant else {}

    def _units(
        self, targets: list[Target], settings: Mapping[str, Mapping[str, str]]
    ) -> list[Unit]:
        if any(map(is_rewritten, settings.values())):
            self._logger.info(REWRITTEN, self._definition.name)
        points_in_time = self._client.server.points_in_time
        return plan(self._fetching(targets), settings, points_in_time=points_in_time)

    def _fetching(self, targets: list[Target]) -> list[Target]:
        """``targets`` with what hits carry; dates that the server must read, where they are."""
        indices = [target.index for target in targets]
        where = {
            path: frozenset(indices_with(self._client, indices, path, DATES))
            for path in self._selection.served
        }
        return [
            replace(
                target,
                fetched=self._fetched([path for path in where if target.index in where[path]]),
            )
            for target in targets
        ]

    def _fetched(self, served: list[str]) -> dict[str, Any]:
        return fetching(
            served=served,
            vectors=self._selection.vectors,
            hides_vectors=self._client.server.hides_vectors,
            metadata=self._selection.form.metadata,
            computed=self._selection.computed,
        )

    def _columns(self) -> tuple[object, ...]:
        """What the user says of the names and types of columns."""
        entry, settings = self._entry, self._settings
        own = (entry.array_fields, entry.type_overrides) if entry else ((), ())
        lists = (settings.arrays, settings.array_fields)
        return self._definition.property_names, *lists, settings.type_overrides, own

    def _start_value(self) -> object:
        return self._entry and self._entry.start_value

    @property
    def _entry(self) -> StreamSettings | None:
        """What the settings say of this stream alone."""
        return entry_of(self._definition.name, self._settings)
