"""What is asked again when it fails, when, and for how long."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tenacity import RetryCallState, Retrying, retry_if_exception_type

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
#: Tries until the server has answered for the first time: a wrong address does not heal. But each
#: of several hosts is to have its turn.
_FIRST_TRIES = 3
#: Seconds: waits are drawn between 0 and twice the one before, the first up to 1, at most 30; until
#: the server has answered for the first time, at most 2.
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST_FIRST = 1.0, 30.0, 2.0


class Retries:
    """Asks again, after waits that grow, as long as there is hope.

    Attributes:
        seconds: How long after its first failure a request is still repeated.
        first_tries: How often one is made until the server has answered for the first time.
        answered: Has the server answered at all?
        ended: Does nobody want to know any more?
    """

    def __init__(
        self, seconds: float, sleep: Callable[[float], None] = time.sleep, hosts: int = 1
    ) -> None:
        """Set the bound.

        Args:
            seconds: How long after its first failure a request is still repeated.
            sleep: Waits for so many seconds.
            hosts: How many servers there are to ask.
        """
        self.seconds = seconds
        self.first_tries = max(_FIRST_TRIES, hosts)
        self.answered = False
        self.ended = False
        self._sleep = sleep

    def run(
        self, work: Callable[[], T], lightened: Callable[[Exception], bool] = lambda _: False
    ) -> T:
        """The result of ``work``, which is done again when it fails with what may heal.

        Args:
            work: It must do no harm to do it twice.
            lightened: Is told each such error; True if ``work`` asks for less from now on, which
                has all the time again.

        Raises:
            SingerSDKError: What ``work`` raised the last time.
        """
        hope = _Hope(self, lightened)
        again = Retrying(
            retry=retry_if_exception_type(_HEALING),
            after=hope.failed,
            wait=hope.seconds_to_wait,
            stop=hope.is_over,
            before_sleep=_say,
            sleep=self._sleep,
            retry_error_callback=hope.give_up,
        )
        return again(work)


class _Hope:
    """What there is for one request."""

    def __init__(self, bounds: Retries, lightened: Callable[[Exception], bool]) -> None:
        self._bounds = bounds
        self._lightened = lightened
        #: When it failed, as often as it asked for what it asks for now.
        self._failures: list[float] = []

    def failed(self, state: RetryCallState) -> None:
        if self._lightened(_error(state)):
            self._failures.clear()
        self._failures.append(state.outcome_timestamp or 0.0)

    def seconds_to_wait(self, state: RetryCallState) -> float:
        # A server that says 0 is not to be asked as fast as that goes; and those that wait for the
        # same moment are not to come all at once.
        if asked_for := _retry_after(state):
            return asked_for + random.uniform(0, _FIRST_WAIT)  # noqa: S311 - no secret
        longest = _LONGEST_WAIT if self._bounds.answered else _LONGEST_FIRST
        grown = _FIRST_WAIT * 2.0 ** min(len(self._failures) - 1, 10)
        return random.uniform(0, min(grown, longest))  # noqa: S311 - no secret

    def is_over(self, state: RetryCallState) -> bool:
        bounds = self._bounds
        if bounds.ended or (not bounds.answered and state.attempt_number >= bounds.first_tries):
            return True
        passed = self._failures[-1] - self._failures[0]
        return passed + state.upcoming_sleep > bounds.seconds

    def give_up(self, state: RetryCallState) -> Any:  # noqa: ANN401 - never returns
        """Raise what failed last, with why it is not tried again."""
        error, bounds = _error(state), self._bounds
        asked_for = _retry_after(state)
        if asked_for and state.upcoming_sleep > bounds.seconds:
            why = f"The server wants to be asked again in {asked_for:,.0f} s"
        elif bounds.answered and state.attempt_number > 1:
            why = f"Given up at try {state.attempt_number}"
        else:
            raise error
        error.args = (f"{error} ({why}; max_retry_time is {bounds.seconds:g} s.)",)
        raise error


def _say(state: RetryCallState) -> None:
    logger.warning(
        "%s Asking again in %.1f s (try %d); nothing is lost.",
        _error(state),
        state.upcoming_sleep,
        state.attempt_number + 1,
    )


def _error(state: RetryCallState) -> Exception:
    error: Any = state.outcome and state.outcome.exception()
    return cast("Exception", error)


def _retry_after(state: RetryCallState) -> float | None:
    asked_for: float | None = getattr(_error(state), "retry_after", None)
    return asked_for
