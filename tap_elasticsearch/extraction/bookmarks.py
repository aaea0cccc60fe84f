"""Where a run of a stream begins and ends, and the bookmark that it leaves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.config.instants import parse_instant
from tap_elasticsearch.reading import DATE, Key, Window, window_of

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.reading import Bookmark, Place


class KeyedRecord(dict[str, Any]):
    """A record whose replication key reads as the bookmark it stands for.

    The SDK takes the bookmark from the record, by the key's name. That value would be the
    document's own text, in whatever form; and a dotted path is no name in a record at all.
    """

    __slots__ = ("bookmark", "key")

    def __init__(self, record: dict[str, Any], key: str, bookmark: Bookmark) -> None:
        super().__init__(record)
        self.key = key
        self.bookmark = bookmark

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        return self.bookmark if name == self.key else super().__getitem__(name)


@dataclass(slots=True)
class Bookmarks:
    """The bookmark of a stream while it is read: it never moves backwards.

    Attributes:
        key: The replication key.
        highest: The largest place so far, or where the run began.
    """

    key: Key
    highest: Place | None

    def at(self, place: Place) -> Bookmark:
        """The bookmark behind a document at ``place``.

        A document with several values sorts by its smallest, which can lie before the bookmark
        that another of its values has passed.
        """
        if self.highest is None or place > self.highest:  # type: ignore[operator]
            self.highest = place
        return self.key.bookmark(self.highest)


def bookmarked(state: Mapping[str, Any], key: Key, logger: logging.Logger) -> Place | None:
    """The place of the bookmark in a stream's state; None if there is none for this key."""
    value = state.get("replication_key_value")
    if value is None:
        return None
    if state.get("replication_key", key.path) != key.path:
        logger.warning(
            "The state's bookmark is of %s, but the replication key is now %s: reading from the"
            " beginning.",
            state.get("replication_key"),
            key.path,
        )
        return None
    return key.parse(value, "The bookmark in the state")


def beginning(
    bookmark: Place | None,
    key: Key,
    settings: Settings,
    start_value: object,
    logger: logging.Logger,
) -> Place | None:
    """Where to begin: at the bookmark, else where the settings say, else at the first document."""
    configured: Place | None = None
    if start_value is not None:
        configured = key.parse(start_value, "start_value")
    elif settings.start_date is not None and key.kind == DATE:
        configured = parse_instant(settings.start_date)
    if bookmark is None or configured is None:
        if configured is not None:
            logger.info("Beginning at %s, as the settings say.", key.bookmark(configured))
        return configured if bookmark is None else bookmark
    logger.info(
        "Beginning at the bookmark %s; what the settings say lies %s it and counts only where there"
        " is none (--full-refresh in Meltano, or no state).",
        key.bookmark(bookmark),
        "before" if configured < bookmark else "not before",  # type: ignore[operator]
    )
    return bookmark


def window(start: Place | None, key: Key, settings: Settings) -> Window:
    """The window of a run that begins now."""
    return window_of(
        start,
        kind=key.kind,
        lookback=settings.lookback_seconds,
        lag=settings.lag_seconds,
        end=None if settings.end_date is None else parse_instant(settings.end_date),
        now=time.time_ns(),
    )
