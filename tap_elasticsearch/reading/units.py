"""Work units: what can be read on its own, in any order, and named in state."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.exceptions import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What Elasticsearch takes where an index says nothing (index.max_result_window).
DEFAULT_WINDOW = 10_000

#: Seconds; the same (index.refresh_interval).
DEFAULT_REFRESH = 1.0

_SECONDS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_NUMBERED_MODES = frozenset({"standard", "lookup"})
_INDEXED = "points_and_doc_values"


@dataclass(frozen=True, slots=True)
class Target:
    """A concrete index, and what of it belongs to a stream.

    Attributes:
        index: Its name.
        query: What its documents must match, or None.
        key: The path of the field to sort by, or None.
        key_type: The type that this field has there.
        fetched: What its hits carry beside the document (see ``fetching``).
    """

    index: str
    query: Mapping[str, Any] | None = None
    key: str | None = None
    key_type: str = ""
    fetched: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One shard of one concrete index, or all of it where the server hides its shards.

    Attributes:
        target: The index and the query.
        shard: The shard's number; None: the whole index.
        window: The most documents that one page may hold.
        numbered: Can its documents be asked for by their sequence numbers?
        uuid: What tells the index from another of the same name; empty where it is hidden.
        refreshed: Seconds after which each copy of the shard shows what was written.
    """

    target: Target
    shard: int | None
    window: int = DEFAULT_WINDOW
    numbered: bool = False
    uuid: str = ""
    refreshed: float = DEFAULT_REFRESH

    @property
    def key_type(self) -> str:
        """The type that the field to sort by has in this index."""
        return self.target.key_type

    def __str__(self) -> str:
        return self.target.index if self.shard is None else f"{self.target.index}[{self.shard}]"


def plan(
    targets: Iterable[Target],
    settings: Mapping[str, Mapping[str, str]],
    *,
    points_in_time: bool = True,
) -> list[Unit]:
    """The units of a stream: each shard of each target, or the target where its shards are hidden.

    Args:
        targets: The indices to read.
        settings: Settings of each index, flat, as the server gives them.
        points_in_time: Does the server have them? Without, numbers may change while they are read.

    Raises:
        NotFoundError: An index has vanished since its name was looked up.
    """
    units: list[Unit] = []
    for target in targets:
        found = settings.get(target.index)
        if found is None:
            msg = f"Index {target.index!r} was there a moment ago and is gone. Run again."
            raise NotFoundError(msg)
        window = int(found.get("index.max_result_window", DEFAULT_WINDOW))
        count = found.get("index.number_of_shards")
        shards = [None] if count is None else range(int(count))
        # A restored index keeps the first, and gets the second.
        uuid = found.get("index.uuid", "") + found.get("index.history.uuid", "")
        numbered = bool(points_in_time and uuid and count) and _is_numbered(found)
        refreshed = _seconds(found.get("index.refresh_interval", f"{DEFAULT_REFRESH}s"))
        units.extend(Unit(target, shard, window, numbered, uuid, refreshed) for shard in shards)
    return units


def _seconds(interval: str) -> float:
    """Seconds of an interval like ``500ms``; infinity where there is none, such as of ``-1``."""
    found = re.fullmatch(r"([\d.]+)(nanos|micros|ms|s|m|h|d)", interval)
    return float(found[1]) * _SECONDS[found[2]] if found else math.inf


def _is_numbered(settings: Mapping[str, str]) -> bool:
    """Can documents be found by their sequence numbers, without a look at all of them?

    Not where the numbers are not kept, nor where they are not indexed: by default so in the modes
    of logs and metrics (Elasticsearch 9.1 and 9.4, IndexSettings). Nor where documents are stored
    in another order: those of consecutive numbers would lie all over the shard.
    """
    return (
        "index.sort.field" not in settings
        and settings.get("index.mode", "standard") in _NUMBERED_MODES
        and settings.get("index.disable_sequence_numbers", "false") == "false"
        and settings.get("index.seq_no.index_options", _INDEXED) == _INDEXED
    )
