"""The tap: where the rooms are put together."""

from __future__ import annotations

import os
from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.singerlib import Catalog

from tap_elasticsearch.cli import UNREADABLE, TapCommand, unreadable, which_is_unreadable
from tap_elasticsearch.config import (
    config_schema,
    from_environment,
    parse_builtin,
    parse_settings,
    refused,
    report_unused,
)
from tap_elasticsearch.connection import Client, silence_client_logs
from tap_elasticsearch.discovery import (
    as_sent,
    deselected,
    discover,
    formed,
    listed,
    may_be_date,
    remembered,
    replications,
    sent_in,
    with_definitions,
)
from tap_elasticsearch.exceptions import NotFoundError, SettingsError
from tap_elasticsearch.extraction import understood, unknown_streams
from tap_elasticsearch.fields import walk
from tap_elasticsearch.output import (
    UNFIT,
    LineWriter,
    reject_unusable_storage,
    without_stream,
)
from tap_elasticsearch.streams import IndexStream

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

    import click

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.discovery import Replication, StreamDefinition


class TapElasticsearch(Tap):
    """Reads indices, aliases and data streams of Elasticsearch and OpenSearch."""

    name = "tap-elasticsearch"
    package_name = "tap-elasticsearch"
    config_jsonschema = config_schema()
    message_writer_class = LineWriter
    # Also makes --discover validate the configuration.
    dynamic_catalog = True

    # What the catalog says, if one was given.
    _remembered: Mapping[str, StreamDefinition | None] | None = None
    _replications: Mapping[str, Replication] = MappingProxyType({})
    _deselected: frozenset[str] = frozenset()

    def __init__(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        catalog: Catalog | dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        parse_env_config: bool = False,
        validate_config: bool = True,
        setup_mapper: bool = True,
        message_writer: LineWriter | None = None,
    ) -> None:
        silence_client_logs()
        given = self._given(config or {}, parse_env_config=parse_env_config)
        builtin = self._builtin()
        self.settings = parse_settings(given, sdk_settings=builtin)
        self.client = Client(self.settings)
        self.writer = message_writer or LineWriter()
        state = understood({} if state is None else state)
        self._sent = sent_in(state)
        # An SDK catalog object has lost what is ours; anything else must be a catalog.
        raw = None if catalog is None or isinstance(catalog, Catalog) else catalog
        catalog = catalog if raw is None else self._as_sent(raw)
        config = _normalised(given, self.settings, builtin)
        try:
            super().__init__(
                config=config,
                catalog=catalog,
                state=state,
                validate_config=validate_config,
                setup_mapper=False,
                message_writer=self.writer,
            )
        except ConfigValidationError as error:
            raise refused(error.errors, builtin) from None
        reject_unusable_storage(config)
        self._take_over_signals()
        if setup_mapper:
            self.setup_mapper()

    def _take_over_signals(self) -> None:
        """Let a run end well; the SDK's own handlers, set by now, would exit with 0."""
        self.interruption = self.writer.interruption
        self.interruption.install()

    def _as_sent(self, catalog: dict[str, Any]) -> dict[str, Any]:
        """``catalog`` with columns as they were sent; what it says is kept for later."""
        self._remembered = remembered(catalog)
        if self._sent:
            catalog = as_sent(catalog, self.settings, self._sent)
            self._remembered = remembered(catalog)
        self._replications = replications(catalog)
        self._deselected = deselected(catalog)
        return catalog

    @classmethod
    def _builtin(cls) -> dict[str, Any]:
        """The settings that the SDK adds to ours, each with its JSON Schema."""
        schema = deepcopy(config_schema())
        ours = set(schema["properties"])
        cls.append_builtin_config(schema)
        return {name: found for name, found in schema["properties"].items() if name not in ours}

    @classmethod
    def _given(cls, config: Mapping[str, Any], *, parse_env_config: bool) -> dict[str, Any]:
        names = [*config_schema()["properties"], *cls._builtin()]
        for line in report_unused(names, config, os.environ, read=parse_env_config):
            cls.logger.warning("%s", line)
        if not parse_env_config:
            return dict(config)
        # The SDK would say that the environment is passed over, since it is not told to read it.
        cls.logger.addFilter(_is_true)
        return {**config, **from_environment(names, os.environ)}

    def load_state(self, state: dict[str, Any]) -> None:  # noqa: D102
        super().load_state(state)
        # So that a STATE comes before the first record, also when there is nothing to say yet.
        self.state.setdefault("bookmarks", {})

    def setup_mapper(self) -> None:  # noqa: D102
        # The mapper reads schemas from the catalog, in which streams mark what is not selected.
        self.logger.debug("Streams: %s", ", ".join(self.streams))
        try:
            super().setup_mapper()
        except UNFIT as error:
            msg = f"stream_maps cannot be used ({type(error).__name__}: {error})."
            raise SettingsError(msg) from error
        streams = [s for s in self.streams.values() if isinstance(s, IndexStream) and s.selected]
        for stream in streams:
            stream.prepare_maps()
        if not streams:
            self.logger.warning(
                "No stream is selected, so nothing is read. Select some in the catalog"
                ' ("selected": true); in Meltano: meltano select tap-elasticsearch "STREAM" "*".'
            )
        self._report_vain_dates(streams)
        if unknown := unknown_streams(self.state, self.streams):
            self.logger.warning(
                "The state speaks of %s, which there is no stream of. If it has another name now"
                " (stream_name, streams), rename it in the state; otherwise that stream is read"
                " from the beginning.",
                listed(unknown),
            )
        if vain := without_stream(self.mapper.stream_maps_dict, self.streams):
            self.logger.warning(
                "stream_maps: there is no stream %s. Some that there are: %s.",
                " or ".join(vain),
                listed(list(self.streams)) or "none",
            )

    def _report_vain_dates(self, streams: Sequence[IndexStream]) -> None:
        """Say that no stream goes by dates, where the settings give one."""
        given = [name for name in ("start_date", "end_date") if getattr(self.settings, name)]
        keyed = ((s.definition.fields, s.replication_key) for s in streams if s.is_sorted)
        if given and streams and not any(key and may_be_date(fields, key) for fields, key in keyed):
            self.logger.warning(
                "%s: not used, since no stream is incremental by a date. Give a replication_key"
                " that is one, or a query in streams.",
                " and ".join(given),
            )

    def discover_streams(self) -> Sequence[IndexStream]:  # noqa: D102
        return [
            IndexStream(
                self,
                definition,
                writer=self.writer,
                client=self.client,
                settings=self.settings,
                interruption=self.interruption,
                replication=self._replications.get(definition.name),
            )
            for definition in map(self._formed, self._definitions())
        ]

    def _formed(self, definition: StreamDefinition) -> StreamDefinition:
        """``definition`` with records in the form that the settings ask for."""
        settings = self.settings
        unsigned = settings.unsigned_long == "integer"
        if unsigned and any(f.type == "unsigned_long" for _, f in walk(definition.fields)):
            self.logger.warning(
                "Stream %s: its columns of unsigned_long are integers without an upper bound; a"
                " target whose integers have 64 bits with a sign refuses those beyond 2^63 - 1.",
                definition.name,
            )
        return formed(definition, settings)

    def _definitions(self) -> list[StreamDefinition]:
        """The streams of the catalog, as it remembers them; without one, those on the server."""
        if self._remembered is None:
            return discover(self.client, self.settings, self._sent)
        known = [definition for definition in self._remembered.values() if definition is not None]
        unknown = {name for name, definition in self._remembered.items() if definition is None}
        if not unknown:
            return known
        every = discover(self.client, self.settings, self._sent, unknown - self._deselected)
        found = {definition.name: definition for definition in every if definition.name in unknown}
        if missing := unknown - found.keys():
            msg = (
                f"The catalog has streams that are not on the server: {', '.join(sorted(missing))}."
                " Run --discover again."
            )
            raise NotFoundError(msg)
        return [*known, *found.values()]

    @property
    def catalog_dict(self) -> dict[str, Any]:  # noqa: D102
        definitions = {
            name: stream.definition
            for name, stream in self.streams.items()
            if isinstance(stream, IndexStream)
        }
        return with_definitions(super().catalog_dict, definitions)

    @classmethod
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:  # noqa: ANN401, D102
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, ValueError, TypeError) as error:
            reason: object = error if isinstance(error, OSError) else "holds something else."
            if isinstance(error, UNREADABLE):
                reason = unreadable(error)
            msg = f"--config {' '.join(value)}: {reason} Give a file with one JSON object, or ENV."
            if any(sign in each for each in value for sign in "{="):
                msg = (
                    "--config holds settings. Give the name of a file with one JSON object, or ENV."
                )
            raise SettingsError(msg) from None

    @classmethod
    def invoke(cls, **options: Any) -> None:  # noqa: ANN401, D102
        try:
            super().invoke(**options)
        except UNREADABLE as error:
            files = {f"--{name}": options.get(name) for name in ("state", "catalog")}
            if msg := which_is_unreadable(files):
                raise SettingsError(msg) from error
            raise

    @classmethod
    def get_singer_command(cls) -> click.Command:  # noqa: D102
        return TapCommand.like(super().get_singer_command(), logger=cls.logger)


def _is_true(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Skipping parse of env var settings")


def _normalised(
    given: Mapping[str, Any], settings: Settings, builtin: Mapping[str, Any]
) -> dict[str, Any]:
    """What was given, as JSON has it: our settings and those of the SDK in their real types.

    Less ``start_date``: the SDK would call it the bookmark of every stream, whatever its key is.
    """
    ours = msgspec.json.decode(msgspec.json.encode(settings, enc_hook=str))
    return {
        name: ours[name] if name in ours else parse_builtin(name, value, builtin[name])
        for name, value in given.items()
        if value is not None and name != "start_date"
    }
