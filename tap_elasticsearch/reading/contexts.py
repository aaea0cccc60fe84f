"""The points in time of a stream: opened together, kept alive, and closed whatever happens."""

from __future__ import annotations

import logging
import re
from contextlib import ExitStack
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import (
    ContextLostError,
    FatalAPIError,
    SlowError,
    UnreachableError,
)
from tap_elasticsearch.reading import ahead
from tap_elasticsearch.reading.losses import Losses
from tap_elasticsearch.reading.query import pit_of
from tap_elasticsearch.records.hits import Page, decode_page, require_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Self

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.units import Unit

logger = logging.getLogger("tap-elasticsearch")

#: Seconds that a run which ends waits for a point in time that is being opened, to close it.
#: Also where the server has put off the opening, which nobody can tell.
_GRACE = 5.0
#: Seconds after which a server that does not answer is left alone with a point in time for now.
_LONGEST_TOUCH = 5.0

#: Seconds until a copy of a shard is looked at again that lacks what another one had.
_UNTIL_AGAIN = 2.0

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def seconds(duration: str) -> int:
    """Seconds of a duration like ``10m``."""
    number, unit = re.fullmatch(r"(\d+)([smh])", duration).groups()  # type: ignore[union-attr]
    return int(number) * _SECONDS[unit]


class BehindError(ContextLostError):
    """A copy of a shard lacks what another one had shown: it has to be looked at again."""


class Context:
    """An open point in time, or a scroll where there are none, on one unit.

    Attributes:
        unit: What it covers.
        id: The newest id; the server may change it with every answer.
        used: When it was last used, on the monotonic clock.
        shards: How many shards it covers; 0: its first answer will tell.
        total: How many documents of the stream it holds; of a scroll, as a search before it says,
            until its first page does.
    """

    def __init__(self, unit: Unit, context: str, shards: int) -> None:
        self.unit = unit
        self.id = context
        self.shards = shards
        self.used = monotonic()
        self.total = 0

    def complete(self, what: str, answer: bytes) -> Page:
        """The page of an answer, which is complete.

        Raises:
            IncompleteError: It is not.
        """
        page = decode_page(answer)
        shards = self.shards or max(1, page.shards.total)
        require_complete(page, shards=shards, what=what)
        self.shards = shards
        self.renew(page)
        return page

    def renew(self, page: Page) -> None:
        """Take over the id that an answer gave, and the total of a scroll.

        Each of its pages has that, exact and the same, whatever is written meanwhile (seen on
        Elasticsearch 7.10 and OpenSearch 1.3, which refuse to leave it out).
        """
        self.id = page.pit_id or page.scroll_id or self.id
        self.used = monotonic()
        if page.scroll_id is not None:
            self.total = page.found.total.value


