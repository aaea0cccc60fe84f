"""What a point in time has to be read for: how many documents, and the newest of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import Struct, field

from tap_elasticsearch.exceptions import IncompleteError
from tap_elasticsearch.reading.progress import NOTHING, Tally
from tap_elasticsearch.reading.query import (
    all_of,
    count_body,
    largest_body,
    newest_body,
    numbers_query,
    pit_of,
    tally_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.reading.contexts import Context
    from tap_elasticsearch.reading.keys import Key, Place
    from tap_elasticsearch.reading.progress import Span
    from tap_elasticsearch.records.hits import Page


class Newest(NamedTuple):
    """The document that was written last, and how many there are.

    Attributes:
        number: Its sequence number; -1: there is none.
        term: Its primary term.
        total: How many documents there are.
    """

    number: int
    term: int
    total: int


class _Hit(Struct):
    seq_no: int = field(name="_seq_no", default=-1)
    term: int = field(name="_primary_term", default=0)


class _Hits(Struct):
    hits: list[_Hit]


class _Sum(Struct):
    value: float


class _Answer(Struct):
    found: _Hits = field(name="hits")
    sums: dict[str, _Sum] = field(name="aggregations", default_factory=dict)


class Surveyor:
    """Asks what there is in points in time."""

    def __init__(self, client: Client, keep_alive: str) -> None:
        """Prepare.

        Args:
            client: The cluster.
            keep_alive: How long the server keeps a point in time after each request.
        """
        self._client = client
        self._keep_alive = keep_alive

    def count(self, context: Context, query: Mapping[str, Any] | None) -> int:
        """How many documents of ``context`` match ``query``."""
        unit = context.unit
        if self._client.server.points_in_time:
            return self._ask(context, partial(count_body, query=query))[0].found.total.value
        what = f"Counting {unit}"
        whole = count_body({}, query)
        answer = self._client.search_shard(unit.target.index, unit.shard, whole, what)
        return context.complete(what, answer).found.total.value

    def newest(self, context: Context) -> Newest:
        """The newest document of the stream in ``context``."""
        page, answer = self._ask(context, partial(newest_body, query=context.unit.target.query))
        number, term = next(((hit.seq_no, hit.term) for hit in answer.found.hits), (-1, 0))
        return Newest(number, term, page.found.total.value)

    def largest(self, context: Context, key: Key) -> Place | None:
        """The last place in the order of ``key`` that a document of the stream in ``context`` has.

        A document with several values stands at the smallest, as in the ascending order.
        """
        query = context.unit.target.query
        page, _ = self._ask(context, partial(largest_body, key=key.path, query=query))
        places = [
            key.place(context.unit.key_type, msgspec.json.decode(hit.sort)[0]) for hit in page.hits
        ]
        return places[0] if places else None

    def tally(self, context: Context, spans: Sequence[Span]) -> Tally:
        """The documents of the stream in ``context`` with the sequence numbers of ``spans``."""
        if not spans:
            return NOTHING
        query = all_of(context.unit.target.query, numbers_query(spans))
        page, answer = self._ask(context, partial(tally_body, query=query))
        return Tally(page.found.total.value, round(answer.sums["sum"].value))

    def _ask(
        self, context: Context, body: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> tuple[Page, _Answer]:
        what = f"Counting {context.unit}"
        asked: dict[str, Any] = {}

        def request() -> Mapping[str, Any]:
            asked.update(body(pit_of(context.id, self._keep_alive)))
            return asked

        def accept(answer: bytes) -> tuple[Page, _Answer]:
            page = context.complete(what, answer)
            if len(page.hits) < min(asked["size"], page.found.total.value):
                msg = f"{what}: an answer says that there are documents, and has none."
                raise IncompleteError(msg)
            return page, msgspec.json.decode(answer, type=_Answer)

        return self._client.accepted(request, what, accept)
