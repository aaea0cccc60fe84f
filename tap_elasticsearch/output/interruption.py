"""SIGINT and SIGTERM: the first ends the run behind the current page, the second at once."""

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


class Interruption:
    """Whether the process has been asked to stop."""

    def __init__(self) -> None:
        self._code = 0
        self._patient = False

    def install(self) -> None:
        """Take over SIGINT and SIGTERM. Only a process's main thread can; elsewhere, do nothing."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._asked)
            signal.signal(signal.SIGTERM, self._asked)

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

    def check(self) -> None:
        """End the run if it was asked for.

        Raises:
            Interrupted: With the exit code, 128 and the signal's number.
        """
        if self._code:
            raise Interrupted(self._code)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        again, self._code = bool(self._code), 128 + number
        if again or not self._patient:
            raise Interrupted(self._code, at_once=again)
        logger.info("Stopping behind the current page; another signal stops at once.")
