"""Readings of one cluster, each of which goes on from what the one before left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from tap_elasticsearch.config import Settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import ServerError, UnreachableError

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.faults.fake_server import FakeServer

#: What a reading leaves, and the next goes on from.
Left = TypeVar("Left")

#: Runs after which a server that fails no more must have let one end well.
PATIENCE = 100


class Chain(ABC, Generic[Left]):
    """Runs over one cluster, each from where the one before was.

    Attributes:
        states: All that was left, each with the ids that had arrived by then.
        times: How often each document arrived, by its ``_id``.
        begun: How many runs there were.
    """

    def __init__(
        self,
        server: FakeServer,
        left: Left | None = None,
        **more: Any,  # noqa: ANN401 - any settings
    ) -> None:
        self._settings = msgspec.convert({"hosts": [server.url], **more}, Settings)
        self._server = server
        self._more = more
        self.states: list[tuple[Left | None, frozenset[str]]] = [(left, frozenset())]
        self.times: Counter[str] = Counter()
        self.begun = 0

    @property
    def count(self) -> int:
        """How many documents arrived in all."""
        return self.times.total()

    @abstractmethod
    def read(self, client: Client, left: Left | None, most: int) -> None:
        """Read so much, and leave states, also where an error ends it."""

    def leave(self, left: Left) -> None:
        """Note how far a reading is."""
        self.states.append((left, frozenset(self.times)))

    def run(self, most: int) -> None:
        """Read so much, from where the last reading was."""
        self.begun += 1
        # No time is taken before a request is made again.
        client = Client(self._settings, lambda _: None)
        try:
            self.read(client, self.states[-1][0], most)
        finally:
            client.close()

    def ends_well(self, most: int = 10_000) -> bool:
        """Read so much, or all; False if a server that fails has ended it."""
        try:
            self.run(most)
        except (ServerError, UnreachableError):
            return False
        return True

    def finish(self) -> None:
        """Run until a run ends well."""
        assert any(self.ends_well() for _ in range(PATIENCE))

    def anew(self, left: Left | None) -> Self:
        """A chain that begins with what was left, like this one otherwise."""
        return type(self)(self._server, left, **self._more)
