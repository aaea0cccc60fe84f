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
    def of(cls, settings: Settings, window: int) -> PageSize:
        """The size to start with in an index that allows pages of ``window`` documents."""
        if settings.page_size == "auto":
            return cls(size=min(FIRST, window), limit=window, target=settings.page_bytes)
        return cls(size=min(settings.page_size, window), limit=window, target=None)

    def learn(self, *, documents: int, size_in_bytes: int) -> None:
        """Choose the next size by what a page of ``documents`` weighed."""
        if self.target is not None and documents:
            fitting = self.target * documents // max(size_in_bytes, 1)
            self.size = max(1, min(fitting, self.size * GROWTH, self.limit))
