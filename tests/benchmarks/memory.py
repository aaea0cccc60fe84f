"""The most memory that this tap has, which must not depend on how much there is to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.commands import tap
from tests.benchmarks.data import CLEAN
from tests.benchmarks.runner import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.commands import Setup
    from tests.benchmarks.data import Indices


def peaks(
    setup: Setup, indices: Indices, documents: int, say: Callable[[str], None]
) -> dict[int, int]:
    """Bytes for a quarter of ``documents``, for all of them, and for twice as many.

    With pages as large as the tap makes them by itself.
    """
    found = {}
    for count in (documents // 4, documents, documents * 2):
        say(f"Memory at {count:,} documents")
        found[count] = run(tap(setup, indices.of(CLEAN, count), page_size="auto")).memory
    return found
