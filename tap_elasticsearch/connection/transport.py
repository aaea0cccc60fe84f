"""Elastic's client as the transport of our requests: addresses, pool, TLS."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

import elastic_transport
from elasticsearch import Elasticsearch

from tap_elasticsearch.connection.addresses import DEFAULT_HOST, complete_url, is_loopback
from tap_elasticsearch.connection.node import Node
from tap_elasticsearch.connection.tls import tls_context
from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings


#: Connections to each node that the client has by itself; a request waits until one is free.
_CONNECTIONS = 10
#: Those beside the pages': to open, keep alive, and close points in time.
_BESIDE = 4

_CLOUD_ID = "Copy it from the deployment's page in the Elastic Cloud console."


class RawSerializer(elastic_transport.Serializer):
    """Leaves bodies and answers as the bytes they are."""

    mimetype: ClassVar[str] = "application/json"

    def loads(self, data: bytes) -> bytes:  # noqa: D102
        return data

    def dumps(self, data: bytes) -> bytes:  # noqa: D102
        return data


def silence_client_logs() -> None:
    """Keep the client's own log lines out of ours; call it when logging has been set up.

    Its node logger would show all headers but ``Authorization``, and all documents; it decodes
    every answer to text as soon as a handler can be found, at any level.
    """
    logging.getLogger("elastic_transport.node").propagate = False
    names = ("elastic_transport", "elastic_transport.node", "elastic_transport.transport")
    for name in (*names, "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def elasticsearch(settings: Settings) -> Elasticsearch:
    """The client of a cluster; nothing is asked of it yet.

    Raises:
        SettingsError: The connection settings contradict each other.
    """
    hosts = (
        None if settings.cloud_id else [complete_url(h) for h in settings.hosts or [DEFAULT_HOST]]
    )
    options: dict[str, Any] = {}
    if hosts is None or any(host.startswith("https:") for host in hosts):
        options["ssl_context"] = tls_context(settings)
        if settings.ca_fingerprint is None and not settings.verify_certs:
            options.update(verify_certs=False, ssl_show_warn=False)
    if settings.parallel != "auto":
        options["connections_per_node"] = max(_CONNECTIONS, settings.parallel + _BESIDE)
    raw = RawSerializer()
    try:
        return Elasticsearch(
            hosts,
            cloud_id=settings.cloud_id,
            node_class=Node,
            http_compress=_compressed(settings, hosts),
            serializers={"application/json": raw, "text/*": raw, "application/*": raw},
            **options,
        )
    except ValueError as error:
        name = "The connection settings" if settings.cloud_id is None else "cloud_id"
        msg = f"{name} cannot be used: {error}. {'' if hosts else _CLOUD_ID}".strip()
        raise SettingsError(msg) from error


def _compressed(settings: Settings, hosts: list[str] | None) -> bool:
    if settings.http_compress == "auto":
        return hosts is None or not all(is_loopback(host) for host in hosts)
    return settings.http_compress
