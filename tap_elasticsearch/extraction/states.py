"""States from outside: what an earlier run left, as orchestrators and people hand it on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

logger = logging.getLogger("tap-elasticsearch")

#: What Meltano wraps a state in, and a STATE message.
_WRAPPINGS = ("singer_state", "value")
#: What this tap, and the SDK, write for a stream.
_KNOWN = frozenset(
    {
        "array_fields",
        "full_table",
        "progress_markers",
        "replication_key",
        "replication_key_signpost",
        "replication_key_value",
        "routed",
        "scalar_fields",
        "starting_replication_value",
    }
)


def understood(state: object) -> dict[str, Any]:
    """``{"bookmarks": {stream: {…}}}``: ``state`` with what says nothing taken out.

    Args:
        state: A state, or one as ``meltano state get`` and STATE messages show it.

    Raises:
        SettingsError: It is not the state of this tap, so that nobody could go on from it.
    """
    state = _unwrapped(state) or {}
    if not isinstance(state, dict) or ("bookmarks" not in state and any(state.values())):
        raise _unusable()
    bookmarks = state.get("bookmarks") or {}
    if not isinstance(bookmarks, dict):
        raise _unusable()
    left = {name: bookmark for name, bookmark in bookmarks.items() if bookmark}
    for name, bookmark in left.items():
        _look(name, bookmark)
    # The SDK's own notes on unsorted streams, which this tap leaves none of, and the SDK would only
    # take out.
    return {"bookmarks": {name: _without_notes(bookmark) for name, bookmark in left.items()}}


def unknown_streams(state: Mapping[str, Any], streams: Collection[str]) -> list[str]:
    """The names in ``state``, as ``understood`` gives it, that are none of ``streams``."""
    return sorted(state["bookmarks"].keys() - set(streams))


def _without_notes(bookmark: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bookmark.items() if name != "progress_markers"}


def _unwrapped(state: object) -> object:
    for wrapping in _WRAPPINGS:
        if isinstance(state, dict) and "bookmarks" not in state and wrapping in state:
            state = state[wrapping]
    return state


def _look(name: str, bookmark: object) -> None:
    """Raise if nothing of what a stream has can be gone on with."""
    if not isinstance(bookmark, dict) or "partitions" in bookmark:
        raise _unusable()
    strange = ", ".join(sorted(bookmark.keys() - _KNOWN))
    if not strange:
        return
    msg = f"The state of stream {name!r} has members that this tap does not know: {strange}."
    if not bookmark.keys() & _KNOWN:
        msg += " Is it another tap's? Take the stream out of it to read it from the beginning."
        raise SettingsError(msg)
    logger.warning("%s They are ignored.", msg)


def _unusable() -> SettingsError:
    return SettingsError(
        'The state cannot be used: it must look like {"bookmarks": {"stream": {…}}}.'
        " Give the last STATE line's value that the target wrote, or no state at all."
    )
