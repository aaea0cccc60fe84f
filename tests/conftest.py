"""What all tests share: the servers, and the installed command."""

from tests.command import sandbox
from tests.servers.fixtures import cluster, elasticsearch, opensearch, start

__all__ = ["cluster", "elasticsearch", "opensearch", "sandbox", "start"]
