"""``python -m tests.servers NAME``: a server to play with."""

from __future__ import annotations

import argparse
import signal
import sys
from threading import Event

from tests.servers.artifacts import ArtifactError, update_checksums
from tests.servers.process import ServerDied, running
from tests.servers.table import ROWS, row


def keep(name: str, port: int | None) -> None:
    """Run the server until Ctrl-C."""
    print(f"Starting {name} …", flush=True)
    # Whoever ends it without a terminal gets the same: a server that is stopped, no data left.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(name, port=port) as server:
        login = "" if server.login is None else f" -u {':'.join(server.login)}"
        print(f"{name} is ready at {server.url}. Try:\n  curl{login} {server.url}")
        print("Ctrl-C stops it and deletes its data.", flush=True)
        Event().wait()


def main() -> int:
    """Do what the arguments say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("name", nargs="?", choices=ROWS, help="the server to start")
    parser.add_argument("--port", type=int, help="where it listens; by default any free port")
    parser.add_argument("--list", action="store_true", help="list the servers")
    parser.add_argument("--update-checksums", choices=ROWS, help="after changing its artifacts")
    arguments = parser.parse_args()
    try:
        if arguments.update_checksums:
            print(update_checksums(row(arguments.update_checksums)))
        elif arguments.name and not arguments.list:
            keep(arguments.name, arguments.port)
        else:
            print("\n".join(ROWS))
    except (ArtifactError, ServerDied) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
