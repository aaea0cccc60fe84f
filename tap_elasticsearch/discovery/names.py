"""From names and patterns to the concrete, open indices behind them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.exceptions import NotFoundError, PrivilegeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tap_elasticsearch.connection import Client, Resolved

logger = logging.getLogger("tap-elasticsearch")

#: A URL beyond 4,096 bytes is refused (Elasticsearch reference, http.max_initial_line_length).
MAX_NAMES_BYTES = 3_000
#: Names in one request, so that one answer with all their mappings stays small.
MAX_NAMES = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What an expression stands for right now.

    Attributes:
        indices: Open indices that were matched themselves.
        data_streams: Data streams, each with its backing indices.
        aliases: Aliases, each with the indices behind it, closed ones included.
        closed: Closed indices among all these.
    """

    indices: tuple[str, ...] = ()
    data_streams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()

    def matched(self) -> tuple[str, ...]:
        """Concrete indices that were matched themselves or belong to a matched data stream."""
        backing = (index for group in self.data_streams.values() for index in group)
        return tuple(dict.fromkeys((*self.indices, *backing)))

    def members(self) -> tuple[str, ...]:
        """All open concrete indices, those behind aliases included, each once."""
        aliased = (index for group in self.aliases.values() for index in group)
        every = dict.fromkeys((*self.matched(), *aliased))
        return tuple(index for index in every if index not in self.closed)


def chunks(names: Iterable[str]) -> Iterator[list[str]]:
    """Groups of names that fit into one URL each."""
    chunk: list[str] = []
    size = 0
    for name in names:
        length = len(quote(name)) + 1
        if chunk and (size + length > MAX_NAMES_BYTES or len(chunk) == MAX_NAMES):
            yield chunk
            chunk, size = [], 0
        chunk.append(name)
        size += length
    if chunk:
        yield chunk


def is_pattern(expression: str) -> bool:
    """Can the expression match nothing without being wrong?"""
    return "*" in expression or expression.startswith(("-", "<"))


def find(client: Client, expressions: Sequence[str], *, hidden: bool) -> Found:
    """Look up ``expressions``.

    Args:
        client: The cluster.
        expressions: Names and patterns.
        hidden: Do patterns match hidden indices, and names with a leading dot?

    Raises:
        NotFoundError: A name (not a pattern) is not there, or is closed.
    """
    wildcards = "open,closed,hidden" if hidden else "open,closed"
    parts = []
    for chunk in chunks(expressions):
        try:
            parts.append(client.resolve(chunk, wildcards=wildcards))
        except NotFoundError:
            # The answer does not say which of several names is missing.
            parts.extend(_resolved_one_by_one(client, chunk, wildcards))
    found = _merged(client, parts, expressions, hidden=hidden)
    _require(client, expressions, found)
    if found.closed:
        logger.info("Left out because they are closed: %s.", ", ".join(sorted(found.closed)))
    return found


def _resolved_one_by_one(
    client: Client, expressions: Iterable[str], wildcards: str
) -> Iterator[Resolved]:
    for expression in expressions:
        try:
            yield client.resolve([expression], wildcards=wildcards)
        except NotFoundError:
            continue


def _merged(
    client: Client, parts: list[Resolved], expressions: Sequence[str], *, hidden: bool
) -> Found:
    entries = {entry["name"]: entry for part in parts for entry in part["indices"]}
    streams = {
        entry["name"]: _listed(entry["backing_indices"])
        for part in parts
        for entry in part["data_streams"]
    }
    aliases = {
        entry["name"]: _listed(entry["indices"])
        for part in parts
        for entry in part["aliases"]
        if entry["name"] in expressions
    }
    closed = {name for name, entry in entries.items() if "closed" in entry["attributes"]}
    behind = [name for group in aliases.values() for name in group if name not in entries]
    indices = (
        name
        for name, entry in entries.items()
        if ("data_stream" not in entry or name in expressions)
        and (hidden or not name.startswith(".") or _asked_for(name, expressions))
    )
    return Found(
        indices=tuple(name for name in indices if name not in closed),
        data_streams=streams,
        aliases=aliases,
        closed=frozenset(closed | _closed(client, behind)),
    )


def _closed(client: Client, names: list[str]) -> set[str]:
    """Which of ``names`` are closed indices; an alias lists its closed members like the others."""
    return {
        entry["name"]
        for chunk in chunks(names)
        for entry in client.resolve(chunk, wildcards="all")["indices"]
        if "closed" in entry["attributes"]
    }


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _asked_for(name: str, expressions: Iterable[str]) -> bool:
    return any(
        fnmatchcase(name, expression) for expression in expressions if expression.startswith(".")
    )


def _require(client: Client, expressions: Sequence[str], found: Found) -> None:
    there = {*found.indices, *found.data_streams, *found.aliases, *found.closed}
    for expression in expressions:
        if is_pattern(expression):
            continue
        if expression in found.closed:
            msg = f"Index {expression!r} is closed. Open it, or take it out of the settings."
            raise NotFoundError(msg)
        if expression not in there:
            msg = f"There is no index, alias or data stream {expression!r}. {visible(client)}"
            raise NotFoundError(msg)


def alias_filters(client: Client, found: Found) -> dict[str, dict[str, Any]]:
    """Queries that the aliases in ``found`` lay on their indices.

    An index that is matched in another way too is read whole. Reading goes by concrete index, so
    the server does not apply these by itself.
    """
    filters: dict[str, list[dict[str, Any]]] = {}
    whole = set(found.matched())
    for alias in found.aliases:
        for name, query in client.alias_filters(alias).items():
            for index in _behind(client, name, found):
                if query is None:
                    whole.add(index)
                else:
                    filters.setdefault(index, []).append(query)
    return {
        index: {"bool": {"should": queries, "minimum_should_match": 1}}
        for index, queries in filters.items()
        if index not in whole
    }


def _behind(client: Client, name: str, found: Found) -> tuple[str, ...]:
    """The indices that ``name``, which an alias has for a member, stands for.

    An alias of a data stream has the data stream for its member, though it is resolved to the
    indices behind that.
    """
    if any(name in members for members in found.aliases.values()):
        return (name,)
    streams = client.resolve([name])["data_streams"]
    return tuple(index for stream in streams for index in _listed(stream["backing_indices"]))


def settings_of(client: Client, indices: Iterable[str]) -> dict[str, dict[str, str]]:
    """Flat settings of each index that still exists.

    Who has the privilege ``read`` alone gets what a search tells, the number of shards.
    """
    settings: dict[str, dict[str, str]] = {}
    for chunk in chunks(indices):
        try:
            settings |= client.settings(chunk)
        except PrivilegeError:
            for index in chunk:
                settings[index] = {"index.number_of_shards": str(client.shards(index))}
    return settings


def visible(client: Client) -> str:
    """A sentence that lists what the credentials can see."""
    answer = client.resolve(["*"])
    names = sorted(
        {
            entry["name"]
            for kind in ("indices", "aliases", "data_streams")
            for entry in answer[kind]
            if not entry["name"].startswith(".")
        }
    )
    if not names:
        return "No index is visible to these credentials."
    return f"Visible: {listed(names, 20)}."
