"""Requests no faster than the user wants them."""

from __future__ import annotations

from threading import Lock
from time import monotonic, sleep


class Pace:
    """Lets requests begin at equal distances, from whatever thread they come."""

    def __init__(self, per_second: float) -> None:
        """Set the pace.

        Args:
            per_second: Requests a second at most; 0: as many as there are.
        """
        self._distance = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Return when the next request may begin."""
        with self._lock:
            now = monotonic()
            begin = max(now, self._next)
            self._next = begin + self._distance
        sleep(begin - now)
