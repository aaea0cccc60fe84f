"""What all tests share: the servers, and the installed command."""

from hypothesis import settings

from tests.command import sandbox
from tests.servers.fixtures import cluster, elasticsearch, opensearch, start

__all__ = ["cluster", "elasticsearch", "opensearch", "sandbox", "start"]

# How long an example takes says more of what else the machine does than of us.
settings.register_profile("patient", settings.default, deadline=None)
settings.load_profile("patient")
