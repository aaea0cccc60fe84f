"""Servers for the suite: each started when the first test asks for it, and shared by the run."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from tests.servers.cluster import Cluster
from tests.servers.process import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.cluster import Reachable

#: The servers that what must hold on every server is shown on.
MATRIX = ("elasticsearch-9", "opensearch-3")


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server that the user named in the environment, instead of one that we start."""

    url: str
    login: tuple[str, str] | None = None


def own_servers() -> dict[str, OwnServer]:
    """Servers in ``TAP_ELASTICSEARCH_TEST_HOSTS`` (URLs, separated by commas), by flavour.

    Whatever its version, one stands for the newest of its flavour.
    """
    hosts = [h for h in os.environ.get("TAP_ELASTICSEARCH_TEST_HOSTS", "").split(",") if h]
    return {_flavour(host): OwnServer(host.rstrip("/")) for host in hosts}


def _flavour(url: str) -> str:
    version = requests.get(url, timeout=30).json()["version"]
    flavour = version.get("distribution", "elasticsearch")
    return next(name for name in MATRIX if name.startswith(f"{flavour}-"))


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[[str], Reachable]]:
    """Gives the server of a name; the same one every time."""
    own = own_servers()
    started: dict[str, Reachable] = {}
    with ExitStack() as stack:

        def server(name: str) -> Reachable:
            if own and name not in own:
                pytest.skip(f"TAP_ELASTICSEARCH_TEST_HOSTS has no {name}")
            if name not in started:
                started[name] = own.get(name) or stack.enter_context(running(name))
            return started[name]

        yield server


@pytest.fixture(scope="session")
def elasticsearch(start: Callable[[str], Reachable]) -> Cluster:
    """The newest Elasticsearch."""
    return Cluster(start("elasticsearch-9"))


@pytest.fixture(scope="session")
def opensearch(start: Callable[[str], Reachable]) -> Cluster:
    """The newest OpenSearch."""
    return Cluster(start("opensearch-3"))


@pytest.fixture(scope="session", params=MATRIX)
def cluster(request: pytest.FixtureRequest, start: Callable[[str], Reachable]) -> Cluster:
    """Each server of the matrix in its turn."""
    return Cluster(start(request.param))
