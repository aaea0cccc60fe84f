"""SIGINT and SIGTERM: the first ends the run behind the current page, the second at once.

So does the first if the page cannot be written.
"""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

logger = logging.getLogger("tap-elasticsearch")

#: Seconds that a run which is to end waits for a reader that takes nothing. Who sent SIGTERM often
#: sends SIGKILL behind ten (docker stop), and then nobody closes what is open on the server.
LONGEST_WRITING = 8.0


class Interruption:
    """Whether the process has been asked to stop."""

    def __init__(self) -> None:
        self._code = 0
        self._patient = False
        self._writing = False

    def install(self) -> None:
        """Take over SIGINT and SIGTERM. Only a process's main thread can; elsewhere, do nothing."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._asked)
            signal.signal(signal.SIGTERM, self._asked)
            if hasattr(signal, "SIGALRM"):
                signal.signal(signal.SIGALRM, self._stuck)

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Inside, the first signal waits: what is being done is to end well.

        Raises:
            Interrupted: At the end, if it came and nothing else wants it to wait.
        """
        before, self._patient = self._patient, True
        try:
            yield
        finally:
            self._patient = before
        if not before:
            self.check()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The same while something is written, but not for long once a signal has come.

        Raises:
            Interrupted: Also as by a second signal, if the reader takes nothing.
        """
        with self.patience():
            self._writing = True
            self._limit()
            try:
                yield
            finally:
                self._writing = False
                self._limit()

    def check(self) -> None:
        """End the run if it was asked for.

        Raises:
            Interrupted: With the exit code, 128 and the signal's number.
        """
        if self._code:
            raise Interrupted(self._code)

    def _limit(self) -> None:
        """Have what is being written, if anything is, end soon when a signal has come."""
        if self._code and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, LONGEST_WRITING if self._writing else 0)

    def _stuck(self, _number: int, _frame: FrameType | None) -> None:
        if self._writing:
            logger.info("The target takes nothing any more: stopping at once.")
            raise Interrupted(self._code, at_once=True)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        again, self._code = bool(self._code), 128 + number
        if again or not self._patient:
            raise Interrupted(self._code, at_once=again)
        self._limit()
        logger.info("Stopping behind the current page; another signal stops at once.")
