"""A small true model of Elasticsearch, or OpenSearch, over a real socket.

It is for faults that a real server can't be told to make. What it says where nothing goes wrong is
compared with a real server's answers in ``test_fake_server``.
"""

from __future__ import annotations

import socket
import sys
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from tests.faults.faults import Answer, Changed, Cut, Held, Lacking, Meanwhile, Short
from tests.faults.operations import answer, understood

if TYPE_CHECKING:
    from email.message import Message

    from typing_extensions import Self

    from tests.faults.faults import Fault, Rule
    from tests.faults.model import Cluster
    from tests.faults.operations import Request


class FakeServer:
    """The server; use it as a context manager.

    Attributes:
        cluster: What it holds.
        requests: What was asked so far.
        headers: The headers of each.
        url: Its address.
        struck: Set as soon as a fault has begun.
        strikes: The operation of each request that a fault has struck, with that fault.
        most_pages: The most pages that were asked for and not yet answered, at any one time.
    """

    def __init__(self, cluster: Cluster, *rules: Rule) -> None:
        self.cluster = cluster
        self.requests: list[Request] = []
        self.headers: list[Message] = []
        self.struck = Event()
        self.strikes: list[tuple[str, Fault]] = []
        self.most_pages = 0
        self._under_way: Counter[str] = Counter()
        self._rules = rules
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._leaving = Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._http.shutdown()
        self._http.server_close()
        # A request that the model did not understand must not pass for a fault.
        if self._http.crashes:
            raise self._http.crashes[0]

    @property
    def open_contexts(self) -> int:
        """Points in time that were not closed and have not expired."""
        with self._lock:
            return self.cluster.open_contexts

    def count(self, operation: str) -> int:
        """How many requests of a kind have come."""
        with self._lock:
            return self._counts[operation]

    def asked(self, method: str, target: str, body: bytes) -> Request:
        """The request that has come."""
        request = understood(self.cluster, method, target, body)
        with self._lock:
            self._under_way[request.operation] += 1
            self.most_pages = max(self.most_pages, self._under_way["page"])
        return request

    def answered(self, request: Request) -> None:
        """Count a request as answered, which it is not yet: who has the answer may ask again."""
        with self._lock:
            self._under_way[request.operation] -= 1

    def answer(self, request: Request) -> tuple[Answer, Fault | None]:
        """What to answer, and what goes wrong with it."""
        with self._lock:
            self.requests.append(request)
            self._counts[request.operation] += 1
            fault = self._fault(request)
            if fault is not None:
                self.strikes.append((request.operation, fault))
            if isinstance(fault, Answer):
                return fault, fault
            if isinstance(fault, Meanwhile):
                fault.event(self.cluster)
            status, said = answer(self.cluster, request)
        if isinstance(fault, Changed):
            said = {**said, **fault.members}
        if isinstance(fault, (Short, Lacking)) and status == 200:
            _take_out(said["hits"]["hits"], fault)
        return Answer(status, msgspec.json.encode(said)), fault

    def strike(self, fault: Fault | None) -> None:
        """Let it be known that ``fault`` is there, and wait as it says."""
        if fault is None:
            return
        self.struck.set()
        if isinstance(fault, Held):
            self._leaving.wait(fault.seconds)

    def _fault(self, request: Request) -> Fault | None:
        number = self._counts[request.operation]
        size = request.body.get("size", 0)
        return next(
            (
                rule.fault
                for rule in self._rules
                if rule.operation == request.operation
                and rule.nth in {0, number}
                and size > rule.above
            ),
            None,
        )


def _take_out(hits: list[object], fault: Short | Lacking) -> None:
    if isinstance(fault, Short):
        del hits[fault.hits :]
    else:
        del hits[fault.place]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # With fewer places for those who come at once, some would come only a second later.
    request_queue_size = 128
    fake: FakeServer

    def __init__(self, *args: Any) -> None:  # noqa: ANN401
        super().__init__(*args)
        self.crashes: list[BaseException] = []

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Keep what went wrong, save that a client may go away whenever it likes."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.crashes.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for an answer: with many small ones, delayed acknowledgements cost 40 ms each.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        fake = self.server.fake
        fake.headers.append(self.headers)
        request = fake.asked(self.command, self.path, self.rfile.read(length))
        said, fault = fake.answer(request)
        fake.strike(fault)
        fake.answered(request)
        if isinstance(fault, Cut):
            self._cut(said, fault)
        else:
            self._send(said)

    do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""

    def _send(self, said: Answer, share: int = 1) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", said.content_type)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body[: len(said.body) // share])
        self.wfile.flush()

    def _cut(self, said: Answer, fault: Cut) -> None:
        if fault.half:
            self._send(said, share=2)
        self.close_connection = True
        # The client may be gone before.
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def wait_until(*, seconds: float, server: FakeServer, operation: str, count: int) -> bool:
    """Wait for so many requests of a kind; False if they do not come in time."""
    until = monotonic() + seconds
    pause = Event()
    while server.count(operation) < count:
        if monotonic() > until:
            return False
        pause.wait(0.02)
    return True
