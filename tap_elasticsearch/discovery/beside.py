"""Work on several things at the same time, for which a process that is to end does not wait."""

from __future__ import annotations

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from tap_elasticsearch.exceptions import SingerSDKError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")


def for_each(work: Callable[[T], R], items: Iterable[T], *, at_once: int) -> list[R]:
    """The results of ``work``, in the order of ``items``.

    In daemon threads, not a pool's: when a signal or an error ends the run, what has begun may
    still wait for an answer that takes a minute, and a pool's threads would be waited for.

    Args:
        work: What to do with each.
        items: The things.
        at_once: How many may be worked on at the same time.

    Raises:
        SingerSDKError: What ``work`` raised first; what has not begun by then never does.
    """
    waiting: SimpleQueue[tuple[T, Future[R]]] = SimpleQueue()
    futures: list[Future[R]] = []
    for item in items:
        futures.append(Future())
        waiting.put((item, futures[-1]))
    for _ in range(min(at_once, len(futures))):
        Thread(target=_work, args=(work, waiting), daemon=True).start()
    try:
        return [future.result() for future in futures]
    finally:
        for future in futures:
            future.cancel()


def _work(work: Callable[[T], R], waiting: SimpleQueue[tuple[T, Future[R]]]) -> None:
    while True:
        try:
            item, future = waiting.get_nowait()
        except Empty:
            return
        if future.set_running_or_notify_cancel():
            _do(work, item, future)


def _do(work: Callable[[T], R], item: T, future: Future[R]) -> None:
    try:
        future.set_result(work(item))
    except SingerSDKError as error:
        future.set_exception(error)
    finally:
        if not future.done():
            # What was raised is no error of ours: it is printed as this thread dies of it.
            future.set_exception(RuntimeError("Discovery failed; see the traceback above."))
