"""How many documents to ask for next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import (
    CutError,
    SlowError,
    TimedOutError,
    TooLargeError,
    TornError,
)

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings

logger = logging.getLogger("tap-elasticsearch")

#: What says that a page may have been too much. A proxy that is tired of waiting says so, too.
TOO_MUCH = (CutError, SlowError, TimedOutError, TooLargeError, TornError)
#: The first page of ``auto`` is small: nothing is known of the documents' size yet.
FIRST = 100
#: A page may be this many times the one before: sizes vary within an index.
GROWTH = 8
#: Behind a page that was too much, each may be larger by this part of the one before: what is too
#: much for good must not be tried with every other page.
GRADUAL = 8
#: Below this, requests cost more than what they bring.
SMALLEST = 64 * 1024
#: Documents in a page where nothing can be learned from the one before.
OF_A_SCROLL = 1_000


@dataclass(slots=True)
class PageSize:
    """Page sizes of one unit.

    Attributes:
        size: Documents to ask for next.
        limit: The most to ask for.
        wanted: Bytes that an answer should have, or None where the size is fixed.
        careful: Was a page too much?
    """

    size: int
    limit: int
    wanted: int | None
    careful: bool = False

    @classmethod
    def of(
        cls, settings: Settings, window: int, *, share: int = 1, fixed: bool = False
    ) -> PageSize:
        """The size to start with.

        Args:
            settings: What the user set.
            window: The most documents that the index allows in a page.
            share: How many requests are on their way at once; they share the bytes.
            fixed: Must all pages be of one size? A scroll's must.
        """
        asked = window if settings.page_size == "auto" else min(settings.page_size, window)
        if fixed:
            size = OF_A_SCROLL if settings.page_size == "auto" else asked
            size = min(size, window)
            return cls(size=size, limit=size, wanted=None)
        if settings.page_size != "auto" and share == 1:
            return cls(size=asked, limit=asked, wanted=None)
        first = max(1, FIRST // share)
        wanted = max(settings.page_bytes // share, SMALLEST)
        return cls(size=min(first, asked), limit=asked, wanted=wanted)

    def shrink(self, error: Exception) -> bool:
        """Ask for half as much, if ``error`` says that a page was too much.

        Returns:
            Is it less now? One document is the least.
        """
        if not isinstance(error, TOO_MUCH) or self.size == 1:
            return False
        self.careful = True
        self.size //= 2
        logger.warning("Asking for at most %s documents at a time.", f"{self.size:,}")
        return True

    def learn(self, *, documents: int, size_in_bytes: int) -> None:
        """Choose the next size by what a page of ``documents`` weighed."""
        if not documents:
            return
        most = self.size + 1 + self.size // GRADUAL if self.careful else self.size * GROWTH
        if self.wanted is not None:
            most = min(most, self.wanted * documents // max(size_in_bytes, 1))
        self.size = max(1, min(most, self.limit))
