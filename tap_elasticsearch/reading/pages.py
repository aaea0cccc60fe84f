"""The pages of shards, each complete, the next one on its way while one is written."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tap_elasticsearch.exceptions import ContextLostError, IncompleteError
from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.contexts import Contexts
from tap_elasticsearch.reading.query import moves, pit_of
from tap_elasticsearch.reading.sizes import PageSize
from tap_elasticsearch.reading.survey import Surveyor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from typing_extensions import Self

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.cursor import Piece
    from tap_elasticsearch.reading.lanes import Lane
    from tap_elasticsearch.reading.units import Unit
    from tap_elasticsearch.records.hits import Page

logger = logging.getLogger("tap-elasticsearch")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for a page.

    Attributes:
        context: The point in time that it is asked in.
        body: Makes the request, at each try anew, of what names the point in time.
        size: What shrinks with each answer that was too much.
        require: Raises IncompleteError to refuse a page.
    """

    context: Context
    body: Callable[[Mapping[str, Any]], dict[str, Any]]
    size: PageSize
    require: Callable[[Page], None]

    @property
    def what(self) -> str:
        """What is asked, in words."""
        return f"Reading {self.context.unit}"

    def complete(self, answer: bytes) -> Page:
        """The page of an answer.

        Raises:
            IncompleteError: It lacks documents.
        """
        page = self.context.complete(self.what, answer)
        self.require(page)
        return page


class Pages:
    """Reads units of a stream; a context manager that opens and closes its points in time.

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
        most = ahead.MOST_AT_ONCE if settings.parallel == "auto" else settings.parallel
        self._line = ahead.Line(most)
        keep_alive = settings.point_in_time_keep_alive
        self._surveyor = Surveyor(client, keep_alive)
        self._contexts = Contexts(
            client,
            units,
            keep_alive,
            together=self.together,
            survey=self._survey,
            check=check,
        )
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
        self._line.clear()
        self._contexts.__exit__()

    @property
    def total(self) -> int | None:
        """How many documents there are; None if not everything is open at once."""
        return self._contexts.total

    def _survey(self, context: Context) -> int:
        """How many documents of ``context`` are to be read."""
        return self._surveyor.count(context, context.unit.target.query)

    def _reopened(self, unit: Unit, error: ContextLostError, how: str) -> Context:
        """A new point in time on ``unit``, whose other one is lost."""
        logger.warning("%s %s, as it is now; nothing is lost.", error, how)
        self._contexts.forget(unit)
        return self._contexts.of(unit)

    def _size(self, unit: Unit, share: int) -> PageSize:
        """The page sizes of ``unit``, where ``share`` requests may be on their way at once."""
        fixed = not self._client.server.points_in_time
        return PageSize.of(self._settings, unit.window, share=share, fixed=fixed)

    def _asking(self, piece: Piece | Lane) -> Ask:
        body = partial(piece.body, self._client.server.tie_break)
        return Ask(piece.context, body, piece.cursor.size, piece.require)

    def _page(self, ask: Ask, coming: Future[bytes]) -> tuple[Page, int]:
        """The page that is on its way, and its bytes; asked for again if it is not complete."""
        answer = ahead.finish(coming, self._check)
        try:
            page = ask.complete(answer)
        except IncompleteError as error:
            if not self._client.server.points_in_time:
                raise
            logger.warning("%s Asking again; nothing is lost.", error)
            ask.size.shrink(error)
            return self._page(ask, self._request(ask, complete=True))
        self.pages += bool(page.hits)
        self.size_in_bytes += len(answer)
        return page, len(answer)

    def _request(self, ask: Ask, *, complete: bool = False) -> Future[bytes]:
        """Ask, and for ``complete``, again until the answer is."""
        if not self._client.server.points_in_time:
            return self._line.start(partial(self._scroll, ask))

        def accept(answer: bytes) -> bytes:
            # Not while another page is written: looking at it takes time of the same processor.
            if complete:
                ask.complete(answer)
            return answer

        def body() -> dict[str, Any]:
            return ask.body(pit_of(ask.context.id, self._settings.point_in_time_keep_alive))

        what = ask.what
        return self._line.start(lambda: self._client.accepted(body, what, accept, ask.size.shrink))

    def _scroll(self, ask: Ask) -> bytes:
        keep_alive = self._settings.point_in_time_keep_alive
        if ask.context.id:
            return self._client.continue_scroll(ask.context.id, keep_alive, ask.what)
        unit = ask.context.unit
        body = ask.body({})
        return self._client.search_shard(unit.target.index, unit.shard, body, ask.what, keep_alive)

    def _compare(self, context: Context, read: int) -> None:
        """Raise if not as many documents were read as the point in time, or the scroll, holds."""
        if self._settings.verify_counts == "off" or read == context.total:
            return
        snapshot = "point in time" if self._client.server.points_in_time else "scroll"
        msg = (
            f"{context.unit}: {read:,} documents were read, but the same {snapshot} holds"
            f" {context.total:,}."
        )
        if moves(context.unit.target.query):
            logger.warning(
                "%s Its query speaks of 'now', which moves on; a fixed time does not.", msg
            )
            return
        if self._settings.verify_counts == "warn":
            logger.warning("%s The data is incomplete.", msg)
            return
        raise IncompleteError(f"{msg} Stopping: the data would be incomplete.")
