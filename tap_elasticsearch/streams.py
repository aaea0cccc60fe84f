"""The one stream class: glue between the SDK's hooks and the rooms that read and record."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.metrics import Counter, Metric, Tag, Timer
from singer_sdk.singerlib import Metadata, Schema, StateMessage

from tap_elasticsearch.discovery import (
    breadcrumb,
    key_problem,
    mark_dropped,
    metadata,
    none_in,
    select,
    to_remember,
)
from tap_elasticsearch.exceptions import (
    FatalAPIError,
    Interrupted,
    SettingsError,
    UnreachableError,
)
from tap_elasticsearch.extraction import Batch, Extraction, Whole
from tap_elasticsearch.output import (
    Checkpoints,
    ClosingTimer,
    Progress,
    RecordLines,
    mapping_settings,
    prepare,
)
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.form import EXTRA, METADATA

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import Catalog, MetadataMapping, RecordMessage

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.discovery import Replication, Selection, StreamDefinition
    from tap_elasticsearch.extraction import Since
    from tap_elasticsearch.output import Interruption, LineWriter

#: How many paths with values in ``_extra`` the closing summary names.
NAMED_EXTRAS = 10


class IndexStream(Stream):
    """The documents of an index, a data stream, an alias or a pattern."""

    # Records are true to their schema already; the SDK's own conforming would turn "false" to true.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    #: The order is checked where documents are read; the SDK would compare texts.
    check_sorted = False

    #: Bookmarks are compared and completed by us, in the form that the state has them.
    is_timestamp_replication_key = False

    def __init__(
        self,
        tap: Tap,
        definition: StreamDefinition,
        *,
        writer: LineWriter,
        client: Client,
        settings: Settings,
        interruption: Interruption,
        replication: Replication | None,
    ) -> None:
        self.definition = definition
        self._writer = writer
        self._client = client
        self._settings = settings
        self._interruption = interruption
        self._open = ExitStack()
        self._checkpoints = Checkpoints()
        self._due = False
        self._loads = False
        self._batches_requested = self.get_batch_config(tap.config) is not None
        self._mapped = mapping_settings(tap.config)
        self._replication = replication
        self._discovered_metadata: MetadataMapping | None = metadata(definition)
        super().__init__(tap, schema=definition.schema, name=definition.name)
        self.primary_keys = definition.keys
        self.replication_key = definition.replication_key

    @property
    def replication_method(self) -> str:  # noqa: D102
        # The first run of an incremental stream has no order that a bookmark could follow.
        return "FULL_TABLE" if self._loads else super().replication_method

    @property
    def is_sorted(self) -> bool:  # noqa: D102
        return self.replication_method == "INCREMENTAL"

    @property
    def metadata(self) -> MetadataMapping:  # noqa: D102
        return self._discovered_metadata or super().metadata

    def apply_catalog(self, catalog: Catalog) -> None:  # noqa: D102
        self._discovered_metadata = None
        super().apply_catalog(catalog)
        mark_dropped(self.metadata, self.definition.columns)
        self._reject_changed_columns(catalog)
        if self._replication is not None:
            # What was written into the metadata by hand or by Meltano; the SDK prefers what
            # discovery had put beside it.
            self.forced_replication_method = self._replication.method
            self.replication_key = self._replication.key or self.replication_key
        self._reject_unusable_key()

    def _reject_unusable_key(self) -> None:
        if self.replication_method == "LOG_BASED" or (self.is_sorted and not self.replication_key):
            msg = (
                f"Stream {self.name!r}: the catalog asks for {self.replication_method} replication."
                " Set FULL_TABLE, or INCREMENTAL together with a replication key."
            )
            raise SettingsError(msg)
        problem = key_problem(self.definition.fields, self.replication_key or "")
        if self.is_sorted and problem:
            msg = f"Stream {self.name!r}: {problem}"
            raise SettingsError(msg)

    def _reject_changed_columns(self, catalog: Catalog) -> None:
        """Raise if the catalog announces a column in a form that its values do not have."""
        entry = catalog.get_stream(self.name)
        if entry is None:
            return
        theirs = entry.schema.to_dict().get("properties", {})
        ours = Schema.from_dict(self.schema).to_dict()["properties"]
        self._compare_shapes(ours, theirs)
        for name in ours.keys() - theirs.keys() - set(self.definition.keys):
            # Taken out by hand: what is not announced must not be sent.
            self.metadata["properties", name] = Metadata(selected=False)
        changed = [
            name
            for name, column in ours.items()
            if (name in theirs or name in self.definition.keys) and theirs.get(name) != column
        ]
        if changed:
            msg = (
                f"Stream {self.name!r}: the catalog's schema of {', '.join(changed)} is not that of"
                " the records. Run --discover again, with the settings of this run; to change a"
                " column, use stream_maps."
            )
            raise SettingsError(msg)

    def _compare_shapes(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        """Raise if nothing of a document is in both; say what the catalog leaves out."""
        lacking = ours.keys() - theirs.keys() - METADATA.keys() - {EXTRA}
        if lacking and not (ours.keys() & theirs.keys()) - METADATA.keys() - {EXTRA}:
            msg = (
                f"Stream {self.name!r}: the catalog was made with another record_shape than"
                f" {self._settings.record_shape}. Run --discover again."
            )
            raise SettingsError(msg)
        if lacking:
            self.logger.info(
                "Left out because they are not in the catalog's schema: %s. Run --discover again"
                " to have them.",
                ", ".join(sorted(lacking)),
            )

    def prepare_maps(self) -> None:
        """See to what the SDK leaves unsaid of stream maps; see ``prepare``."""
        prepare(self.name, self.stream_maps, batches=self._batches_requested)

    def log(self, message: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, D102
        # The command reports every error itself, in one line; the SDK's adds nothing to it.
        if not message.startswith("An unhandled error"):
            super().log(message, *args, **kwargs)

    def get_record_counter(self, **options: Any) -> Counter:  # noqa: ANN401, D102
        self._counter = super().get_record_counter(**options)
        return self._counter

    def get_sync_timer(self) -> Timer:  # noqa: D102
        return ClosingTimer(Metric.SYNC_DURATION, {Tag.STREAM: self.name}, self._open)

    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:  # noqa: ARG002, D102
        records = self._read()
        self._open.callback(records.close)
        return records

    def _generate_record_messages(self, record: dict[str, Any]) -> Generator[RecordMessage]:
        # A copy is plain: stream maps see the document's own key, the SDK's state the bookmark.
        return super()._generate_record_messages(record.copy())

    def _read(self) -> Generator[dict[str, Any], None, None]:
        selection = select(self.definition, self._is_selected, self._mapped)
        recorder = Recorder(
            selection.columns,
            routed=self.definition.routed,
            form=selection.form,
            safe_names=self.definition.property_names == "safe",
        )
        try:
            found = self._found(selection)
            recorder.tell_apart(found.own)
            yield from self._records(recorder, found)
        except Interrupted as stop:
            if stop.at_once:
                self._writer.discard()
            else:
                self._write_state()
            raise
        except (FatalAPIError, UnreachableError):
            self._write_state()
            raise
        finally:
            self._writer.flush()
            self._report(recorder)

    def _write_state(self) -> None:
        """Say how far the run is."""
        # With BATCH messages, the state runs ahead of the files until one is written.
        if not self._batches_requested:
            # Not by the SDK's state writer, which keeps back what it has said before.
            self._writer.write_message(StateMessage(value=self.tap_state))

    def _is_selected(self, path: tuple[str, ...]) -> bool:
        """Is a column part of the records?"""
        return self.mask[breadcrumb(path)]

    def _records(self, recorder: Recorder, found: Whole | Since) -> Iterator[dict[str, Any]]:
        progress = Progress(self.name, self.logger, none=none_in(self.definition))
        give = self._written if self._as_lines() else Batch.records
        with progress.shown(), self._interruption.patience(), found.reading as reading:
            try:
                for batch in self._remembered(found):
                    # What came before is written, since this was asked for.
                    if self._due and found.note(self.stream_state):
                        self._write_state()
                    self._due = self._checkpoints.due(len(batch.hits))
                    yield from give(batch, recorder)
                    progress.add(
                        documents=len(batch.hits),
                        pages=reading.pages,
                        size_in_bytes=reading.size_in_bytes,
                        total=reading.total,
                    )
            except (Interrupted, FatalAPIError, UnreachableError):
                found.note(self.stream_state)
                raise
        found.complete(self.stream_state)
        self._loads = False

    def _remembered(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """``batches``, with the state told what is sent, as soon as anything is.

        A stream without documents is free to turn out otherwise in the next run.
        """
        for number, batch in enumerate(batches):
            if not number:
                state = self.stream_state
                state.update(to_remember(self.definition, state))
            yield batch

    def _found(self, selection: Selection) -> Whole | Since:
        incremental = self.is_sorted and self.replication_key
        extraction = Extraction(
            self._client,
            self._settings,
            self.definition,
            selection,
            self.logger,
            self._interruption.check,
            resumable=self._is_resumable(),
        )
        found = (
            extraction.since(incremental, self.stream_state)
            if incremental
            else extraction.whole(self.stream_state)
        )
        found.begin(self.stream_state)
        self._loads = bool(incremental) and isinstance(found, Whole)
        return found

    def _is_resumable(self) -> bool:
        """Can a later run go on with a full table? Not if nobody is told how far this one is."""
        if not self._settings.resume_full_table or self._batches_requested:
            return False
        if self.emit_activate_version_messages and not self.is_sorted:
            self.logger.info(
                "Stream %s: if this run is interrupted, the next begins again, since with"
                " emit_activate_version_messages the target drops what came before it.",
                self.name,
            )
            return False
        return self.ABORT_AT_RECORD_COUNT is None

    def _as_lines(self) -> bool:
        """Can lines be made of the documents' own bytes? Not if the SDK is to change records."""
        stream_map = self.stream_maps[0]
        return (
            len(self.stream_maps) == 1
            and type(stream_map) is SameRecordTransform
            and stream_map.stream_alias == self.name
            and not stream_map.flattening_enabled
            and self.ABORT_AT_RECORD_COUNT is None
            and not self._batches_requested
        )

    def _written(self, batch: Batch, recorder: Recorder) -> Iterator[dict[str, Any]]:
        """Write a batch, save its last record.

        That one goes the SDK's way, and with it the bookmark of them all.
        """
        version = self._writer.versions.get(self.name)
        lines = RecordLines(self.name, recorder, version=version)
        for chunk in lines.chunks(batch.hits[:-1]):
            self._writer.write_records(chunk)
        self._counter.increment(len(batch.hits) - 1)
        # The SDK counts what goes its way alone: after this one, a STATE, or none.
        self.STATE_MSG_FREQUENCY = 1 if self._due and self.is_sorted else sys.maxsize
        yield batch.last(recorder)

    def _report(self, recorder: Recorder) -> None:
        extras = sorted(recorder.extras.items(), key=lambda item: -item[1][0])
        for path, (count, example) in extras[:NAMED_EXTRAS]:
            self.logger.warning(
                "%s: %s documents hold values that do not fit the column; they are %s"
                " (_id %s, for example).",
                path,
                f"{count:,}",
                "kept in _extra" if recorder.form.extras == "keep" else "left out",
                example,
            )
        if len(extras) > NAMED_EXTRAS:
            self.logger.warning("The same holds for %d more fields.", len(extras) - NAMED_EXTRAS)
        if recorder.lists:
            self.logger.warning(
                "Lists were found in columns for one value, which hold the first of each. To make"
                " them columns of lists, set array_fields to %s.",
                json.dumps(sorted(recorder.lists)),
            )
