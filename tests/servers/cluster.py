"""What tests do with a server beside the tap: create, fill, look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import requests

if TYPE_CHECKING:
    from collections.abc import Iterable


class Reachable(Protocol):
    """A server with an address."""

    @property
    def url(self) -> str:
        """Where it listens."""

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, or None."""


class Cluster:
    """A server, for setting up and looking at."""

    def __init__(self, server: Reachable) -> None:
        self.url = server.url
        self._session = requests.Session()
        self._session.auth = server.login

    def request(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """The answer to a request, decoded.

        Raises:
            requests.HTTPError: The server refused; its words are in the message.
        """
        answer = self._session.request(method, self.url + path, json=body, timeout=60)
        if not answer.ok:
            msg = f"{method} {path}: {answer.status_code} {answer.text}"
            raise requests.HTTPError(msg)
        return answer.json()

    def create(
        self, index: str, *, mappings: object = None, settings: dict[str, Any] | None = None
    ) -> None:
        """Create an index without replicas, on one shard unless ``settings`` say otherwise."""
        whole = {"number_of_shards": 1, "number_of_replicas": 0, **(settings or {})}
        self.request("PUT", f"/{index}", {"mappings": mappings or {}, "settings": whole})

    def bulk(
        self,
        index: str,
        documents: Iterable[tuple[str, dict[str, Any]]],
        *,
        action: str = "index",
    ) -> None:
        """Index documents, each with its id; they are searchable after ``refresh``.

        Raises:
            requests.HTTPError: One was refused.
        """
        lines = []
        for document, source in documents:
            lines += [json.dumps({action: {"_id": document}}), json.dumps(source)]
        answer = self._session.post(
            f"{self.url}/{index}/_bulk",
            data=("\n".join(lines) + "\n").encode(),
            headers={"content-type": "application/x-ndjson"},
            timeout=120,
        )
        answer.raise_for_status()
        if answer.json()["errors"]:
            raise requests.HTTPError(answer.text[:2_000])

    def refresh(self, index: str = "*") -> None:
        """Make everything searchable."""
        self.request("POST", f"/{index}/_refresh")

    def delete(self, *names: str) -> None:
        """Delete indices, if they are there."""
        for name in names:
            self._session.delete(f"{self.url}/{name}", timeout=60)

    def close(self, index: str) -> None:
        """Close an index."""
        self.request("POST", f"/{index}/_close")

    def open_contexts(self) -> int:
        """How many points in time and scrolls are open, one for each shard."""
        nodes = self.request("GET", "/_nodes/stats/indices/search")["nodes"].values()
        searches = [node["indices"]["search"] for node in nodes]
        return sum(
            search["open_contexts"] + search.get("point_in_time_current", 0) for search in searches
        )
