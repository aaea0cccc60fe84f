"""The wire: client, transport, login, TLS, and what the server at the other end can do."""

from tap_elasticsearch.connection.answers import FieldCapabilities, Resolved
from tap_elasticsearch.connection.client import Client
from tap_elasticsearch.connection.server import Server
from tap_elasticsearch.connection.transport import silence_client_logs

__all__ = ["Client", "FieldCapabilities", "Resolved", "Server", "silence_client_logs"]
