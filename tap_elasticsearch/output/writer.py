"""Singer messages as whole lines on stdout."""

from __future__ import annotations

import os
import select
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from singer_sdk.contrib.msgspec import enc_hook
from singer_sdk.singerlib import ActivateVersionMessage, RecordMessage
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.messages import Message

from tap_elasticsearch.exceptions import Interrupted, TargetGoneError
from tap_elasticsearch.fields import as_written
from tap_elasticsearch.output.interruption import Interruption
from tap_elasticsearch.output.long_lines import LongLines

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from typing import Any

#: Records wait until they are this many bytes; a system call for each would cost more than they do.
BUFFER_BYTES = 64 * 1024
#: What an unprivileged process may ask for at most (man 7 pipe, ``pipe-max-size``).
PIPE_BYTES = 1024 * 1024
#: Seconds.
A_LITTLE = 0.01


def _unknown(value: object) -> object:
    """What msgspec is to write for a value that it does not know."""
    return as_written(value) if isinstance(value, float) else enc_hook(value)


_encoder = msgspec.json.Encoder(enc_hook=_unknown, decimal_format="number")


class LineWriter(GenericSingerWriter[bytes, Message]):
    """Writes messages in their order; everything but a record is on its way when the call ends.

    Attributes:
        versions: The version that was activated for each stream, where one was.
        interruption: What makes a signal wait for the end of a line.
    """

    def __init__(self) -> None:
        super().__init__()
        _widen_pipe()
        self._waiting: list[bytes] = []
        self._size = 0
        self._long = LongLines()
        self.versions: dict[str, int] = {}
        self.interruption = Interruption()

    def serialize_message(self, message: Message) -> bytes:
        """One line, with its end."""
        return _encoder.encode(message.to_dict()) + b"\n"

    def write_message(self, message: Message) -> None:
        """Write ``message``, or keep it until enough records have come together.

        Raises:
            TargetGoneError: Nobody reads our output any more.
        """
        if isinstance(message, ActivateVersionMessage):
            self.versions[message.stream] = message.version
        self.write_records(self.serialize_message(message))
        if not isinstance(message, RecordMessage):
            self.flush()

    def write_records(self, lines: bytes) -> None:
        """Write RECORD lines that were made elsewhere, or keep them as ``write_message`` does.

        Raises:
            TargetGoneError: Nobody reads our output any more.
        """
        self._long.look(lines)
        self._waiting.append(lines)
        self._size += len(lines)
        if self._size >= BUFFER_BYTES:
            self.flush()

    def discard(self) -> None:
        """Forget what waits, here and in Python's own buffer: nobody takes it any more."""
        self._taken()
        _discard_stdout()

    def flush(self) -> None:
        """Write everything that waits.

        Raises:
            Interrupted: By a signal that came meanwhile.
            TargetGoneError: Nobody reads our output any more, or it cannot be written.
        """
        if not self._waiting:
            return
        try:
            with self.interruption.writing():
                _write_all(self._taken())
        except Interrupted as stop:
            # A second signal, while we waited for a reader that reads no more.
            if stop.at_once:
                self.discard()
            raise
        except BrokenPipeError as error:
            _discard_stdout()
            # A terminal sends Ctrl-C to the target, too: that it is gone is no error then.
            self.interruption.check()
            msg = "The target stopped reading our output. Its own messages say why."
            raise TargetGoneError(msg) from error
        except OSError as error:
            _discard_stdout()
            msg = f"Our output cannot be written: {error.strerror}."
            raise TargetGoneError(msg) from error

    def _taken(self) -> bytes:
        """What waits, which waits no longer."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        return b"".join(waiting)


def _write_all(data: bytes) -> None:
    """Write ``data`` whole: unbuffered, or a pipe that does not wait, stdout may take a part."""
    out: Any = sys.stdout.buffer
    rest = memoryview(data)
    while rest := rest[_written(out, rest) :]:
        _wait(out)
    while not _flushed(out):
        _wait(out)


def _written(out: Any, data: memoryview) -> int:  # noqa: ANN401 - raw or buffered
    try:
        # None where a raw file would have to wait.
        return out.write(data) or 0
    except BlockingIOError as full:
        return full.characters_written


def _flushed(out: Any) -> bool:  # noqa: ANN401 - as above
    try:
        out.flush()
    except BlockingIOError:
        return False
    return True


def _wait(out: Any) -> None:  # noqa: ANN401 - as above
    """Wait until the reader has made room; on Windows, where pipes cannot be asked, a little."""
    if fcntl is None:
        time.sleep(A_LITTLE)
    else:
        select.select([], [out], [])


def _widen_pipe() -> None:
    """Let a pipe on stdout hold more, where Linux allows it: fewer turns with who reads it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(sys.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _discard_stdout() -> None:
    """Let nothing more be written at the interpreter's end, where it would fail again.

    This is the way that Python's documentation shows (signal, note on SIGPIPE).
    """
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
