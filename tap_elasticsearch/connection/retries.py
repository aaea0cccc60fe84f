"""What is asked again when it fails, when, and for how long."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from tap_elasticsearch.exceptions import (
    BusyError,
    IncompleteError,
    UnavailableError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

logger = logging.getLogger("tap-elasticsearch")

#: What may heal by itself. Everything else fails at once.
_HEALING = (BusyError, IncompleteError, UnavailableError, UnreachableError)
#: Tries until the server has answered for the first time: a wrong address does not heal.
_FIRST_TRIES = 3
#: Seconds: waits are drawn between 0 and twice the one before, the first up to 1, at most 30.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0


class Retries:
    """Asks again, after waits that grow, as long as there is hope.

    Attributes:
        answered: Has the server answered at all?
        ended: Does nobody want to know any more?
    """

    def __init__(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Set the bound.

        Args:
            seconds: How long after its first try began a request is still repeated.
            sleep: Waits for so many seconds.
        """
        self._seconds = seconds
        self._sleep = sleep
        self._wait = wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT)
        self.answered = False
        self.ended = False

    def run(self, work: Callable[[], T], failed: Callable[[Exception], None] = lambda _: None) -> T:
        """The result of ``work``, which is done again when it fails with what may heal.

        Args:
            work: It must do no harm to do it twice.
            failed: Is told each error after which it is tried again.

        Raises:
            SingerSDKError: What ``work`` raised the last time.
        """

        def said(state: RetryCallState) -> None:
            error = _error(state)
            failed(error)
            logger.warning(
                "%s Asking again in %.1f s (try %d); nothing is lost.",
                error,
                state.upcoming_sleep,
                state.attempt_number + 1,
            )

        again = Retrying(
            retry=retry_if_exception_type(_HEALING),
            stop=self._is_over,
            wait=self._seconds_to_wait,
            before_sleep=said,
            sleep=self._sleep,
            reraise=True,
        )
        return again(work)

    def _is_over(self, state: RetryCallState) -> bool:
        if self.ended or (not self.answered and state.attempt_number >= _FIRST_TRIES):
            return True
        passed = state.seconds_since_start or 0.0
        return passed + state.upcoming_sleep > self._seconds

    def _seconds_to_wait(self, state: RetryCallState) -> float:
        # A server that says 0 is not to be asked as fast as that goes.
        asked_for: float | None = getattr(_error(state), "retry_after", None)
        return asked_for or self._wait(state)


def _error(state: RetryCallState) -> Exception:
    error: Any = state.outcome and state.outcome.exception()
    return cast("Exception", error)
