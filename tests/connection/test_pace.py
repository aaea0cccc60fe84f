"""The pace of requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from tap_elasticsearch.connection.pace import Pace


def test_no_faster() -> None:
    """However many threads ask, requests begin no faster than was set."""
    pace = Pace(100)
    begun = monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pace.wait(), range(21)))
    assert monotonic() - begun >= 20 / 100
