"""What a state says of a full table that was not read to its end, and what is made of it.

It is one text, since Meltano merges objects of states, and never takes anything out of them.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct

from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.reading import Progress, Span, Tally

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

    from tap_elasticsearch.reading import Bookmark, Key, Place, Unit

#: The member of a stream's state.
FULL_TABLE = "full_table"
#: The form that is written, and the only one that is understood.
VERSION = 1
#: Spans without a document that are told of all shards together: a state must be small.
MOST_HOLES = 1_000

#: A sequence number, and what servers count with.
_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Spans = list[tuple[_Number, _Number]]


class _Shard(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What is done of a shard: the spans, and what ``Progress`` has beside them."""

    done: _Spans = []
    max: Annotated[int, Meta(ge=-1, le=2**63 - 1)] = -1
    term: _Number = 0
    seen: tuple[int, int] = (0, 0)
    holes: _Spans | None = None
    finished: bool = False


class _Index(Struct, forbid_unknown_fields=True):
    uuid: str
    shards: dict[str, _Shard]


_NONE = _Index("", {})


class _Snapshot(Struct, omit_defaults=True, forbid_unknown_fields=True):
    v: int
    query: str
    max_key: str | int | float | bool | None
    indices: dict[str, _Index]
    start: str | int | float | bool | None = None


def fingerprint(*parts: object) -> str:
    """A short text that is another one where any of ``parts`` is."""
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]


class Resumption:
    """A full table under way, as state.

    Attributes:
        max_key: The bookmark to leave when it is complete, if the stream has a replication key.
        known: What of its units was read before, by their names.
        resumed: Was any of it begun by an earlier run?
    """

    def __init__(self, query: str, filters: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Begin a new one.

        Args:
            query: The fingerprint of what is read.
            filters: What aliases let through of some indices.
        """
        self._query = query
        self._filters = filters
        self._start: Bookmark | None = None
        self.max_key: Any = None
        self.known: dict[str, Progress] = {}
        self.resumed = False

    def begin(self, text: object, key: Key, start: Place | None) -> Place | None:
        """Where to begin: where the run began that wrote ``text``, unless ``start`` lies before.

        What settings say in words of the present moves on while a first load takes several runs.

        Raises:
            SettingsError: Nobody can tell what ``text`` means.
        """
        found = None if text is None else _understood(text)
        if found is not None and found.query == self._query and start is not None:
            begun: Place | None = None
            if found.start is not None:
                begun = key.parse(found.start, f"The start of the state's {FULL_TABLE}")
            if begun is None or begun <= start:  # type: ignore[operator]
                start = begun
        self._start = None if start is None else key.bookmark(start)
        return start

    def resume(self, text: object, units: Sequence[Unit], logger: logging.Logger) -> None:
        """Go on where the run that wrote ``text`` ended, as far as it was about the same.

        Raises:
            SettingsError: Nobody can tell what ``text`` means.
        """
        if text is None:
            return
        found = _understood(text)
        if (found.query, found.start) != (self._query, self._start):
            logger.warning(
                "The state has a full table that was not read to its end, of another query or"
                " selection: reading it from the beginning."
            )
            return
        if not found.indices:
            # Ended before its first page, perhaps before it knew the largest key.
            return
        self.resumed = True
        self.max_key = found.max_key
        same = self._same(units, found)
        for name in {unit.target.index for unit in units} & found.indices.keys() - same:
            logger.warning(
                "Index %r was made anew since its reading began, or its alias has another filter,"
                " or its settings are hidden now: it is read from the beginning.",
                name,
            )
            # What it has now may lie before the largest key that there was.
            self.max_key = None
        self.known = {
            str(unit): _progress(
                found.indices[unit.target.index].shards.get(_number(unit)), numbered=unit.numbered
            )
            for unit in units
            if unit.target.index in same
        }
        logger.info("Going on with the full table that an earlier run began.")

    def _same(self, units: Sequence[Unit], found: _Snapshot) -> set[str]:
        """The indices that are those of ``found``, and not only have their names."""
        return {
            unit.target.index
            for unit in units
            if unit.uuid
            and found.indices.get(unit.target.index, _NONE).uuid == self._identity(unit)
        }

    def limit(self, key: Key, upper: int | None) -> None:
        """Leave no bookmark beyond what is read now, which may end before what was read then.

        Raises:
            SettingsError: What stands in the state is no bookmark of ``key``.
        """
        if self.max_key is not None:
            place = key.parse(self.max_key, f"The max_key of the state's {FULL_TABLE}")
            self.max_key = key.bookmark(place if upper is None else min(int(place), upper))

    def _identity(self, unit: Unit) -> str:
        """What tells an index, as it is read, from another one of its name."""
        of = self._filters.get(unit.target.index)
        return unit.uuid if of is None else f"{unit.uuid}/{fingerprint(of)}"

    def text(self, units: Sequence[Unit], progress: Mapping[str, Progress]) -> str:
        """What the state is to say."""
        indices: dict[str, _Index] = {}
        left = MOST_HOLES
        for unit in units:
            one = progress[str(unit)]
            if unit.uuid and (one.done or one.finished):
                index = indices.setdefault(unit.target.index, _Index(self._identity(unit), {}))
                done: list[tuple[int, int]] = list(one.done)
                holes: list[tuple[int, int]] | None = None
                if one.holes is not None and len(one.holes) <= left:
                    holes = list(one.holes)
                    left -= len(holes)
                index.shards[_number(unit)] = _Shard(
                    done, one.newest, one.term, one.seen, holes, one.finished
                )
        snapshot = _Snapshot(VERSION, self._query, self.max_key, indices, self._start)
        return msgspec.json.encode(snapshot).decode()


def _understood(text: object) -> _Snapshot:
    try:
        found = msgspec.json.decode(str(text), type=_Snapshot)
        reason = _fault(found)
    except (msgspec.DecodeError, UnicodeError) as error:
        reason = str(error)
    if not reason:
        return found
    msg = (
        f"The state's {FULL_TABLE} cannot be understood: {reason}. Set it to null to read the full"
        " table from the beginning."
    )
    raise SettingsError(msg)


def _fault(snapshot: _Snapshot) -> str:
    """What is wrong with ``snapshot``; empty if nothing is."""
    if snapshot.v != VERSION:
        return f"it is of version {snapshot.v}, this tap writes {VERSION}"
    shards = (shard for index in snapshot.indices.values() for shard in index.shards.values())
    spans = [span for shard in shards for span in (*shard.done, *(shard.holes or ()))]
    if any(first > last for first, last in spans):
        return "what is done of a shard is not from a number to a higher one"
    return ""


def _progress(shard: _Shard | None, *, numbered: bool) -> Progress:
    if shard is None:
        return Progress()
    spans = [Span(*span) for span in shard.done]
    seen = Tally(*shard.seen)
    holes = None if shard.holes is None else [Span(*span) for span in sorted(shard.holes)]
    return Progress(
        spans,
        newest=shard.max,
        term=shard.term,
        seen=seen,
        holes=holes,
        finished=shard.finished and not numbered,
    )


def _number(unit: Unit) -> str:
    return "*" if unit.shard is None else str(unit.shard)
