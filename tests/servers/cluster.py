"""What tests do with a server beside the tap: create, fill, look."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: A server of so little memory refuses a request now and then until it has cleared up (HTTP 429).
_PATIENT = Retry(
    total=None,
    connect=0,
    read=0,
    redirect=0,
    other=0,
    status=8,
    status_forcelist=(429,),
    allowed_methods=None,
    backoff_factor=0.2,
    raise_on_status=False,
)


class Reachable(Protocol):
    """A server with an address."""

    @property
    def url(self) -> str:
        """Where it listens."""

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, or None."""


class Cluster:
    """A server, for setting up and looking at.

    Args:
        server: Where it is.
        ca: A PEM file with whoever signed its certificate, where it speaks TLS.
        client: PEM files with a certificate and its key, where it wants one of us.
    """

    def __init__(
        self,
        server: Reachable,
        *,
        ca: Path | None = None,
        client: tuple[str, str] | None = None,
    ) -> None:
        self.url = server.url
        self._session = requests.Session()
        self._session.auth = server.login
        # A proxy of the environment knows no servers on this machine.
        self._session.trust_env = False
        self._session.verify = True if ca is None else str(ca)
        self._session.cert = client
        self._session.mount(server.url, HTTPAdapter(max_retries=_PATIENT))

    def log_in(self, username: str, password: str) -> None:
        """Be someone else from now on."""
        self._session.auth = (username, password)

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

    def send(self, method: str, path: str, body: bytes) -> None:
        """Send JSON that is written by hand.

        Raises:
            requests.HTTPError: The server refused.
        """
        headers = {"content-type": "application/json"}
        answer = self._session.request(
            method, self.url + path, data=body, headers=headers, timeout=60
        )
        answer.raise_for_status()

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
        routing: str | None = None,
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
            params=None if routing is None else {"routing": routing},
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
        """Delete indices and data streams, if they are there.

        Args:
            names: Each with wildcards if need be; ``*`` means the server's own indices as well.

        Raises:
            requests.HTTPError: One could not be deleted.
        """
        for name in names:
            # Servers refuse to delete by wildcard, and to resolve a missing name without one.
            found = self.request("GET", f"/_resolve/index/{name}*?expand_wildcards=all")
            streams = [f"_data_stream/{stream['name']}" for stream in found["data_streams"]]
            indices = [i["name"] for i in found["indices"] if "data_stream" not in i]
            for each in streams + indices:
                if fnmatchcase(each.removeprefix("_data_stream/"), name):
                    self.request("DELETE", f"/{each}")

    def close(self, index: str) -> None:
        """Close an index."""
        self.request("POST", f"/{index}/_close")

    def open_contexts(self) -> int:
        """How many points in time and scrolls are open, one for each shard.

        OpenSearch's ``point_in_time_current`` is a part of ``open_contexts``, not beside it.
        """
        nodes = self.request("GET", "/_nodes/stats/indices/search")["nodes"].values()
        return sum(node["indices"]["search"]["open_contexts"] for node in nodes)
