"""RECORD lines of hits, made of their own bytes wherever a document allows it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_elasticsearch.records.envelope import Recorder
    from tap_elasticsearch.records.hits import Hit

#: Lines that are made together: few enough to stay in the processor's cache.
CHUNK = 128

_QUOTE = ord('"')
_encode = msgspec.json.encode


class RecordLines:
    """Makes the RECORD lines of one stream."""

    def __init__(self, stream: str, recorder: Recorder, *, version: int | None) -> None:
        """Prepare what all lines share.

        Args:
            stream: The stream's name.
            recorder: Tells which documents can stand in a record as they are, and makes the records
                of the others.
            version: The version that was activated for the stream, if one was.
        """
        self._begin = b'{"type":"RECORD","stream":%b,"record":' % _encode(stream)
        self._version = b"" if version is None else b',"version":%d' % version
        self._recorder = recorder

    def chunks(self, hits: Sequence[Hit]) -> Iterator[bytes]:
        """The lines of ``hits``, in their order, some at a time.

        Raises:
            RequestError: The index does not keep the documents it was given.
        """
        for start in range(0, len(hits), CHUNK):
            yield b"".join(self._parts(hits[start : start + CHUNK]))

    def _parts(self, hits: Sequence[Hit]) -> list[Any]:
        now = _encode(datetime.now(timezone.utc))
        end = b'%b,"time_extracted":%b}\n' % (self._version, now)
        begin = self._begin + b'{"_id":'
        passes, routed = self._recorder.passes, self._recorder.routed
        parts: list[Any] = []
        for hit in hits:
            if passes(hit.source) and (members := _members(hit.source)):
                routing = _routing(hit) if routed else b""
                parts += (begin, hit.id, b',"_index":', hit.index, routing, b",", members, end)
            else:
                parts += (self._begin, _encode(self._recorder.normalised(hit)), end)
        return parts


def _members(source: msgspec.Raw) -> memoryview | None:
    """What stands behind the opening brace of an object; None if it has no members."""
    members = memoryview(source)[1:]
    if members[0] == _QUOTE or bytes(members).lstrip()[0] == _QUOTE:
        return members
    return None


def _routing(hit: Hit) -> bytes:
    """As in a record: a part of the key, which must not be null."""
    routing = bytes(hit.routing)
    return b',"_routing":' + (b'""' if routing == b"null" else routing)
