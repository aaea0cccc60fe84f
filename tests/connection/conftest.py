"""Secured servers: each started when the first test asks for it, and shared by the run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.connection.certificates import Certificates, make_certificates
from tests.connection.opensearch_security import write_configuration
from tests.connection.secured import Secured, prepared, tls_settings
from tests.servers import running
from tests.servers.fixtures import own_servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The certificates of this run."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def start_secured(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Secured]]:
    """Gives the secured server of a name, and of a way with client certificates."""
    started: dict[tuple[str, str], Secured] = {}
    with ExitStack() as stack:

        def secured(name: str, clients: str = "optional") -> Secured:
            if own_servers():
                pytest.skip("TAP_ELASTICSEARCH_TEST_HOSTS has no secured servers")
            if (name, clients) not in started:
                if name.startswith("opensearch"):
                    folder = tmp_path_factory.mktemp("conf")
                    settings = write_configuration(folder, certificates)
                else:
                    settings = tls_settings(certificates, clients)
                server = stack.enter_context(running(name, settings=settings))
                started[name, clients] = prepared(server, certificates)
            return started[name, clients]

        yield secured


@pytest.fixture(scope="session")
def secured(start_secured: Callable[[str, str], Secured]) -> Secured:
    """The newest Elasticsearch; it takes client certificates as a login."""
    return start_secured("elasticsearch-9-secure", "optional")


@pytest.fixture(scope="session")
def demanding(start_secured: Callable[[str, str], Secured]) -> Secured:
    """The newest Elasticsearch; it refuses a handshake without a client certificate."""
    return start_secured("elasticsearch-9-secure", "required")
