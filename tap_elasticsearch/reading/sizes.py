"""How many documents to ask for next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import SlowError, TimedOutError, TooLargeError

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings

logger = logging.getLogger("tap-elasticsearch")

#: What says that a page may have been too much. A proxy that is tired of waiting says so, too.
TOO_MUCH = (SlowError, TimedOutError, TooLargeError)
#: The first page of ``auto`` is small: nothing is known of the documents' size yet.
FIRST = 100
#: A page may be this many times the one before: sizes vary within an index.
GROWTH = 8
#: Behind a page that was too much, each that is not gives back this part of all that was asked for:
#: what is too much for good must not be tried with every other page.
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
        target: Bytes that it may have for now.
    """

    size: int
    limit: int
    wanted: int | None
    target: int = 0

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
        target = max(settings.page_bytes // share, SMALLEST)
        return cls(size=min(first, asked), limit=asked, wanted=target, target=target)

    def shrink(self, error: Exception) -> None:
        """Ask for half as much, if ``error`` says that a page was too much."""
        if isinstance(error, TOO_MUCH):
            self.size = max(1, self.size // 2)
            self.target = max(1, self.target // 2)
            logger.warning("Asking for at most %s documents at a time.", f"{self.size:,}")

    def learn(self, *, documents: int, size_in_bytes: int) -> None:
        """Choose the next size by what a page of ``documents`` weighed."""
        if self.wanted is None:
            self.size = min(self.size + 1 + self.limit // GRADUAL, self.limit)
            return
        self.target = min(self.wanted, self.target + self.wanted // GRADUAL)
        if documents:
            fitting = self.target * documents // max(size_in_bytes, 1)
            self.size = max(1, min(fitting, self.size * GROWTH, self.limit))
