"""When a STATE is due."""

from __future__ import annotations

from time import sleep

from tap_elasticsearch.output import Checkpoints
from tap_elasticsearch.output.checkpoints import RECORDS, SECONDS, SOONEST


def test_many_records() -> None:
    """Many records make one due, but not as soon as they come."""
    checkpoints = Checkpoints()
    assert not checkpoints.due(RECORDS)
    sleep(SOONEST)
    assert checkpoints.due(1)
    assert not checkpoints.due(RECORDS)


def test_few_records() -> None:
    """Time makes one due, too."""
    checkpoints = Checkpoints()
    sleep(SOONEST)
    assert not checkpoints.due(1)
    sleep(SECONDS)
    assert checkpoints.due(1)
