"""Outages of a server, drawn at random: which requests fail, how, and how many in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.faults import faults
from tests.faults.faults import CIRCUIT_BREAKER, LOST_CONTEXTS, Answer, Cut, Held, Rule

if TYPE_CHECKING:
    from tests.faults.fake_server import FakeServer
    from tests.faults.faults import Fault

#: Settings for which ``SLOW`` is too slow, and by which a request is given up behind a few tries.
SETTINGS = {"request_timeout": 1, "max_retry_time": 5}
SLOW = Held(1.2)
_FAULTS = (
    faults.BUSY,
    faults.BUSY_FOR_LONG,
    faults.BUSY_WITHOUT_A_TIME,
    CIRCUIT_BREAKER,
    faults.CUT_BEFORE,
    faults.CUT_IN_THE_MIDDLE,
    LOST_CONTEXTS,
    faults.PROXY_PAGE,
    faults.PROXY_TIMEOUT,
    SLOW,
    faults.UNAVAILABLE,
)
#: Up to three in a row are always borne; by so many, each request under way is given up.
_IN_A_ROW = (1, 2, 3, 30)
#: What takes real time, or is borne only a few times in a run.
_ALONE = (LOST_CONTEXTS, SLOW)


def _outage(operation: str, fault: Fault, first: int, count: int) -> list[Rule]:
    in_a_row = 1 if fault in _ALONE else count
    return [Rule(operation, fault, first + number) for number in range(in_a_row)]


_OUTAGES = st.builds(
    _outage,
    st.sampled_from(["page", "page", "open", "count", "close"]),
    st.sampled_from(_FAULTS),
    st.integers(1, 8),
    st.sampled_from(_IN_A_ROW),
)


def outages(least: int, most: int) -> st.SearchStrategy[list[Rule]]:
    """Rules for a server that fails for a while, at up to four moments.

    Also, pages may be too much for it, or for what stands before it, that have more documents than
    a number between ``least`` and ``most``.
    """
    too_much = st.builds(
        lambda fault, above: Rule("page", fault, 0, above),
        st.sampled_from([CIRCUIT_BREAKER, faults.CUT_IN_THE_MIDDLE]),
        st.integers(least, most),
    )
    return st.builds(
        lambda outages, last: [rule for outage in outages for rule in outage] + last,
        st.lists(_OUTAGES, min_size=1, max_size=4),
        st.lists(too_much, max_size=1),
    )


def losses(server: FakeServer) -> int:
    """How often points in time were lost."""
    return sum(fault == LOST_CONTEXTS for _, fault in server.strikes)


def out_of_reach(server: FakeServer) -> int:
    """How many points in time nobody could close.

    Their id got lost on its way, or the server would not hear of closing them.
    """
    return sum(
        isinstance(fault, {"open": Cut | Held, "close": Answer}.get(operation, ()))
        for operation, fault in server.strikes
    )
