"""The request that runs while the page before it is written."""

from __future__ import annotations

import threading
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
