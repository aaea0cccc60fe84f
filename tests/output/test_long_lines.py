"""The warning of records that are longer than Meltano reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tap_elasticsearch.output.long_lines import LONGEST, LongLines


def lines(*records: dict[str, Any]) -> bytes:
    """RECORD lines, together longer than one may be."""
    texts = [json.dumps({"type": "RECORD", "stream": "s", "record": record}) for record in records]
    return ("\n".join([*texts, " " * LONGEST]) + "\n").encode()


@pytest.mark.parametrize(
    ("record", "named"), [({"_id": "a"}, "a"), ({"_id": 7}, "7"), ({}, "None")]
)
def test_once(caplog: pytest.LogCaptureFixture, record: dict[str, Any], named: str) -> None:
    """The first of a stream is named, whatever a stream map has made of its id."""
    long = {**record, "t": "x" * LONGEST}
    looking = LongLines()
    looking.look(lines({"_id": "short"}, long)[: -LONGEST - 2])
    looking.look(lines(long)[: -LONGEST - 2])
    (said,) = caplog.messages
    assert f"Stream s: the record of _id {named} has 5,2" in said


def test_short_ones_together(caplog: pytest.LogCaptureFixture) -> None:
    """Many short lines are no long one."""
    LongLines().look(lines(*[{"_id": "x" * 1_000}] * 6_000)[: -LONGEST - 2])
    assert caplog.messages == []
