"""What goes over the network, compressed and not."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

#: Of each document; it compresses well.
TEXT = "compress me " * 100
DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class Relay:
    """Stands between the tap and a server, and counts.

    Attributes:
        url: Where it listens.
        answered: The sizes of what the server sent, piece by piece.
    """

    url: str
    answered: list[int] = field(default_factory=list)


@contextmanager
def relay(server: str) -> Iterator[Relay]:
    """A relay to ``server``, a URL, that runs inside the block."""
    port = urlsplit(server).port
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Relay(f"http://127.0.0.1:{listener.getsockname()[1]}")
        Thread(target=_accept, args=(listener, port, made.answered), daemon=True).start()
        yield made


def _accept(listener: socket.socket, port: int, answered: list[int]) -> None:
    with suppress(OSError):
        while True:
            tap, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            Thread(target=_pass_on, args=(tap, server, []), daemon=True).start()
            Thread(target=_pass_on, args=(server, tap, answered), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, sizes: list[int]) -> None:
    with suppress(OSError), source, sink:
        while data := source.recv(65_536):
            sizes.append(len(data))
            sink.sendall(data)


def read(cluster: Cluster, sandbox: Sandbox, *, compress: object) -> tuple[Run, int]:
    """A run, and how many bytes the server sent for it."""
    with relay(cluster.url) as between:
        config = {"hosts": [between.url], "indices": ["long-texts"], "http_compress": compress}
        run = sandbox.run(config)
        assert run.code == 0, run.err
        return run, sum(between.answered)


def test_compression(cluster: Cluster, sandbox: Sandbox) -> None:
    """Compressed or not, the records are the same; on this machine, auto does not compress."""
    cluster.create("long-texts")
    cluster.bulk("long-texts", [(str(n), {"n": n, "text": TEXT}) for n in range(DOCUMENTS)])
    cluster.refresh("long-texts")
    runs = {c: read(cluster, sandbox, compress=c) for c in (True, False, "auto")}
    records = [
        sorted((r["_id"], r["n"], r["text"]) for r in run.records("long_texts"))
        for run, _ in runs.values()
    ]
    assert len(records[0]) == DOCUMENTS
    assert records[0] == records[1] == records[2]
    whole = DOCUMENTS * len(TEXT)
    assert runs[True][1] < whole / 5
    assert min(runs[False][1], runs["auto"][1]) > whole
    cluster.delete("long-texts")
