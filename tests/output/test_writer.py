"""Messages as lines."""

from __future__ import annotations

import io
import json
import os
import time
from contextlib import contextmanager, redirect_stdout
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from singer_sdk.singerlib import RecordMessage, StateMessage

from tap_elasticsearch.output import Interruption, LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer


def record(text: str) -> RecordMessage:
    """A record with ``text``."""
    return RecordMessage(stream="s", record={"text": text})


def test_records_wait_for_company(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A few records are kept together until something must be seen, or there are many."""
    writer = LineWriter()
    writer.write_message(record("a"))
    assert capfdbinary.readouterr().out == b""
    writer.write_message(record("b" * 100_000))
    assert len(capfdbinary.readouterr().out.splitlines()) == 2


def test_a_state_follows_its_records(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A STATE is written at once, behind all records that came before it."""
    writer = LineWriter()
    writer.write_message(record("a"))
    writer.write_message(StateMessage(value={"bookmarks": {}}))
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["RECORD", "STATE"]


def test_lines_stay_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Line breaks and rare characters inside a text never end a line."""
    writer = LineWriter()
    text = 'a\nb\rc\u2028d\x00"é😀'
    writer.write_message(record(text))
    writer.flush()
    out = capfdbinary.readouterr().out
    assert out.count(b"\n") == 1
    assert json.loads(out)["record"] == {"text": text}


def test_a_line_that_is_being_written(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A signal waits until what has been begun is written."""
    written: list[bytes] = []

    class Noting(Interruption):
        @contextmanager
        def writing(self) -> Iterator[None]:
            yield
            written.append(capfdbinary.readouterr().out)

    writer = LineWriter()
    writer.interruption = Noting()
    writer.write_message(record("a"))
    writer.flush()
    assert [json.loads(line)["record"] for line in written] == [{"text": "a"}]


class Counted(io.FileIO):
    """A file that counts how often it is written to."""

    writes = 0

    def write(self, data: ReadableBuffer, /) -> int:
        """As any file; None if it would have to wait."""
        self.writes += 1
        return super().write(data)


@pytest.mark.parametrize("buffered", [False, True])
def test_a_pipe_that_does_not_wait(buffered: bool) -> None:
    """Where stdout says that it is full, every line still gets there, without a busy loop."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    got: list[bytes] = []

    def read_slowly() -> None:
        while part := os.read(reading, 256 * 1024):
            got.append(part)
            time.sleep(0.02)

    reader = Thread(target=read_slowly)
    reader.start()
    raw = Counted(writing, "w")
    file = io.BufferedWriter(raw) if buffered else raw
    with io.TextIOWrapper(file, write_through=True) as out, redirect_stdout(out):
        writer = LineWriter()
        for number in range(5_000):
            writer.write_message(record(f"{number} {'x' * 1_000}"))
        writer.flush()
    reader.join()
    os.close(reading)
    lines = [json.loads(line) for line in b"".join(got).splitlines()]
    assert [int(line["record"]["text"].split()[0]) for line in lines] == list(range(5_000))
    assert raw.writes < 2_000
