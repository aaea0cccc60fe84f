"""What a cluster holds: indices whose documents lie in shards, and points in time on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator  # noqa: TC003 - dataclasses read their annotations
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import count
from time import monotonic
from typing import Any, Literal
from uuid import uuid4

from tests.faults.refusals import (
    Refusal,
    closed_index,
    deleted_index,
    no_context,
    no_such_index,
)

Flavour = Literal["elasticsearch", "opensearch"]

#: How many ids of a point in time are good, where they change.
REMEMBERED_IDS = 16

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(duration: str) -> float:
    """Seconds of a duration like ``10m``."""
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", duration).groups()  # type: ignore[union-attr]
    return int(number) * _SECONDS[unit]


@dataclass(frozen=True, slots=True)
class Document:
    """A document, its JSON text as it was indexed, and its sequence number.

    Without one, the number is its place in its shard, as if nothing had ever changed there.
    """

    id: str
    source: str
    seq_no: int = -1
    term: int = 1

    def value(self, field: str) -> int | None:
        """The value of a field of whole numbers, such as the sequence number; None: it has none."""
        if field == "_seq_no":
            return self.seq_no
        found: int | None = json.loads(self.source).get(field)
        return found


@dataclass(slots=True)
class Index:
    """An index; ``aliases`` has a filter or nothing for each, ``window`` None is the default."""

    name: str
    shards: list[list[Document]]
    mapping: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    window: int | None = None
    closed: bool = False
    hidden: bool = False
    uuid: str = field(default_factory=lambda: uuid4().hex[:22])
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def attributes(self) -> list[str]:
        """As ``_resolve/index`` says them."""
        return [*(["hidden"] if self.hidden else []), "closed" if self.closed else "open"]


@dataclass(frozen=True, slots=True)
class Part:
    """What a point in time covers of one shard: the documents of that moment."""

    index: Index
    shard: int
    documents: tuple[Document, ...]


@dataclass(slots=True)
class PointInTime:
    """An open context."""

    parts: tuple[Part, ...]
    keep_alive: float
    used: float = field(default_factory=monotonic)

    @property
    def expired(self) -> bool:
        """Was it left alone for too long? Real servers look once a minute, this one always."""
        return monotonic() - self.used > self.keep_alive


class Cluster:
    """Indices and points in time.

    Attributes:
        indices: By name. What changes here is not seen by points in time that are open.
        most_open: The most points in time that were open at any one time.
        changing_ids: Does every page give the point in time a new id, and forget old ones? Real
            servers may change it; only this one forgets, save those that pages under way may have.
    """

    def __init__(
        self, *indices: Index, flavour: Flavour = "elasticsearch", changing_ids: bool = False
    ) -> None:
        self.indices = {index.name: index for index in indices}
        self.flavour = flavour
        self.changing_ids = changing_ids
        self.most_open = 0
        self._points: dict[str, PointInTime] = {}
        self._lost: Refusal | None = None
        self._numbers = count(1)

    @property
    def open_contexts(self) -> int:
        """Points in time that were not closed and have not expired."""
        return sum(
            map(self._is_open, {id(point): point for point in self._points.values()}.values())
        )

    def matching(self, expression: str, states: set[str]) -> Iterator[Index]:
        """The indices of a list of names, aliases and patterns.

        Args:
            expression: The list, with commas.
            states: Which indices patterns match: of ``open``, ``closed``, ``hidden``, ``all``.

        Raises:
            Refusal: A name is not there.
        """
        for part in expression.split(","):
            found = [index for index in self.indices.values() if _is_meant(index, part, states)]
            if not found and "*" not in part:
                raise no_such_index(part)
            yield from found

    def open(self, expression: str, shards: set[int] | None, keep_alive: float) -> tuple[str, int]:
        """Open a point in time.

        Args:
            expression: Names, aliases, patterns.
            shards: Their numbers; None is all.
            keep_alive: Seconds it lives after its last use.

        Returns:
            Its id, and how many shards it has.
        """
        indices = list(self.matching(expression, {"open"}))
        for index in indices:
            if index.closed:
                raise closed_index(index.name, index.uuid)
        parts = sorted(
            (
                Part(index, number, _numbered(documents))
                for index in indices
                for number, documents in enumerate(index.shards)
                if shards is None or number in shards
            ),
            key=lambda part: (part.shard, part.index.name),
        )
        context = self._registered(PointInTime(tuple(parts), keep_alive))
        self.most_open = max(self.most_open, self.open_contexts)
        return context, len(parts)

    def use(self, context: str, keep_alive: float | None) -> PointInTime:
        """The point in time, alive again for its keep-alive, which never shrinks.

        Raises:
            Refusal: It is gone, or an index of it is.
        """
        point = self._points.get(context)
        if point is None or point.expired:
            raise self._lost or no_context(next(iter(self.indices), "none"))
        for part in point.parts:
            if not self._is_there(part.index):
                raise deleted_index(part.index.name, part.index.uuid)
        point.keep_alive = max(point.keep_alive, keep_alive or 0)
        point.used = monotonic()
        return point

    def renamed(self, context: str) -> str:
        """The id that an answer gives, which is the same unless ids change."""
        if not self.changing_ids:
            return context
        point = self._points[context]
        known = [name for name, other in self._points.items() if other is point]
        for name in known[: -REMEMBERED_IDS + 1]:
            del self._points[name]
        return self._registered(point)

    def close(self, context: str) -> bool:
        """Close a point in time; False if there is none."""
        point = self._points.get(context)
        if point is None:
            return False
        for name in [name for name, other in self._points.items() if other is point]:
            del self._points[name]
        return self._is_open(point)

    def drop_contexts(self, answer: Refusal | None = None) -> None:
        """Forget every point in time, as a node does that is restarted.

        Args:
            answer: What those who ask for one are told from now on, where that is something else.
        """
        self._points.clear()
        self._lost = answer

    def drop_index(self, name: str) -> None:
        """Delete an index, and with it the points in time on it."""
        del self.indices[name]

    def _is_open(self, point: PointInTime) -> bool:
        return not point.expired and all(self._is_there(part.index) for part in point.parts)

    def _is_there(self, index: Index) -> bool:
        here = self.indices.get(index.name)
        return here is not None and here.uuid == index.uuid

    def _registered(self, point: PointInTime) -> str:
        context = f"point-in-time-{next(self._numbers)}=="
        self._points[context] = point
        return context


def _numbered(documents: list[Document]) -> tuple[Document, ...]:
    return tuple(
        replace(document, seq_no=place) if document.seq_no < 0 else document
        for place, document in enumerate(documents)
    )


def _is_meant(index: Index, expression: str, states: set[str]) -> bool:
    if expression in {index.name, *index.aliases}:
        return True
    if "*" not in expression:
        return False
    visible = "all" in states or set(index.attributes) <= states
    return visible and any(fnmatchcase(name, expression) for name in (index.name, *index.aliases))
