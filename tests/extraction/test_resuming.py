"""The bookmark that a first incremental run leaves, when it was interrupted and gone on with."""

from __future__ import annotations

import json
import logging

import pytest

from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.extraction.resuming import MOST_HOLES, Resumption
from tap_elasticsearch.reading import Key, Progress, Span, Target, Unit

KEY = Key("at", "date")
FIRST, SECOND = "2024-01-01T00:00:00.000000000Z", "2024-06-01T00:00:00.000000000Z"
UNIT = Unit(Target("orders"), 0, numbered=True, uuid="u")


def written(uuids: dict[str, str], max_key: str = FIRST) -> str:
    """What a run that was interrupted left of these indices."""
    shards = {"0": {"done": [[0, 9]], "max": 20, "term": 1}}
    indices = {name: {"uuid": uuid, "shards": shards} for name, uuid in uuids.items()}
    return json.dumps({"v": 1, "query": "q", "max_key": max_key, "indices": indices})


def resumed(max_key: str, uuid: str = "u") -> Resumption:
    """What a run makes of the state of one that was interrupted."""
    resumption = Resumption("q")
    resumption.resume(written({"orders": uuid}, max_key), [UNIT], logging.getLogger("tests"))
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


def test_a_bookmark_of_another_kind() -> None:
    """What is no value of the key is not left as a bookmark, whatever is read."""
    with pytest.raises(SettingsError, match="max_key of the state's full_table is 'x', but n is"):
        resumed("x").limit(Key("n", "number"), None)


def test_hidden_settings() -> None:
    """An index that nobody can tell from another of its name is read from the beginning."""
    units = [UNIT, Unit(Target("others"), None), Unit(Target("orders"), None)]
    resumption = Resumption("q")
    resumption.resume(written({"orders": ""}), units, logging.getLogger("tests"))
    assert resumption.known == {}


def test_a_shard_that_cannot_be_finished() -> None:
    """One that is read by numbers is done as far as these say."""
    state = written({"orders": "u"}).replace('"done"', '"finished": true, "done"')
    resumption = Resumption("q")
    resumption.resume(state, [UNIT], logging.getLogger("tests"))
    assert not resumption.known[str(UNIT)].finished


def begun(stored: int | None, start: int | None) -> tuple[int | None, bool]:
    """Where a run begins, and whether it goes on, by a state of a load that began somewhere."""
    key, logger = Key("n", "number"), logging.getLogger("tests")
    earlier = Resumption("q")
    earlier.begin(None, key, stored)
    text = earlier.text([UNIT], {str(UNIT): Progress([Span(0, 9)], newest=20, term=1)})
    later = Resumption("q")
    place = later.begin(text, key, start)
    later.resume(text, [UNIT], logger)
    assert place is None or isinstance(place, int)
    return place, later.resumed


@pytest.mark.parametrize(
    ("stored", "start", "expected"),
    [
        (5, 5, (5, True)),
        (5, 7, (5, True)),
        (None, 7, (None, True)),
        (None, None, (None, True)),
        (5, 3, (3, False)),
        (5, None, (None, False)),
    ],
)
def test_a_start_that_moves(
    stored: int | None, start: int | None, expected: tuple[int | None, bool]
) -> None:
    """A first load of several runs goes on from where it began, unless more is asked for now."""
    assert begun(stored, start) == expected


def test_a_state_is_small() -> None:
    """However many shards have gaps, the state tells of so many at most."""
    units = [Unit(Target(f"i{n}"), 0, numbered=True, uuid="u" * 22) for n in range(300)]
    holes = [Span(2 * n, 2 * n) for n in range(200)]
    progress = {str(u): Progress([Span(0, 500)], newest=500, term=1, holes=holes) for u in units}
    text = Resumption("q").text(units, progress)
    assert len(text) < 60_000
    assert text.count('"holes"') == MOST_HOLES // len(holes)


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
