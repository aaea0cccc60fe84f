"""Messages as lines."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from singer_sdk.singerlib import RecordMessage, StateMessage

from tap_elasticsearch.output import LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


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

    @contextmanager
    def patience() -> Iterator[None]:
        yield
        written.append(capfdbinary.readouterr().out)

    writer = LineWriter()
    writer.patience = patience
    writer.write_message(record("a"))
    writer.flush()
    assert [json.loads(line)["record"] for line in written] == [{"text": "a"}]