class Contexts:
    """The points in time of one stream.

    All are opened before the first page is read, so that they are one snapshot, up to what the
    server allows; the others follow as these are closed. A thread of their own keeps those alive
    that wait for their turn, or for a target that has stopped reading.

    Attributes:
        total: How many documents they hold; None if not all could be opened at once.
    """

    def __init__(
        self,
        client: Client,
        units: Sequence[Unit],
        keep_alive: str,
        *,
        together: bool,
        survey: Callable[[Context], int],
        check: Callable[[], None],
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            client: The cluster.
            units: What to open.
            keep_alive: How long the server keeps each after its last use.
            together: Must all be open at once, however many they are?
            survey: Looks at what was opened, and tells how many documents of it are to be read.
            check: Called while one is opened; raises to stop it.
        """
        self._check = check
        self._survey = survey
        self._client = client
        self._together = together
        self._units = units
        self._keep_alive = keep_alive
        self._open: dict[str, Context] = {}
        self._lock = Lock()
        self._done = Event()
        self._empty: set[str] = set()
        #: Is it known which there are? Not while the server is asked for another one.
        self._known = Event()
        self._known.set()
        self.total: int | None = None

    def __enter__(self) -> Self:
        if self._client.server.points_in_time:
            # Opening many of them can take longer than the first lives.
            Thread(target=self._keep, daemon=True).start()
        with ExitStack() as stack:
            stack.callback(self._close_all)
            self._open_together()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._close_all()

    def reopen(self) -> None:
        """Open anew all that were opened together, also where nothing was then: one snapshot again.

        Only before anything is read.
        """
        self._close_open(self._check)
        self._empty.clear()
        self._open_together()

    def of(self, unit: Unit) -> Context:
        """The point in time on ``unit``, opened now if it was not before."""
        if known := self._open.get(str(unit)):
            return known
        return ahead.finish(ahead.start(partial(self._opened, unit)), self._check)

    def waiting(self) -> list[Unit]:
        """The units that have documents, as far as that is known yet."""
        return [unit for unit in self._units if str(unit) not in self._empty]

    def close(self, unit: Unit) -> None:
        """Close the point in time on ``unit``; that it fails is no reason to fail."""
        try:
            self._close(unit)
        except SlowError as error:
            _log_unclosed(error)

    def forget(self, unit: Unit) -> Context | None:
        """Take out the point in time on ``unit``, such as one that the server has lost."""
        with self._lock:
            return self._open.pop(str(unit), None)

    def opened(self) -> list[Context]:
        """The points in time that are open now."""
        with self._lock:
            return list(self._open.values())

    def _open_together(self) -> None:
        self.total = None
        at_once = len(self._units) if self._together else self._client.server.contexts
        for unit in self._units:
            # Those without documents do not stay open.
            if len(self._open) == at_once:
                break
            self.of(unit)
        else:
            self.total = sum(context.total for context in self._open.values())

    def _opened(self, unit: Unit) -> Context:
        context = self._surveyed(unit)
        if not context.total:
            self._empty.add(str(unit))
        if not context.total or self._done.is_set():
            self.close(unit)
        return context

    def _surveyed(self, unit: Unit) -> Context:
        """A new point in time on ``unit``, with what is known of it; another one if it is lost."""
        losses = Losses()
        while True:
            context = self._new_context(unit)
            try:
                context.total = self._survey(context)
            except ContextLostError as error:
                self._give_up(context, error, losses)
            else:
                return context

    def _give_up(self, context: Context, error: ContextLostError, losses: Losses) -> None:
        """Take out ``context``, since another one is to be opened; raise if none is."""
        if isinstance(error, BehindError):
            logger.info("%s", error)
            self.close(context.unit)
            self._done.wait(_UNTIL_AGAIN)
        else:
            self.forget(context.unit)
            losses.bear(error)
            logger.warning("%s Opening another one; nothing is lost.", error)
        if self._done.is_set():
            raise error

    def _new_context(self, unit: Unit) -> Context:
        self._known.clear()
        try:
            context = Context(unit, *self._new_id(unit))
            with self._lock:
                self._open[str(unit)] = context
            return context
        finally:
            self._known.set()

    def _new_id(self, unit: Unit) -> tuple[str, int]:
        """The id, empty for a scroll, which begins with its first page; and how many shards."""
        if not self._client.server.points_in_time:
            return "", 0 if unit.shard is None else 1
        return self._client.open_context(unit.target.index, unit.shard, self._keep_alive)

    def _touch(self, context: Context, timeout: float) -> None:
        """Use ``context``, so that it does not expire; it costs the server next to nothing."""
        body = {**pit_of(context.id, self._keep_alive), "size": 0, "track_total_hits": False}
        what = f"Keeping {context.unit} alive"
        context.complete(what, self._client.keep_context(body, what, timeout))

    def _keep(self) -> None:
        patience = seconds(self._keep_alive) / 3
        while not self._done.wait(patience / 2):
            # Each only for so long: while one is waited for, the others could expire.
            with self._lock:
                idle = [c for c in self._open.values() if monotonic() - c.used > patience]
            for context in idle:
                try:
                    self._touch(context, min(_LONGEST_TOUCH, patience))
                except (FatalAPIError, UnreachableError) as error:
                    logger.debug("A point in time could not be kept alive: %s", error)

    def _close(self, unit: Unit) -> None:
        context = self.forget(unit)
        if context is None or not context.id:
            return
        try:
            self._client.close_context(context.id)
        except SlowError:
            raise
        except (FatalAPIError, UnreachableError) as error:
            _log_unclosed(error)

    def _close_open(self, check: Callable[[], None]) -> None:
        """Close all that are open, as long as the server answers: each could be waited for."""
        try:
            for context in self.opened():
                check()
                self._close(context.unit)
        except SlowError as error:
            _log_unclosed(error)
            with self._lock:
                self._open.clear()

    def _close_all(self) -> None:
        self._done.set()
        self._known.wait(_GRACE)
        self._close_open(lambda: None)


def _log_unclosed(error: Exception) -> None:
    logger.debug("A point in time could not be closed and will expire: %s", error)
