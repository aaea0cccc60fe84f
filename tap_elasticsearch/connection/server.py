"""What the server is, and so what it can do. The only place that compares versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server's flavour and capabilities.

    Attributes:
        name: For messages, like ``Elasticsearch 9.5.3``.
        points_in_time: Are there points in time at all?
        own_pit_api: Are they opened at OpenSearch's own path and with its own answers?
        shard_doc: Does ``_shard_doc`` tell the documents of a point in time apart? OpenSearch has
            it from 3.3 on, but repeats its values across indices; ``_doc`` is unique in one shard.
        strict_open: Does the opening take ``allow_partial_search_results``? (Elasticsearch 7.17
            answers 400.)
        contexts: How many shards may be held open at once on each node without a refusal
            (OpenSearch refuses the 301st, for all its users together).
        headers: To send with every request.
    """

    name: str
    points_in_time: bool
    own_pit_api: bool
    shard_doc: bool
    strict_open: bool
    contexts: int
    headers: Mapping[str, str]

    @property
    def tie_break(self) -> str:
        """The sort that gives every document of one shard once, fastest."""
        return "_shard_doc" if self.shard_doc else "_doc"


def identify(info: Mapping[str, Any] | None) -> Server:
    """The server that gave ``info``.

    Args:
        info: The answer to ``GET /``; None if the credentials may not ask, which is then taken
            for a current Elasticsearch (its own ``monitor`` privilege guards it).
    """
    version = (info or {}).get("version") or {}
    number = _number(str(version.get("number", "")))
    if version.get("distribution") == "opensearch":
        return _opensearch(number)
    serverless = version.get("build_flavor") == "serverless"
    return Server(
        name="Elastic Cloud Serverless" if serverless else f"Elasticsearch {_text(number)}".strip(),
        # The Elasticsearch 7.10 built without Elastic's licence has none.
        points_in_time=number is None
        or (number >= (7, 10) and version.get("build_flavor") != "oss"),
        own_pit_api=False,
        shard_doc=number is None or number >= (7, 12),
        strict_open=number is None or number >= (8,),
        contexts=500,
        headers={"elastic-api-version": "2023-10-31"} if serverless else {},
    )


def _opensearch(number: tuple[int, ...] | None) -> Server:
    return Server(
        name=f"OpenSearch {_text(number)}".strip(),
        points_in_time=number is None or number >= (2, 4),
        own_pit_api=True,
        shard_doc=False,
        strict_open=True,
        contexts=100,
        headers={},
    )


def _number(text: str) -> tuple[int, ...] | None:
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else None


def _text(number: tuple[int, ...] | None) -> str:
    return ".".join(map(str, number or ()))
