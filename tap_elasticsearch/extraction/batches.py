"""What a run reads, in the batches that it comes in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.extraction.bookmarks import KeyedRecord
from tap_elasticsearch.extraction.resuming import FULL_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_elasticsearch.extraction.bookmarks import Bookmarks
    from tap_elasticsearch.extraction.resuming import Resumption
    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.reading import Key, Place, Reading, SortedReading
    from tap_elasticsearch.records.envelope import Recorder
    from tap_elasticsearch.records.hits import Hit


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents that were read together, in their order; never none.

    Attributes:
        hits: The documents.
        places: The place of each in the order of the replication key, if there is one.
        bookmarks: What gives the bookmark behind a place.
    """

    hits: Sequence[Hit]
    places: Sequence[Place] = ()
    bookmarks: Bookmarks | None = None

    def records(self, recorder: Recorder) -> Iterator[dict[str, Any]]:
        """Their records, one at a time."""
        return (self._record(number, recorder) for number in range(len(self.hits)))

    def last(self, recorder: Recorder) -> dict[str, Any]:
        """The record of the last one: its bookmark is that of the whole batch."""
        return self._record(len(self.hits) - 1, recorder)

    def _record(self, number: int, recorder: Recorder) -> dict[str, Any]:
        record = recorder.record(self.hits[number])
        if self.bookmarks is None:
            return record
        bookmark = self.bookmarks.at(self.places[number])
        return KeyedRecord(record, self.bookmarks.key.path, bookmark)


@dataclass(frozen=True, slots=True)
class Whole:
    """All documents of a stream, in no order.

    Attributes:
        reading: The reading of all its shards.
        resumption: What an earlier run did of it, and what is to be told to a later one; None if
            an interrupted run is to begin again.
        key: The replication key, where the runs behind this one go on by it.
        own: The mappings of the indices, where these differ in what values mean.
    """

    reading: Reading
    resumption: Resumption | None = None
    key: Key | None = None
    own: Mapping[str, Field] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Batch]:
        if self.key is not None and self.resumption is not None and not self.resumption.resumed:
            place = self.reading.largest(self.key)
            self.resumption.max_key = None if place is None else self.key.bookmark(place)
        yield from map(Batch, self.reading)

    def begin(self, state: dict[str, Any]) -> None:
        """Take out of a stream's state what must not be gone on with behind this run."""
        if self.resumption is None and FULL_TABLE in state:
            state[FULL_TABLE] = None

    def note(self, state: dict[str, Any]) -> bool:
        """Put into a stream's state how far it is; False if that is not to be known."""
        if self.resumption is None:
            return False
        self._forget_if_behind(self.resumption)
        state[FULL_TABLE] = self.resumption.text(self.reading.units, self.reading.progress)
        return True

    def complete(self, state: dict[str, Any]) -> None:
        """Put into a stream's state that nothing is left to be read."""
        if FULL_TABLE in state:
            state[FULL_TABLE] = None
        if self.resumption is not None:
            self._forget_if_behind(self.resumption)
        bookmark = None if self.resumption is None else self.resumption.max_key
        if self.key is not None and bookmark is not None:
            state["replication_key"] = self.key.path
            state["replication_key_value"] = bookmark

    def _forget_if_behind(self, resumption: Resumption) -> None:
        """Leave no bookmark that documents may lie before which nobody has seen again."""
        if self.reading.behind:
            resumption.max_key = None


@dataclass(frozen=True, slots=True)
class Since:
    """The documents of a stream behind a bookmark, in the order of its replication key.

    Attributes:
        reading: The reading of all its shards.
        bookmarks: The bookmarks to leave.
        before: What the stream's state had of them before this run.
        own: The mappings of the indices, where these differ in what values mean.
    """

    reading: SortedReading
    bookmarks: Bookmarks
    before: Mapping[str, Any]
    own: Mapping[str, Field] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.reading.in_order(self.bookmarks.key):
            places, hits = zip(*batch, strict=True)
            yield Batch(hits, places, self.bookmarks)

    def begin(self, state: dict[str, Any]) -> None:
        """Take out of a stream's state what must not be gone on with behind this run."""
        if FULL_TABLE in state:
            state[FULL_TABLE] = None

    def note(self, state: dict[str, Any]) -> bool:
        """Take the bookmark back if documents before it may not have come.

        Else there is nothing to add: whoever saves the records leaves bookmarks.
        """
        if self.reading.lacking:
            state.update(self.before)
        return self.reading.lacking

    def complete(self, state: dict[str, Any]) -> None:
        """There is nothing to add when all is read."""
