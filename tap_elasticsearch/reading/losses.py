"""How often points in time may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import ServerError

if TYPE_CHECKING:
    from tap_elasticsearch.exceptions import ContextLostError
    from tap_elasticsearch.reading.keys import Place

#: Losses in a row, without progress between them, behind which something is wrong for good.
MOST = 3


class Losses:
    """Counts the points in time that are lost while one thing is done.

    A reading of days may meet as many as there are restarts of nodes; what must end is one that
    gets nowhere.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._furthest: Place | None = None

    def bear(self, error: ContextLostError, reached: Place | None = None) -> None:
        """Count ``error``.

        Args:
            error: What was lost.
            reached: How far the reading was, and will go on from; None: it begins anew.

        Raises:
            ServerError: There were too many in a row, none of them further than those before.
        """
        self._in_a_row += 1
        if reached is not None and (self._furthest is None or reached > self._furthest):  # type: ignore[operator]
            self._furthest = reached
            self._in_a_row = 1
        if self._in_a_row > MOST:
            raise ServerError(
                f"{error} (So it was {self._in_a_row} times without progress. Raise"
                " point_in_time_keep_alive, or see whether nodes are restarting.)"
            ) from error
