"""What is asked for once, whatever comes of it."""

from __future__ import annotations

import socket
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Requests that must not be repeated, or are not worth it.
ONCE: dict[str, Callable[[Client], object]] = {
    "the next page of a scroll": lambda client: client.continue_scroll("id", "1m", "Reading"),
    "a look at documents": lambda client: client.look(["orders"], {}, "Looking"),
}


_INFO = b'{"version": {"number": "9.5.3"}}'
_KNOWN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n" + _INFO


def hang_up(listener: socket.socket, calls: list[int]) -> None:
    """Say what kind of server this is; close all other connections without an answer."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            asked = connection.recv(65_536)
            if asked.startswith(b"GET / "):
                connection.sendall(_KNOWN)
            else:
                calls.append(len(asked))


@pytest.mark.parametrize("ask", ONCE.values(), ids=ONCE.keys())
def test_once(ask: Callable[[Client], object]) -> None:
    """A connection that is lost ends it: an answer that got lost has moved a scroll on."""
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=hang_up, args=(listener, calls), daemon=True).start()
        client = Client(Settings(hosts=(f"http://127.0.0.1:{listener.getsockname()[1]}",)))
        with pytest.raises(UnreachableError):
            ask(client)
        client.close()
    assert len(calls) == 1
