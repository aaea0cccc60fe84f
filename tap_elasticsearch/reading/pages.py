"""The pages of a stream, each complete, the next one on its way while one is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.contexts import Contexts
from tap_elasticsearch.reading.query import page_body
from tap_elasticsearch.reading.sizes import PageSize
from tap_elasticsearch.records.hits import decode_page, require_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from msgspec import Raw
    from typing_extensions import Self

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Hit


class Reading:
    """Reads all units of a stream; a context manager that opens and closes its points in time.

    Attributes:
        pages: Pages read so far.
        size_in_bytes: Bytes read so far.
    """

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
        self._units = units
        self._settings = settings
        self._check = check
        self._contexts = Contexts(client, units, settings.point_in_time_keep_alive)
        self.pages = 0
        self.size_in_bytes = 0

    def __enter__(self) -> Self:
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

        Raises:
            IncompleteError: A page lacks documents.
            ContextLostError: A point in time is gone.
        """
        for unit in self._units:
            opening = ahead.start(partial(self._contexts.of, unit))
            yield from self._unit(ahead.finish(opening, self._check))
            self._contexts.close(unit)

    def _unit(self, context: Context) -> Iterator[list[Hit]]:
        size = PageSize.of(self._settings, context.unit.window)
        coming = self._request(context, size, None)
        while True:
            answer = ahead.finish(coming, self._check)
            page = decode_page(answer)
            require_complete(page, shards=1, what=f"Reading {context.unit}")
            context.renew(page)
            if not page.hits:
                # Only an empty page is the end: a short one can have other reasons.
                return
            self.pages += 1
            self.size_in_bytes += len(answer)
            size.learn(documents=len(page.hits), size_in_bytes=len(answer))
            coming = self._request(context, size, page.hits[-1].sort)
            yield page.hits

    def _request(self, context: Context, size: PageSize, after: Raw | None) -> Future[bytes]:
        body = page_body(
            context=context.id,
            keep_alive=self._settings.point_in_time_keep_alive,
            size=size.size,
            tie_break=self._client.server.tie_break,
            query=context.unit.target.query,
            after=after,
        )
        what = f"Reading {context.unit}"
        return ahead.start(lambda: self._client.search(body, what))
