"""One server of the cluster, as the client's transport talks to it."""

from __future__ import annotations

import ssl
from contextvars import ContextVar
from typing import Any

import elastic_transport

from tap_elasticsearch.connection.tls import PinnedContext

#: The address of the server that this thread asked last: of several, any may be the one.
ASKED: ContextVar[str] = ContextVar("ASKED", default="the server")


class Node(elastic_transport.Urllib3HttpNode):
    """A node that trusts what its TLS context trusts, and nothing else."""

    def __init__(self, config: elastic_transport.NodeConfig) -> None:
        super().__init__(config)
        self._context = config.ssl_context
        pool: Any = self.pool
        # A request that must not wait, as that which closes a point in time, gets a connection of
        # its own where all are taken.
        pool.block = False
        if self._context is not None:
            # urllib3 would load certifi's authorities into our context at the first connection.
            pool.ca_certs = None
        if isinstance(self._context, PinnedContext):
            # It would compare the name, since the context does not.
            pool.assert_hostname = False

    def perform_request(  # noqa: D102
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: elastic_transport.HttpHeaders | None = None,
        request_timeout: Any = None,  # noqa: ANN401 - the base class has a type of its own for it
    ) -> Any:  # noqa: ANN401 - what the base class returns cannot be imported
        ASKED.set(self.base_url)
        if isinstance(self._context, PinnedContext):
            self._pin(self._context, request_timeout)
        return super().perform_request(method, target, body, headers, request_timeout)

    def _pin(self, context: PinnedContext, timeout: float | None) -> None:
        try:
            context.pin(self.host, self.port, timeout)
        except ssl.SSLError as error:
            raise elastic_transport.TlsError(str(error), errors=(error,)) from error
        except TimeoutError as error:
            raise elastic_transport.ConnectionTimeout(str(error), errors=(error,)) from error
        except OSError as error:
            raise elastic_transport.ConnectionError(str(error), errors=(error,)) from error
