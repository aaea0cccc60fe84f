"""Requests ahead: they run while the pages before them are being written."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, wait
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from tap_elasticsearch.exceptions import SingerSDKError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: ``auto`` never has more requests on their way: more do not make one reader faster.
MOST_AT_ONCE = 4

#: Seconds between two looks at whether the run is to stop while an answer is awaited.
_PATIENCE = 0.1


class Line:
    """Work beside the caller, so much of it at once; what is more waits until it is its turn."""

    def __init__(self, most: int) -> None:
        """Begin with nothing.

        Args:
            most: How much may be under way at once.
        """
        self._most = most
        self._under_way = 0
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = Lock()

    def start(self, work: Callable[[], T]) -> Future[T]:
        """Run ``work`` behind all that came before it."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append(partial(_run, work, future))
        self._go_on()
        return future

    def clear(self) -> None:
        """Do nothing of what still waits; nobody may wait for it any more."""
        with self._lock:
            self._waiting.clear()

    def _go_on(self) -> None:
        with self._lock:
            if not self._waiting or self._under_way == self._most:
                return
            self._under_way += 1
            work = self._waiting.popleft()
        Thread(target=self._work, args=(work,), daemon=True).start()

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._under_way -= 1
            self._go_on()


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
