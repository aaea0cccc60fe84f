"""How far a stream is: a bar on a terminal, a line every ten seconds elsewhere, a summary."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from typing_extensions import Never

#: Seconds between two lines.
INTERVAL = 10.0


class Progress:
    """Progress of one stream; use it as a context manager around the reading.

    Attributes:
        documents: Documents written so far.
        pages: Pages read so far.
        size_in_bytes: Bytes read so far.
    """

    def __init__(
        self,
        stream: str,
        logger: logging.Logger,
        interval: float = INTERVAL,
        *,
        none: str = "there are none",
    ) -> None:
        """Begin to count.

        Args:
            stream: The stream's name.
            logger: Where to say it.
            interval: Seconds between two lines.
            none: What is the case if there are no documents at the end.
        """
        self._none = none
        self._interval = interval
        self._stream = stream
        self._logger = logger
        self._begun = self._said = monotonic()
        self._bar: tqdm[Never] | None = None
        self.documents = 0
        self.pages = 0
        self.size_in_bytes = 0
        self.total: int | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar, if stderr is a terminal; sum up at the end, also of a failed reading."""
        with ExitStack() as stack:
            if sys.stderr.isatty():
                stack.enter_context(logging_redirect_tqdm())
                self._bar = stack.enter_context(
                    tqdm(desc=self._stream, unit=" documents", file=sys.stderr, leave=False)
                )
            try:
                yield
            except BaseException:
                self._sum_up()
                raise
            if self.documents:
                self._sum_up()
            else:
                self._logger.info("Read no documents: %s.", self._none)

    def add(self, *, documents: int, pages: int, size_in_bytes: int, total: int | None) -> None:
        """Note a page: its documents, and the whole reading's pages, bytes and expected total."""
        self.documents += documents
        self.pages, self.size_in_bytes, self.total = pages, size_in_bytes, total
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(documents)
        elif monotonic() - self._said >= self._interval:
            self._said = monotonic()
            self._logger.info(
                "%s documents%s, %s", f"{self.documents:,}", self._share(), self._rate()
            )

    def _sum_up(self) -> None:
        self._logger.info(
            "Read %s documents%s: %s, %.1f MB, %d pages.",
            f"{self.documents:,}",
            self._share(),
            self._rate(),
            self.size_in_bytes / 1e6,
            self.pages,
        )

    def _share(self) -> str:
        return f" of {self.total:,}" if self.total is not None else ""

    def _rate(self) -> str:
        return f"{self.documents / max(monotonic() - self._begun, 1e-3):,.0f} documents/s"
