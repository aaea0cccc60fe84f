"""The bookmark that a first incremental run leaves, when it was interrupted and gone on with."""

from __future__ import annotations

import json
import logging

import pytest

from tap_elasticsearch.extraction.resuming import Resumption
from tap_elasticsearch.reading import Key, Progress, Target, Unit

KEY = Key("at", "date")
FIRST, SECOND = "2024-01-01T00:00:00.000000000Z", "2024-06-01T00:00:00.000000000Z"
UNIT = Unit(Target("orders"), 0, numbered=True, uuid="u")


def resumed(max_key: str, uuid: str = "u") -> Resumption:
    """What a run makes of the state of one that was interrupted."""
    shards = {"0": {"done": [[0, 9]], "max": 20, "term": 1}}
    state = {
        "v": 1,
        "query": "q",
        "max_key": max_key,
        "indices": {"orders": {"uuid": uuid, "shards": shards}},
    }
    resumption = Resumption("q")
    resumption.resume(json.dumps(state), [UNIT], logging.getLogger("tests"))
    return resumption


@pytest.mark.parametrize(
    ("before", "upper", "left"), [(FIRST, SECOND, FIRST), (SECOND, FIRST, FIRST)]
)
def test_a_run_that_ends_earlier(before: str, upper: str, left: str) -> None:
    """What the second run left out behind its end is not below the bookmark."""
    resumption = resumed(before)
    place = KEY.parse(upper, "upper")
    resumption.limit(KEY, int(place))
    assert resumption.max_key == left


def test_a_run_that_read_nothing() -> None:
    """A run that ended before its first page leaves nothing to go on with: the next begins."""
    resumption = Resumption("q")
    text = resumption.text([UNIT], {str(UNIT): Progress()})
    resumption.resume(text, [UNIT], logging.getLogger("tests"))
    assert not resumption.resumed


def test_an_index_made_anew() -> None:
    """What comes into a new index may lie before the old bookmark: there is none then."""
    resumption = resumed(FIRST, uuid="another")
    assert resumption.max_key is None
    assert resumption.known == {}
