"""The SDK's timer around a sync, the last thing that it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.metrics import Metric, Timer

if TYPE_CHECKING:
    from contextlib import ExitStack
    from types import TracebackType


class ClosingTimer(Timer):
    """The SDK's timer around a sync, which also ends the reading, whatever ended the sync.

    An error outside of ``get_records``, a target that has gone away, say, would leave the reading
    suspended, and its points in time open until the process is gone.
    """

    def __init__(self, metric: Metric, tags: dict[str, Any], reading: ExitStack) -> None:
        super().__init__(metric, tags)
        self._reading = reading

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        with self._reading:
            super().__exit__(exc_type, exc_val, exc_tb)
