"""The PostgreSQL server of the tests: it goes with them, however they end."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.targets.postgres import Postgres

STARTER = """
import time
from tests.targets.postgres import running_postgres
with running_postgres() as server:
    print(server.port, server.folder, flush=True)
    time.sleep(600)
"""


def test_a_killed_parent_takes_its_server_along(postgres_server: Postgres) -> None:
    """Even when its starter has no time for anything, neither server nor data stay behind."""
    with subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        port, folder = starter.stdout.readline().decode().split()
        socket.create_connection(("127.0.0.1", int(port)), timeout=10).close()
        starter.kill()
    end = monotonic() + 30
    while Path(folder).exists():
        assert monotonic() < end, "The server outlived its starter."
        sleep(0.1)
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=1)
