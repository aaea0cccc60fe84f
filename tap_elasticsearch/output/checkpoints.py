"""When a STATE is due."""

from __future__ import annotations

from time import monotonic

#: A STATE follows after about as many records, or seconds; a page is never cut for it.
RECORDS = 10_000
SECONDS = 1.0
#: But never sooner than this many seconds after the last.
SOONEST = 0.2


class Checkpoints:
    """Counts what was written since the last STATE."""

    def __init__(self) -> None:
        self._records = 0
        self._last = monotonic()

    def due(self, records: int) -> bool:
        """Is a STATE due behind ``records`` more? Then it is counted as written."""
        self._records += records
        now = monotonic()
        passed = now - self._last
        if passed < SOONEST or (self._records < RECORDS and passed < SECONDS):
            return False
        self._records, self._last = 0, now
        return True
