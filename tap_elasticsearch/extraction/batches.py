"""What a run reads, in the batches that it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.extraction.bookmarks import KeyedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_elasticsearch.extraction.bookmarks import Bookmarks
    from tap_elasticsearch.reading import Place, Reading, SortedReading
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
    """All documents of a stream, shard by shard.

    Attributes:
        reading: The reading of all its shards.
    """

    reading: Reading

    def __iter__(self) -> Iterator[Batch]:
        return map(Batch, self.reading)


@dataclass(frozen=True, slots=True)
class Since:
    """The documents of a stream behind a bookmark, in the order of its replication key.

    Attributes:
        reading: The reading of all its shards.
        bookmarks: The bookmarks to leave.
    """

    reading: SortedReading
    bookmarks: Bookmarks

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.reading.in_order(self.bookmarks.key):
            places, hits = zip(*batch, strict=True)
            yield Batch(hits, places, self.bookmarks)
