"""What a state says of a full table that was not read to its end, and what is made of it.

It is one text, since Meltano merges objects of states, and never takes anything out of them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.reading import Progress, Span, Tally

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

    from tap_elasticsearch.reading import Unit

#: The member of a stream's state.
FULL_TABLE = "full_table"
#: The form that is written, and the only one that is understood.
VERSION = 1


class _Shard(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What is done of a shard: the spans, and what ``Progress`` has beside them."""

    done: list[tuple[int, int]] = []
    max: int = -1
    term: int = 0
    seen: tuple[int, int] = (0, 0)
    finished: bool = False


class _Index(Struct, forbid_unknown_fields=True):
    uuid: str
    shards: dict[str, _Shard]


class _Snapshot(Struct, forbid_unknown_fields=True):
    v: int
    query: str
    max_key: str | int | float | bool | None
    indices: dict[str, _Index]


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

    def __init__(self, query: str) -> None:
        """Begin a new one.

        Args:
            query: The fingerprint of what is read.
        """
        self._query = query
        self.max_key: Any = None
        self.known: dict[str, Progress] = {}
        self.resumed = False

    def resume(self, text: object, units: Sequence[Unit], logger: logging.Logger) -> None:
        """Go on where the run that wrote ``text`` ended, as far as it was about the same.

        Raises:
            SettingsError: Nobody can tell what ``text`` means.
        """
        if text is None:
            return
        found = _understood(text)
        if found.query != self._query:
            logger.warning(
                "The state has a full table that was not read to its end, of another query or"
                " selection: reading it from the beginning."
            )
            return
        self.resumed = True
        self.max_key = found.max_key
        uuids = {unit.target.index: unit.uuid for unit in units}
        for name, index in found.indices.items():
            if name in uuids and uuids[name] != index.uuid:
                logger.warning(
                    "Index %r was made anew since its reading began: it is read from the"
                    " beginning.",
                    name,
                )
                del uuids[name]
        self.known = {
            str(unit): _progress(found.indices[unit.target.index].shards.get(_number(unit)))
            for unit in units
            if unit.target.index in uuids and unit.target.index in found.indices
        }
        logger.info("Going on with the full table that an earlier run began.")

    def text(self, units: Sequence[Unit], progress: Mapping[str, Progress]) -> str:
        """What the state is to say."""
        indices: dict[str, _Index] = {}
        for unit in units:
            one = progress[str(unit)]
            if unit.uuid and (one.done or one.finished):
                index = indices.setdefault(unit.target.index, _Index(unit.uuid, {}))
                done: list[tuple[int, int]] = list(one.done)
                index.shards[_number(unit)] = _Shard(
                    done, one.newest, one.term, one.seen, one.finished
                )
        snapshot = _Snapshot(VERSION, self._query, self.max_key, indices)
        return msgspec.json.encode(snapshot).decode()


def _understood(text: object) -> _Snapshot:
    try:
        found = msgspec.json.decode(str(text), type=_Snapshot)
    except msgspec.DecodeError as error:
        reason = str(error)
    else:
        if found.v == VERSION and _is_sound(found):
            return found
        reason = f"it is of version {found.v}, this tap writes {VERSION}"
        if found.v == VERSION:
            reason = "what is done of a shard is not from a number to a higher one"
    msg = (
        f"The state's {FULL_TABLE} cannot be understood: {reason}. Set it to null to read the full"
        " table from the beginning."
    )
    raise SettingsError(msg)


def _is_sound(snapshot: _Snapshot) -> bool:
    shards = (shard for index in snapshot.indices.values() for shard in index.shards.values())
    return all(0 <= first <= last for shard in shards for first, last in shard.done)


def _progress(shard: _Shard | None) -> Progress:
    if shard is None:
        return Progress()
    spans = [Span(*span) for span in shard.done]
    seen = Tally(*shard.seen)
    return Progress(spans, newest=shard.max, term=shard.term, seen=seen, finished=shard.finished)


def _number(unit: Unit) -> str:
    return "*" if unit.shard is None else str(unit.shard)
