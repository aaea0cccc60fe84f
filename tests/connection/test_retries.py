"""When a request is made again."""

from __future__ import annotations

import pytest

from tap_elasticsearch.connection.refusals import raise_for_status
from tap_elasticsearch.connection.retries import Retries
from tap_elasticsearch.exceptions import BusyError, ContextLostError


def test_a_context_that_is_gone() -> None:
    """Whatever was asked, the server's own word for it counts, not the status."""
    gone = b'{"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"gone"}]}}'
    with pytest.raises(ContextLostError):
        raise_for_status(404, gone, request="Counting", login=None)


def waits_of(retry_after: str | None, count: int) -> list[float]:
    """The waits before tries of a request that a busy server turns away so often."""
    waits: list[float] = []

    def work() -> None:
        if len(waits) < count:
            raise_for_status(429, b"", request="Reading", login=None, retry_after=retry_after)

    retries = Retries(60, waits.append)
    retries.answered = True
    retries.run(work)
    return waits


def test_as_the_server_wants_it() -> None:
    """A server that says for how many seconds it is too busy is asked again behind them."""
    assert waits_of("7", 3) == [7, 7, 7]


@pytest.mark.parametrize("said", [None, "0", "\xb2", "-1", "Fri, 31 Dec 1999 23:59:59 GMT"])
def test_no_number_of_seconds(said: str | None) -> None:
    """Where it says nothing of use, not even 0 is a wait of none: a busy server is left alone."""
    waits = waits_of(said, 3)
    assert all(0 < wait <= 2**number for number, wait in enumerate(waits))


def test_beyond_the_bound() -> None:
    """What is asked for that lies behind the bound is not waited for."""
    with pytest.raises(BusyError):
        waits_of("61", 1)
