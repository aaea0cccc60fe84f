"""RECORD lines of hits, made of their own bytes wherever a document allows it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from tap_elasticsearch.fields import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_elasticsearch.records.envelope import Recorder
    from tap_elasticsearch.records.hits import Hit

    #: The source of a document that passes to the parts of the rest of its record.
    Tail: TypeAlias = "Callable[[Any], Sequence[Any]]"

#: Lines that are made together: few enough to stay in the processor's cache.
CHUNK = 128

_QUOTE = ord('"')
_encode = msgspec.json.Encoder(enc_hook=as_written).encode


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
        self._clean = _clean(self._begin, recorder)

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
        begin, in_bytes, normalised = self._begin, self._clean, self._recorder.normalised
        passed = self._recorder.passing([hit.source for hit in hits])
        parts: list[Any] = []
        for hit, clean in zip(hits, passed, strict=True):
            parts += in_bytes(hit) if clean else (begin, _encode(normalised(hit)))
            parts.append(end)
        return parts


def _clean(begin: bytes, recorder: Recorder) -> Callable[[Hit], Sequence[Any]]:
    """What gives the parts of the line of a document that passes, but for what ends all lines."""
    written, tail = recorder.head.written, _tail_of(recorder)
    if recorder.head.usual and tail is _members:
        return _usual(begin + b'{"_id":')
    return lambda hit: (begin, *written(hit), *tail(hit.source))


def _usual(begin: bytes) -> Callable[[Hit], Sequence[Any]]:
    """As ``_clean``, for what is written most: all in one call."""

    def parts(hit: Hit) -> Sequence[Any]:
        members = memoryview(hit.source)[1:]
        if members[0] == _QUOTE:
            return begin, hit.id, b',"_index":', hit.index, b",", members
        return (begin, hit.id, b',"_index":', hit.index, *_members(hit.source))

    return parts


def _tail_of(recorder: Recorder) -> Tail:
    """What gives the parts of a record behind the columns of the hit, of a document that passes."""
    cut = recorder.cut
    if recorder.form.whole:
        return _nothing if cut else _whole
    return (lambda source: _members(cut(source))) if cut else _members


def _members(source: Any) -> Sequence[Any]:  # noqa: ANN401 - whatever has bytes
    """The members of an object, and its end."""
    members = memoryview(source)[1:]
    if members[0] == _QUOTE or bytes(members).lstrip()[0] == _QUOTE:
        return b",", members
    return (members,)


def _whole(source: Any) -> Sequence[Any]:  # noqa: ANN401 - as above
    return b',"document":', source, b"}"


def _nothing(_: object) -> Sequence[Any]:
    return (b"}",)
