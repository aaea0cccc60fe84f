"""When a request is made again."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from tap_elasticsearch.connection.refusals import raise_for_status
from tap_elasticsearch.connection.retries import Retries
from tap_elasticsearch.exceptions import (
    BusyError,
    ContextLostError,
    SlowError,
    UnavailableError,
    UnreachableError,
)

#: No calendar has it.
FAR_OFF = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


def test_a_context_that_is_gone() -> None:
    """Whatever was asked, the server's own word for it counts, not the status."""
    gone = b'{"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"gone"}]}}'
    with pytest.raises(ContextLostError):
        raise_for_status(404, gone, request="Counting", login=None)


def waits_of(retry_after: str | None, count: int, seconds: float = 60) -> list[float]:
    """The waits before tries of a request that a busy server turns away so often."""
    waits: list[float] = []

    def work() -> None:
        if len(waits) < count:
            raise_for_status(429, b"", request="Reading", login=None, retry_after=retry_after)

    retries = Retries(seconds, waits.append)
    retries.answered = True
    retries.run(work)
    return waits


def test_as_the_server_wants_it() -> None:
    """A server that says for how many seconds it is too busy is asked again soon behind them."""
    waits = waits_of("7.5", 3)
    assert all(7.5 <= wait <= 8.5 for wait in waits)
    # Nor are all who wait to come at once.
    assert len(set(waits)) == 3


def test_when_the_server_wants_it() -> None:
    """It may say until when, too."""
    (wait,) = waits_of(format_datetime(datetime.now(timezone.utc) + timedelta(seconds=20)), 1)
    assert 18 <= wait <= 21


def test_longer_and_longer() -> None:
    """Waits grow, up to half a minute, and no two of them are the same."""
    waits = waits_of(None, 40, seconds=10_000)
    assert all(0 < wait <= min(30, 2**number) for number, wait in enumerate(waits))
    assert max(waits) > 15
    assert len(set(waits)) == 40


@pytest.mark.parametrize("hosts", [1, 5])
def test_before_the_first_answer(hosts: int) -> None:
    """Three tries, and one for each host at least, soon: a wrong address stays wrong."""
    waits: list[float] = []

    def work() -> None:
        raise UnreachableError("nothing")

    with pytest.raises(UnreachableError):
        Retries(300, waits.append, hosts).run(work)
    assert len(waits) == max(3, hosts) - 1
    assert max(waits) <= 2


@pytest.mark.parametrize(("seconds", "asked_for"), [(10, 3600), (0, None)])
def test_the_bound_before_the_first_answer(seconds: float, asked_for: float | None) -> None:
    """It counts from the beginning, also for what a server wants that has not answered yet."""
    error = UnavailableError("starting")
    error.retry_after = asked_for

    def work() -> None:
        raise error

    waits: list[float] = []
    with pytest.raises(UnavailableError):
        Retries(seconds, waits.append).run(work)
    assert waits == []


def test_given_up() -> None:
    """The error behind the last try says how often it was tried."""
    with pytest.raises(BusyError, match=r"Given up at try \d+; max_retry_time is 5 s"):
        waits_of(None, 1_000, seconds=5)


@pytest.mark.parametrize(("lightest", "goes_well"), [(1, True), (101, False)])
def test_less_and_less(lightest: int, goes_well: bool) -> None:
    """A request that asks for less than before has all the time again, and short waits."""
    size = 100

    def work() -> None:
        if size > 1:
            raise SlowError("no answer")

    def lightened(_: Exception) -> bool:
        nonlocal size
        size = max(lightest, size - 1)
        return size < 100

    retries = Retries(3, lambda _: None)
    retries.answered = True
    with nullcontext() if goes_well else pytest.raises(SlowError):
        retries.run(work, lightened)


@pytest.mark.parametrize(
    "said", [None, "0", "\xb2", "-1", "Fri, 31 Dec 1999 23:59:59 GMT", FAR_OFF]
)
def test_no_number_of_seconds(said: str | None) -> None:
    """Where it says nothing of use, not even 0 is a wait of none: a busy server is left alone."""
    waits = waits_of(said, 3)
    assert all(0 < wait <= 2**number for number, wait in enumerate(waits))


def test_beyond_the_bound() -> None:
    """What is asked for that lies behind the bound is not waited for, and that is said."""
    with pytest.raises(BusyError, match=r"asked again in 9,000 s; max_retry_time is 60 s"):
        waits_of("9000", 1)
