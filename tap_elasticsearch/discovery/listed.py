"""Names in a message: however many there are, and those that were meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def listed(names: Sequence[str], most: int = 10) -> str:
    """``a, b, c``, with how many more there are than ``most``."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def near(name: str, known: Iterable[str]) -> str:
    """What to do about a name that is not known: see those that are near, or all."""
    found = get_close_matches(name, sorted(known), n=3)
    return (
        f"Did you mean {' or '.join(found)}?" if found else "Run --discover to see what there is."
    )
