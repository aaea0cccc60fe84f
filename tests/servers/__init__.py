"""Real Elasticsearch and OpenSearch servers, from Python packages and Maven artifacts alone."""

from tests.servers.cluster import Cluster
from tests.servers.process import Server, ServerDied, running, two_nodes
from tests.servers.table import ROWS

__all__ = ["ROWS", "Cluster", "Server", "ServerDied", "running", "two_nodes"]
