"""The indices that are read, loaded when a command needs them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.documents import ORDER_MAPPING, WIDE_MAPPING, Document, orders, wide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers import Cluster

SHARDS = 3
#: Documents in a bulk request: a few MB.
BULK = 4_000

_encode = msgspec.json.encode

#: What every index here begins with.
PREFIX = "benchmark-"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of documents.

    Attributes:
        name: Its name.
        every: Every how manyth document is dirty; 0: none.
        wide: Is the mapping wide, and are the documents sparse?
    """

    name: str
    every: int = 0
    wide: bool = False

    @property
    def mapping(self) -> Mapping[str, object]:
        """The mapping of its indices."""
        return WIDE_MAPPING if self.wide else ORDER_MAPPING

    def documents(self, count: int) -> Iterator[tuple[str, Document]]:
        """The first ``count`` of its documents, each with its id."""
        if self.wide:
            return wide(count)
        return orders(count, dirty=lambda number: bool(self.every) and number % self.every == 0)


CLEAN = Kind("clean")
DIRTY_1 = Kind("dirty-1", every=100)
DIRTY_100 = Kind("dirty-100", every=1)
WIDE = Kind("wide", wide=True)


class Indices:
    """The indices on one server, each loaded once.

    Args:
        cluster: The server.
        keep: Leave them there, and use those that are there already?
    """

    def __init__(self, cluster: Cluster, *, keep: bool = False) -> None:
        self._cluster = cluster
        self._keep = keep
        self._loaded: set[str] = set()

    def of(self, kind: Kind, count: int) -> str:
        """The name of the index with ``count`` documents; none are an index as well."""
        name = f"{PREFIX}{kind.name}-{count}"
        if name not in self._loaded:
            self._loaded.add(name)
            if not (self._keep and count and self._count(name) == count):
                self._load(name, kind, count)
        return name

    def page(self, name: str, size: int) -> bytes:
        """A page of an index, as its server would write it: in UTF-8, without spaces."""
        body = {"size": size, "sort": ["_doc"]}
        return _encode(self._cluster.request("POST", f"/{name}/_search", body))

    def delete(self) -> None:
        """Delete those that are loaded, unless they are to be kept."""
        if not self._keep:
            self._cluster.delete(*self._loaded)

    def _count(self, name: str) -> int:
        """How many documents there are; 0 also without the index."""
        path = f"/{name}/_count?ignore_unavailable=true"
        found: int = self._cluster.request("GET", path)["count"]
        return found

    def _load(self, name: str, kind: Kind, count: int) -> None:
        self._cluster.delete(name)
        settings = {
            "number_of_shards": SHARDS,
            "refresh_interval": "-1",
            "mapping.total_fields.limit": 2_000,
        }
        self._cluster.create(name, mappings=kind.mapping, settings=settings)
        documents = kind.documents(count)
        while part := list(islice(documents, BULK)):
            self._cluster.send("POST", f"/{name}/_bulk", b"".join(map(_action, part)))
        # One segment a shard, so that the server has nothing to tidy up while it is measured.
        self._cluster.request("POST", f"/{name}/_forcemerge?max_num_segments=1")
        self._cluster.refresh(name)
        if (there := self._count(name)) != count:
            msg = f"{name} has {there:,} documents, not {count:,}."
            raise RuntimeError(msg)


def _action(document: tuple[str, Document]) -> bytes:
    """Two lines of a bulk request, in UTF-8 as clients write it."""
    identifier, source = document
    return _encode({"index": {"_id": identifier}}) + b"\n" + _encode(source) + b"\n"
