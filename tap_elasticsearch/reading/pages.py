"""The pages of a stream, each complete, the next one on its way while one is written."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tap_elasticsearch.exceptions import ContextLostError, IncompleteError
from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.contexts import Contexts
from tap_elasticsearch.reading.query import page_body, pit_of
from tap_elasticsearch.reading.sizes import PageSize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from msgspec import Raw
    from typing_extensions import Self

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit, Page

logger = logging.getLogger("tap-elasticsearch")

#: How often the point in time of one shard may be lost; then something is wrong for good.
MOST_LOSSES = 3


class Reading:
    """Reads all units of a stream; a context manager that opens and closes its points in time.

    Attributes:
        pages: Pages read so far.
        size_in_bytes: Bytes read so far.
    """

    #: Must all points in time be open at once?
    together: ClassVar[bool] = False

    def __init__(
        self,
        client: Client,
        units: Sequence[Unit],
        settings: Settings,
        check: Callable[[], None],
    ) -> None:
        """Prepare; nothing is asked of the server yet.

        Args:
            client: The cluster.
            units: What to read.
            settings: Page sizes and times.
            check: Called between and while waiting for pages; raises to stop the reading.
        """
        self._client = client
        self._settings = settings
        self._check = check
        self._contexts = Contexts(
            client, units, settings.point_in_time_keep_alive, together=self.together
        )
        self._share = 1
        self.pages = 0
        self.size_in_bytes = 0

    def __enter__(self) -> Self:
        if not self._client.server.points_in_time:
            logger.warning(
                "%s has no points in time: each shard is read by a scroll of its own, as it is when"
                " its turn comes, not all as they were at one moment.",
                self._client.server.name,
            )
        self._contexts.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._contexts.__exit__()

    @property
    def total(self) -> int | None:
        """How many documents there are; None if not everything is open at once."""
        return self._contexts.total

    def __iter__(self) -> Iterator[list[Hit]]:
        """Hits by the page, never an empty page; each document of the snapshot once.

        Those of a shard whose point in time is lost come again: their order is that of the lost one
        alone.

        Raises:
            IncompleteError: A page lacks documents.
            ContextLostError: Points in time are lost again and again.
        """
        for unit in self._contexts.waiting():
            context = self._opened(unit)
            losses = 0
            while context.total:
                try:
                    yield from self._unit(context)
                    break
                except ContextLostError as error:
                    losses += 1
                    context = self._reopened(unit, error, losses, "It is read again from its start")
            self._contexts.close(unit)

    def _opened(self, unit: Unit) -> Context:
        return ahead.finish(ahead.start(partial(self._contexts.of, unit)), self._check)

    def _reopened(self, unit: Unit, error: ContextLostError, losses: int, how: str) -> Context:
        """A new point in time on ``unit``; raises ``error`` if too many were lost."""
        if losses > MOST_LOSSES:
            raise error
        logger.warning("%s %s, as it is now; nothing is lost.", error, how)
        self._contexts.forget(unit)
        return self._opened(unit)

    def _unit(self, context: Context) -> Iterator[list[Hit]]:
        size = PageSize.of(
            self._settings,
            context.unit.window,
            share=self._share,
            fixed=not self._client.server.points_in_time,
        )
        after: Raw | None = None
        coming = self._request(context, size, after)
        read = 0
        while True:
            page, size_in_bytes = self._page(context, size, after, coming)
            if not page.hits:
                # Only an empty page is the end: a short one can have other reasons.
                self._compare(context, read)
                return
            read += len(page.hits)
            self.pages += 1
            self.size_in_bytes += size_in_bytes
            size.learn(documents=len(page.hits), size_in_bytes=size_in_bytes)
            after = page.hits[-1].sort
            coming = self._request(context, size, after)
            yield page.hits

    def _page(
        self, context: Context, size: PageSize, after: Raw | None, coming: Future[bytes]
    ) -> tuple[Page, int]:
        """The page that is on its way, and its bytes; asked for again if it is not complete."""
        answer = ahead.finish(coming, self._check)
        try:
            return context.complete(f"Reading {context.unit}", answer), len(answer)
        except IncompleteError as error:
            if not self._client.server.points_in_time:
                raise
            logger.warning("%s Asking again; nothing is lost.", error)
        again = self._request(context, size, after, complete=True)
        return self._page(context, size, after, again)

    def _compare(self, context: Context, read: int) -> None:
        """Raise if not as many documents were read as the point in time holds."""
        exact = self._client.server.points_in_time and self._settings.verify_counts != "off"
        if not exact or read == context.total:
            return
        msg = (
            f"{context.unit}: {read:,} documents were read, but the same point in time holds"
            f" {context.total:,}."
        )
        if "now" in str(context.unit.target.query):
            # Such a query matches something else with every page.
            logger.warning(
                "%s Its query speaks of 'now', which moves on; a fixed time does not.", msg
            )
            return
        if self._settings.verify_counts == "warn":
            logger.warning("%s The data is incomplete.", msg)
            return
        raise IncompleteError(f"{msg} Stopping: the data would be incomplete.")

    def _request(
        self, context: Context, size: PageSize, after: Raw | None, *, complete: bool = False
    ) -> Future[bytes]:
        """Ask for the page behind ``after``, and for ``complete``, again until it is."""
        if not self._client.server.points_in_time:
            return ahead.start(partial(self._scroll, context, size))
        what = f"Reading {context.unit}"

        def body() -> dict[str, Any]:
            pit = pit_of(context.id, self._settings.point_in_time_keep_alive)
            return self._body(context, size, pit, after)

        def accept(answer: bytes) -> bytes:
            # Not while another page is written: looking at it takes time of the same processor.
            if complete:
                context.complete(what, answer)
            return answer

        return ahead.start(lambda: self._client.accepted(body, what, accept, size.shrink))

    def _scroll(self, context: Context, size: PageSize) -> bytes:
        what = f"Reading {context.unit}"
        keep_alive = self._settings.point_in_time_keep_alive
        if context.id:
            return self._client.continue_scroll(context.id, keep_alive, what)
        unit = context.unit
        body = self._body(context, size, {}, None)
        return self._client.search_shard(unit.target.index, unit.shard, body, what, keep_alive)

    def _body(
        self, context: Context, size: PageSize, pit: Mapping[str, Any], after: Raw | None
    ) -> dict[str, Any]:
        target = context.unit.target
        return page_body(
            pit,
            size=size.size,
            tie_break=self._client.server.tie_break,
            key=target.key,
            query=target.query,
            after=after,
            fetched=target.fetched,
        )
