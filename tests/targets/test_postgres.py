"""The PostgreSQL server of the tests: it goes with them, however they end."""

from __future__ import annotations

import socket
import subprocess
import sys
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.targets.postgres import Postgres

STARTER = """
import time
from tests.targets.postgres import running_postgres
with running_postgres() as server:
    print(server.port, flush=True)
    time.sleep(600)
"""


def test_a_killed_parent_takes_its_server_along(postgres_server: Postgres) -> None:
    """Even when its starter has no time for anything, a server does not stay behind."""
    with subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        port = int(starter.stdout.readline())
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
        starter.kill()
    end = monotonic() + 30
    while monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionError:
            return
        sleep(0.1)
    pytest.fail("The server outlived its starter.")
