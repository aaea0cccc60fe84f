"""What the server is, and so what it can do. The only place that compares versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.exceptions import RequestError

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
        hides_vectors: Does it leave vectors out of documents unless it is asked for them? (From
            9.2 on, and it is asked in a way that others refuse.)
        cuts_shards: Can a point in time be cut into any number of slices at no cost? Elasticsearch
            cuts by the places of documents (DocIdSliceQuery, from 7.15 on); before, it cannot at
            all; OpenSearch cuts a shard by all terms of ``_id``.
        contexts: How many shards may be held open at once on each node without a refusal
            (OpenSearch refuses the 301st, for all its users together).
        headers: To send with every request.
        reaching: Parameters with which a search, or the opening of a point in time, reaches every
            index that it names. Elasticsearch 7 passes over frozen ones, without a word.
    """

    name: str
    points_in_time: bool
    own_pit_api: bool
    shard_doc: bool
    strict_open: bool
    hides_vectors: bool
    cuts_shards: bool
    contexts: int
    headers: Mapping[str, str]
    reaching: Mapping[str, str]

    def closing(self, context: str) -> tuple[str, dict[str, Any]]:
        """Path and body of the request that closes a point in time, or a scroll."""
        if not self.points_in_time:
            return "/_search/scroll", {"scroll_id": [context]}
        if self.own_pit_api:
            return "/_search/point_in_time", {"pit_id": [context]}
        return "/_pit", {"id": context}

    @property
    def tie_break(self) -> str:
        """The sort that gives every document of one shard once, fastest."""
        return "_shard_doc" if self.shard_doc else "_doc"

    def slices(self, shards: int, wanted: int) -> int:
        """Into how many slices to cut a point in time on one index; 1: none.

        On OpenSearch each shard is one, whatever is wanted: ``_doc`` repeats from shard to shard,
        and pages over several lack documents (3.8: three shards gave 817 of 1,000). The slices of
        as many as there are shards are the shards themselves.

        Args:
            shards: How many shards it covers.
            wanted: How many slices would be best.
        """
        if not self.points_in_time:
            return 1
        if self.own_pit_api:
            return shards
        return wanted if self.cuts_shards else 1


def introduced(answer: bytes, url: str) -> dict[str, Any]:
    """What a server says of itself.

    Args:
        answer: That to ``GET /``.
        url: Where it came from, for the message.

    Raises:
        RequestError: What answers is neither Elasticsearch nor OpenSearch.
    """
    try:
        info = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        info = None
    if not isinstance(info, dict) or "version" not in info:
        shown = answer[:80].decode("utf-8", "replace")
        msg = (
            f"What answers at {url} is not Elasticsearch or OpenSearch; its answer begins with"
            f" {shown!r}. Check hosts."
        )
        raise RequestError(msg)
    return info


def identify_refusal(said: str) -> Server:
    """The server that refused to say what it is: least privilege does not let one ask.

    Args:
        said: Its words. Elasticsearch says that an action "is unauthorized for user", OpenSearch
            that there are "no permissions for" one; Amazon's says neither, but its own actions.

    Returns:
        A server with what every version of its flavour that has points in time can do.
    """
    if "no permissions for" in said or "es:ESHttp" in said:
        return _opensearch(None)
    return identify({})


def identify(info: Mapping[str, Any]) -> Server:
    """The server that gave ``info``, the answer to ``GET /``."""
    version = info.get("version") or {}
    number = _number(str(version.get("number", "")))
    if version.get("distribution") == "opensearch":
        return _opensearch(number)
    serverless = version.get("build_flavor") == "serverless"
    return Server(
        name="Elastic Cloud Serverless" if serverless else f"Elasticsearch {_text(number)}".strip(),
        # In 7.10 they were a part of Elastic's own build alone; others call themselves differently.
        points_in_time=number is None
        or number >= (7, 11)
        or (number >= (7, 10) and version.get("build_flavor") == "default"),
        own_pit_api=False,
        shard_doc=number is None or number >= (7, 12),
        # Without it, a server refuses just the same; it could only be told not to.
        strict_open=number is not None and number >= (8,),
        hides_vectors=serverless or (number is not None and number >= (9, 2)),
        cuts_shards=serverless or (number is not None and number >= (7, 15)),
        contexts=500,
        headers={"elastic-api-version": "2023-10-31"} if serverless else {},
        reaching={"ignore_throttled": "false"} if number and number < (8,) else {},
    )


def _opensearch(number: tuple[int, ...] | None) -> Server:
    return Server(
        name=f"OpenSearch {_text(number)}".strip(),
        points_in_time=number is None or number >= (2, 4),
        own_pit_api=True,
        shard_doc=False,
        strict_open=True,
        hides_vectors=False,
        cuts_shards=False,
        contexts=100,
        headers={},
        reaching={},
    )


def _number(text: str) -> tuple[int, ...] | None:
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else None


def _text(number: tuple[int, ...] | None) -> str:
    return ".".join(map(str, number or ()))
