"""A server's process: started, ready, stopped, and never left behind."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.servers.artifacts import JAVA, class_path
from tests.servers.table import row as row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers.table import Row

#: The settings that switch TLS on.
TLS = ("xpack.security.http.ssl.enabled", "plugins.security.ssl.http.enabled")
#: Seconds until a server must be ready.
PATIENCE = 120.0


class ServerDied(Exception):  # noqa: N818 - it says what happened
    """A server did not become ready."""


class Server:
    """One server on 127.0.0.1, with its data in a folder of its own.

    Attributes:
        name: Its name in the table.
        url: Where it listens.
        login: User and password, or None.
        folder: Its data and its log.
    """

    def __init__(self, row: Row, folder: Path, *, port: int, settings: Mapping[str, str]) -> None:
        self._row = row
        self._settings = settings
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.name = row.name
        secured = any(settings.get(name) == "true" for name in TLS)
        scheme = "https" if secured else "http"
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.login = None if row.login is None else (row.login, row.password or "")
        self.folder = folder.resolve()

    @property
    def pid(self) -> int | None:
        """The running process's id."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> Path:
        """What the server has said."""
        return self.folder / "log.txt"

    def start(self) -> None:
        """Start, on the data there is, and wait until it can be used.

        Raises:
            ServerDied: It did not start; the end of its log is in the message.
        """
        command = [
            *(JAVA, *self._row.jvm, "-cp", class_path(self._row), self._row.main),
            *(str(self._port), str(self.folder / "data"), *self._row.options),
            *(f"-E{name}={value}" for name, value in self._settings.items()),
        ]
        with self.log.open("wb") as log:
            # The launcher ends when its standard input does: with us, however we end. A session of
            # its own keeps a terminal's Ctrl-C from it, so that we can still ask it something.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_ready(self._process)

    def stop(self) -> None:
        """Ask the server to end, and wait for it."""
        if self._process is not None:
            self._process.terminate()
            self._end()

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = monotonic() + PATIENCE
        while f"ready {self.url}".encode() not in self.log.read_bytes():
            if process.poll() is not None or monotonic() > end:
                said = "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
                self.kill()
                msg = f"{self.name} did not become ready:\n{said}"
                raise ServerDied(msg)
            sleep(0.05)


@contextmanager
def running(
    name: str,
    *,
    settings: Mapping[str, str] | None = None,
    port: int | None = None,
    folder: Path | None = None,
) -> Iterator[Server]:
    """A server that runs inside the block, on a free port, with data that go with it.

    Args:
        name: A name of the table.
        settings: More settings of the server.
        port: A port of one's choice.
        folder: Where its data and its log are and stay; by default they go with the server.

    Raises:
        KeyError: There is no such server.
        ServerDied: It did not start.
    """
    row = row_of(name)
    home = folder or Path(tempfile.mkdtemp(prefix=f"{name}-"))
    server = Server(row, home, port=port or free_port(), settings=settings or {})
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def two_nodes(name: str) -> Iterator[tuple[Server, Server]]:
    """A cluster of two nodes, of which the second has data and no say: it may be killed.

    Args:
        name: A name of the table.

    Raises:
        KeyError: There is no such server.
        ServerDied: One did not start.
    """
    port = str(free_port())
    both = {"discovery.type": row_of(name).discovery, "discovery.seed_hosts": f"127.0.0.1:{port}"}
    first = {"node.name": "first", "cluster.initial_master_nodes": "first", "transport.port": port}
    second = {"node.name": "second", "node.roles": "data"}
    with (
        running(name, settings={**both, **first}) as one,
        running(name, settings={**both, **second}) as other,
    ):
        yield one, other


def free_port() -> int:
    """A port that nothing listens on now.

    It is below those that systems give to clients, so none takes it before the server does.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
