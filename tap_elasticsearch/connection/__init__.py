"""The wire: client, transport, login, TLS, and what the server at the other end can do."""

from tap_elasticsearch.connection.client import Client, silence_client_logs
from tap_elasticsearch.connection.server import Server

__all__ = ["Client", "Server", "silence_client_logs"]
