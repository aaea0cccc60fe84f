"""The request that runs while the page before it is written."""

from __future__ import annotations

import threading
from functools import partial
from threading import Event

import pytest

from tap_elasticsearch.exceptions import Interrupted, ServerError
from tap_elasticsearch.reading import ahead


def nothing() -> None:
    """A check that never stops anything."""


def test_a_result() -> None:
    """What the work gives comes back."""
    assert ahead.finish(ahead.start(lambda: 7), nothing) == 7


def test_an_error() -> None:
    """What the work raises is raised where its result is asked for."""

    def fail() -> None:
        raise ServerError("no")

    with pytest.raises(ServerError, match="no"):
        ahead.finish(ahead.start(fail), nothing)


def test_waiting_can_be_stopped() -> None:
    """A run that is asked to stop does not wait for an answer that never comes."""
    never = Event()

    def stop() -> None:
        raise Interrupted(130)

    with pytest.raises(Interrupted):
        ahead.finish(ahead.start(never.wait), stop)
    never.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect() -> None:
    """An error that is not ours does not leave the run waiting for ever."""
    with pytest.raises(RuntimeError, match="see the traceback above"):
        ahead.finish(ahead.start(lambda: 1 / 0), nothing)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.name.endswith("(_run)"):
            thread.join()


def test_no_more_than_there_may_be() -> None:
    """What is more waits for its turn, whether what was before it ends well; none is left out."""
    line = ahead.Line(2)
    under_way: list[int] = []
    free = Event()

    def work(number: int) -> int:
        under_way.append(number)
        free.wait()
        if number == 0:
            raise ServerError("no")
        return number

    futures = [line.start(partial(work, number)) for number in range(5)]
    assert len(under_way) <= 2
    free.set()
    with pytest.raises(ServerError, match="no"):
        ahead.finish(futures[0], nothing)
    assert [ahead.finish(future, nothing) for future in futures[1:]] == [1, 2, 3, 4]
    assert sorted(under_way) == [0, 1, 2, 3, 4]


def test_what_nobody_waits_for() -> None:
    """What still waits when a reading ends is not begun."""
    line = ahead.Line(1)
    free = Event()
    first = line.start(free.wait)
    second = line.start(lambda: 2)
    line.clear()
    free.set()
    assert ahead.finish(first, nothing)
    assert ahead.finish(line.start(lambda: 3), nothing) == 3
    assert not second.done()
