"""Requests ahead: they run while the pages before them are being written."""

from __future__ import annotations

from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from tap_elasticsearch.exceptions import SingerSDKError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Seconds between two looks at whether the run is to stop while an answer is awaited.
_PATIENCE = 0.1


def start(work: Callable[[], T]) -> Future[T]:
    """Run ``work`` beside the caller.

    In a daemon thread, not a pool's: a process that was told to stop must not wait for an answer
    that may take a minute.
    """
    future: Future[T] = Future()
    Thread(target=_run, args=(work, future), daemon=True).start()
    return future


def finish(future: Future[T], check: Callable[[], None]) -> T:
    """The result of ``future``.

    Args:
        future: What ``start`` gave.
        check: Called while waiting; raises to stop it.
    """
    settle(future, check)
    return future.result()


def settle(future: Future[T], check: Callable[[], None]) -> None:
    """Wait until ``future`` has a result or an error, whichever; as ``finish`` otherwise."""
    check()
    while not wait([future], timeout=_PATIENCE).done:
        check()


def _run(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except SingerSDKError as error:
        future.set_exception(error)
    finally:
        if not future.done():
            # What was raised is no error of ours: it is printed as this thread dies of it.
            future.set_exception(RuntimeError("A request ahead failed; see the traceback above."))
