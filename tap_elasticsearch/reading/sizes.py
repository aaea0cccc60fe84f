"""How many documents to ask for next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings

#: The first page of ``auto`` is small: nothing is known of the documents' size yet.
FIRST = 100
#: A page may be this many times the one before: sizes vary within an index.
GROWTH = 8
#: Below this, requests cost more than what they bring.
SMALLEST = 64 * 1024
#: Documents in a page where nothing can be learned from the one before.
OF_A_SCROLL = 1_000


@dataclass(slots=True)
class PageSize:
    """Page sizes of one unit.

    Attributes:
        size: Documents to ask for next.
        limit: The most that the index allows.
        target: Bytes that an answer should have, or None where the size is fixed.
    """

    size: int
    limit: int
    target: int | None

    @classmethod
    def of(
        cls, settings: Settings, window: int, *, share: int = 1, fixed: bool = False
    ) -> PageSize:
        """The size to start with.

        Args:
            settings: What the user set.
            window: The most documents that the index allows in a page.
            share: How many units are read at once; they share the bytes.
            fixed: Must all pages be of one size? A scroll's must.
        """
        asked = window if settings.page_size == "auto" else min(settings.page_size, window)
        if fixed:
            size = OF_A_SCROLL if settings.page_size == "auto" else asked
            return cls(size=min(size, window), limit=window, target=None)
        if settings.page_size != "auto" and share == 1:
            return cls(size=asked, limit=asked, target=None)
        first = max(1, FIRST // share)
        target = max(settings.page_bytes // share, SMALLEST)
        return cls(size=min(first, asked), limit=asked, target=target)

    def learn(self, *, documents: int, size_in_bytes: int) -> None:
        """Choose the next size by what a page of ``documents`` weighed."""
        if self.target is not None and documents:
            fitting = self.target * documents // max(size_in_bytes, 1)
            self.size = max(1, min(fitting, self.size * GROWTH, self.limit))
