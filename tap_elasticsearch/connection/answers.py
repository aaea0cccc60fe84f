"""The shapes of answers, for decoding them with a check."""

from __future__ import annotations

from typing import Any, TypedDict, TypeVar

import msgspec

from tap_elasticsearch.exceptions import ServerError

T = TypeVar("T")


def decoded(answer: bytes, kind: type[T], what: str) -> T:
    """``answer`` as what it should be.

    Args:
        answer: What came.
        kind: Its type.
        what: What was asked, in words, for errors.

    Raises:
        ServerError: It is something else.
    """
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        shown = answer[:80].decode("utf-8", "replace")
        msg = (
            f"{what} gave what is not as expected ({error}): {shown!r}. What answers is not"
            " Elasticsearch or OpenSearch, or too old: Elasticsearch before 7.10. Check hosts."
        )
        raise ServerError(msg) from error


class _Named(TypedDict):
    name: str


class ResolvedIndex(_Named, total=False):
    """An index that a name or pattern stands for; ``data_stream`` where it is a part of one."""

    attributes: list[str]
    data_stream: str


class ResolvedAlias(_Named):
    """An alias, with the indices behind it."""

    indices: str | list[str]


class ResolvedDataStream(_Named):
    """A data stream, with the indices behind it."""

    backing_indices: str | list[str]


class Resolved(TypedDict):
    """The answer to ``GET /_resolve/index/…``."""

    indices: list[ResolvedIndex]
    aliases: list[ResolvedAlias]
    data_streams: list[ResolvedDataStream]


class IndexSettings(TypedDict):
    """The settings of one index, flat."""

    settings: dict[str, Any]


class IndexAliases(TypedDict):
    """The aliases of one index, each with its filter, if it has one."""

    aliases: dict[str, dict[str, Any]]


class FieldCapabilities(TypedDict, total=False):
    """What a field can do where it has one type.

    Attributes:
        searchable: Can documents be found by it?
        aggregatable: Can they be sorted by it?
        indices: The indices where it has this type; missing if it has in all of them.
    """

    searchable: bool
    aggregatable: bool
    indices: str | list[str] | None


class Capabilities(TypedDict):
    """The answer to ``GET /…/_field_caps``: by field, then by type."""

    fields: dict[str, dict[str, FieldCapabilities]]


class OpenedShards(msgspec.Struct, frozen=True):
    """On how many shards a point in time was opened."""

    total: int
    failed: int


class Opened(msgspec.Struct, frozen=True):
    """The answer to the opening of a point in time.

    Attributes:
        id: Its id on Elasticsearch.
        pit_id: Its id on OpenSearch.
        shards: On how many shards; Elasticsearch 7.17 does not say.
    """

    id: str = ""
    pit_id: str = ""
    shards: OpenedShards | None = msgspec.field(name="_shards", default=None)


class Searched(msgspec.Struct, frozen=True):
    """The answer to a search, of which only the shards are of interest."""

    shards: OpenedShards = msgspec.field(name="_shards")
