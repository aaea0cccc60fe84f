"""The dozen requests this tap makes, on one client for every flavour of server.

``elasticsearch.Elasticsearch`` builds addresses, pool and TLS. The requests go through its
transport with plain JSON headers of our own, so that neither its product check nor its version
headers stand between one installation and Elasticsearch 7 to 9, Serverless and OpenSearch. Answers
stay bytes.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

import elastic_transport
import msgspec

from tap_elasticsearch.connection.answers import (
    Capabilities,
    FieldCapabilities,
    IndexAliases,
    IndexSettings,
    Opened,
    Resolved,
    Searched,
    decoded,
)
from tap_elasticsearch.connection.errors import raise_transport_error
from tap_elasticsearch.connection.login import describe_login, login_headers
from tap_elasticsearch.connection.node import ASKED
from tap_elasticsearch.connection.pace import Pace
from tap_elasticsearch.connection.refusals import raise_for_status
from tap_elasticsearch.connection.retries import Retries
from tap_elasticsearch.connection.server import Server, identify, identify_refusal, introduced
from tap_elasticsearch.connection.tls import describe_trust
from tap_elasticsearch.connection.transport import elasticsearch
from tap_elasticsearch.exceptions import (
    NotFoundError,
    PrivilegeError,
    SlowError,
    UnavailableError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tap_elasticsearch.config import Settings

T = TypeVar("T")

#: Seconds that closing a point in time may take: it is done when a run is to end.
CLOSING_SECONDS = 5.0

_encode = msgspec.json.Encoder().encode


class Client:
    """Requests to one cluster.

    Every method raises the errors of ``errors`` and ``refusals`` beside this module; what is listed
    with a method comes on top. Safe to use from several threads.
    """

    def __init__(self, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        """Prepare; nothing is asked of the cluster yet.

        Args:
            settings: What the user set.
            sleep: Waits for so many seconds before a request is made again.
        """
        self._settings = settings
        self._login = describe_login(settings)
        self._trust = describe_trust(settings)
        self._headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": f"tap-elasticsearch/{version('tap-elasticsearch')}",
            # In the server's slow logs and lists of tasks, this tells one run from another.
            "x-opaque-id": f"tap-elasticsearch-{uuid4().hex[:8]}",
            **login_headers(settings),
        }
        self._elasticsearch = elasticsearch(settings)
        self._transport = self._elasticsearch.transport
        # The pool has them in an order of its own.
        urls = sorted(node.base_url for node in self._transport.node_pool.all())
        self._retries = Retries(settings.max_retry_time, sleep, len(urls))
        self._pace = Pace(settings.max_requests_per_second)
        given = settings.hosts or settings.cloud_id
        self._unset = "" if given else " (the default, since hosts is not set)"
        self._where = urls[0] if len(urls) == 1 else f"one of {', '.join(urls)}"

    @cached_property
    def server(self) -> Server:
        """What the server is; asked once.

        Raises:
            RequestError: What answers is neither Elasticsearch nor OpenSearch.
        """
        try:
            answer = self._request("GET", "/", what=f"The first request to {self._where}")
        except PrivilegeError as refusal:
            return identify_refusal(str(refusal))
        server = identify(introduced(answer, ASKED.get()))
        self._headers.update(server.headers)
        return server

    def resolve(self, expressions: Iterable[str], *, wildcards: str = "open") -> Resolved:
        """What names and patterns stand for.

        Args:
            expressions: Names or patterns.
            wildcards: Which indices patterns match: ``open``, ``open,hidden``, ``all``.

        Returns:
            The indices, aliases and data streams; a name that does not exist is missing in it, or
            is a NotFoundError (it depends on the server).
        """
        text = ",".join(expressions)
        path = f"/_resolve/index/{_path(text)}"
        params = {"expand_wildcards": wildcards}
        return self._get(path, params, Resolved, what=f"Looking up {text!r}")

    def mappings(self, indices: Iterable[str]) -> dict[str, msgspec.Raw]:
        """``{index: bytes of {"mappings": …}}`` of existing indices, closed ones included."""
        text = ",".join(indices)
        path, what = f"/{_path(text)}/_mapping", f"Reading mappings of {text!r}"
        return self._get(path, {}, dict[str, msgspec.Raw], what=what)

    def settings(self, indices: Iterable[str]) -> dict[str, dict[str, Any]]:
        """``{index: {"index.number_of_shards": "1", …}}`` of existing indices."""
        text = ",".join(indices)
        path, what = f"/{_path(text)}/_settings", f"Reading settings of {text!r}"
        answer = self._get(path, {"flat_settings": "true"}, dict[str, IndexSettings], what=what)
        return {index: found["settings"] for index, found in answer.items()}

    def shards(self, index: str) -> int:
        """The number of shards of an index, for which the privilege ``read`` is enough."""
        path, what = f"/{_path(index)}/_search", f"Searching {index!r}"
        params = {"size": "0", "track_total_hits": "false", "terminate_after": "1"}
        params |= self.server.reaching
        total = self._get(path, params, Searched, what=what).shards.total
        if not total:
            raise NotFoundError(f"{what} asked no shard. Is the index being changed? Run again.")
        return total

    def alias_filters(self, alias: str) -> dict[str, dict[str, Any] | None]:
        """``{index: query}`` of the indices behind an alias; None where it does not filter."""
        path, what = f"/_alias/{_path(alias)}", f"Reading alias {alias!r}"
        answer = self._get(path, {}, dict[str, IndexAliases], what=what)
        return {
            index: found["aliases"].get(alias, {}).get("filter") for index, found in answer.items()
        }

    def field_types(self, indices: Iterable[str], path: str) -> dict[str, FieldCapabilities]:
        """The types that a field has in ``indices``, each with what it can do there.

        Args:
            indices: Names of concrete, open indices.
            path: The field's dotted path.

        Returns:
            Types to capabilities; ``unmapped`` where indices do not have the field.
        """
        text = ",".join(indices)
        what = f"Asking for the types of {path!r} in {text!r}"
        params = {"fields": path, "include_unmapped": "true"}
        answer = self._get(f"/{_path(text)}/_field_caps", params, Capabilities, what=what)
        return answer["fields"].get(path, {})

    def open_context(self, index: str, shard: int | None, keep_alive: str) -> tuple[str, int]:
        """Open a point in time on one shard of one concrete index, or on all of it.

        Returns:
            Its id, and the number of its shards; 0 where that is not said (Elasticsearch 7.17).

        Raises:
            NotFoundError: The index is closed or gone, or has no such shard.
        """
        own = self.server.own_pit_api
        params = {**self.server.reaching, "keep_alive": keep_alive}
        if shard is not None:
            params["preference"] = f"_shards:{shard}"
        if self.server.strict_open:
            name = "allow_partial_pit_creation" if own else "allow_partial_search_results"
            params[name] = "false"
        path = f"/{_path(index)}/{'_search/point_in_time' if own else '_pit'}"
        what = f"Opening a point in time on {index!r}, shard {'*' if shard is None else shard},"
        answer = decoded(self._request("POST", path, params, what=what), Opened, what)
        context = answer.pit_id if own else answer.id
        if answer.shards is None:
            return context, 0 if shard is None else 1
        shards = answer.shards
        if shards.failed or not shards.total or (shard is not None and shards.total != 1):
            self.close_context(context)
            msg = f"{what} gave {shards!r}. Is the index being changed? Run again."
            raise NotFoundError(msg)
        return context, shards.total

    def close_context(self, context: str) -> None:
        """Close a point in time or a scroll; one that is closed already is no error."""
        path, body = self.server.closing(context)
        # At any pace: who ends must not be kept waiting.
        asked = ("DELETE", path, _encode(body), "Closing a point in time", CLOSING_SECONDS)
        with suppress(NotFoundError):
            try:
                self._answer(*asked)
            except (UnavailableError, UnreachableError) as error:
                if isinstance(error, SlowError):
                    raise
                # Of several hosts, another one answers.
                self._answer(*asked)

    def keep_context(self, body: Mapping[str, Any], what: str, timeout: float) -> bytes:
        """The answer, in so many seconds, to a search in a point in time that asks for nothing.

        At any pace, and once: it is done again and again.
        """
        path = "/_search?allow_partial_search_results=false"
        return self._answer("POST", path, _encode(body), what, timeout)

    def accepted(
        self,
        body: Callable[[], Mapping[str, Any]],
        what: str,
        accept: Callable[[bytes], T],
        lightened: Callable[[Exception], bool] = lambda _: False,
    ) -> T:
        """What ``accept`` makes of the answer to a search; what it refuses is asked for again.

        Args:
            body: Makes the request, at each try anew.
            what: What is asked, in words, for errors.
            accept: Raises IncompleteError to refuse the answer.
            lightened: Is told each error that may pass; True if ``body`` asks for less now.
        """
        params = {"allow_partial_search_results": "false"}

        def ask() -> T:
            encoded = _encode(body())
            answer = self._request("POST", "/_search", params, body=encoded, what=what, again=False)
            return accept(answer)

        return self._retries.run(ask, lightened)

    def search_shard(
        self,
        index: str,
        shard: int | None,
        body: Mapping[str, Any],
        what: str,
        scroll: str | None = None,
    ) -> bytes:
        """The answer to a search on one shard, for servers without points in time.

        Args:
            index: A concrete index.
            shard: The shard's number; None: all of the index.
            body: The request.
            what: What is asked, in words, for errors.
            scroll: How long to keep what the answer does not hold; None: not at all.
        """
        params = {**self.server.reaching, "allow_partial_search_results": "false"}
        if shard is not None:
            params["preference"] = f"_shards:{shard}"
        if scroll is not None:
            params["scroll"] = scroll
        path = f"/{_path(index)}/_search"
        return self._request("POST", path, params, body=_encode(body), what=what)

    def look(self, indices: Iterable[str], body: Mapping[str, Any], what: str) -> bytes:
        """The answer to a search in ``indices`` of which nothing needs to be complete.

        It is asked for once: the run can do without.
        """
        params = {**self.server.reaching, "preference": "tap-elasticsearch"}
        params["ignore_unavailable"] = "true"
        path = f"/{_path(','.join(indices))}/_search"
        return self._request("POST", path, params, body=_encode(body), what=what, again=False)

    def continue_scroll(self, context: str, keep_alive: str, what: str) -> bytes:
        """The next page of a scroll. It must not be asked for twice: a page would be lost."""
        body = _encode({"scroll": keep_alive, "scroll_id": context})
        return self._request("POST", "/_search/scroll", body=body, what=what, again=False)

    def close(self) -> None:
        """Close the connections; what is still under way is not asked for again."""
        self._retries.ended = True
        self._elasticsearch.close()

    def _get(self, path: str, params: Mapping[str, str], kind: type[T], *, what: str) -> T:
        return decoded(self._request("GET", path, params, what=what), kind, what)

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        what: str,
        again: bool = True,
    ) -> bytes:
        """The answer to a request, which is made ``again`` only if that does no harm."""
        target = f"{path}?{urlencode(params)}" if params else path

        def ask() -> bytes:
            self._pace.wait()
            return self._answer(method, target, body, what, self._settings.request_timeout)

        return self._retries.run(ask) if again else ask()

    def _answer(
        self, method: str, target: str, body: bytes | None, what: str, timeout: float
    ) -> bytes:
        try:
            # Said with each request: the options of Elasticsearch() are for its own methods alone.
            meta, answer = self._transport.perform_request(
                method,
                target,
                headers=self._headers,
                body=body,
                max_retries=0,
                request_timeout=timeout,
            )
        except elastic_transport.TransportError as error:
            where, answered = ASKED.get() + self._unset, self._retries.answered
            raise_transport_error(error, where, trust=self._trust, answered=answered)
        answer = answer.encode() if isinstance(answer, str) else answer or b""
        self._retries.answered |= meta.status < 500  # noqa: PLR2004
        if not 200 <= meta.status < 300:  # noqa: PLR2004
            raise_for_status(
                meta.status,
                answer,
                request=what,
                login=self._login,
                retry_after=meta.headers.get("retry-after"),
                location=meta.headers.get("location"),
                # What names no index is asked in what is open already.
                in_context=target.startswith("/_search"),
            )
        return answer


def _path(expression: str) -> str:
    return quote(expression, safe=",*-_.")
