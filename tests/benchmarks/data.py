"""The indices that are read, loaded when a command needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.documents import (
    ORDER_MAPPING,
    SMALL_MAPPING,
    WIDE_MAPPING,
    Document,
    orders,
    small,
    wide,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
        mapping: The mapping of its indices.
        documents: Gives so many of its documents, each with its id.
    """

    name: str
    mapping: Mapping[str, object]
    documents: Callable[[int], Iterator[tuple[str, Document]]]


CLEAN = Kind("clean", ORDER_MAPPING, orders)
DIRTY_1 = Kind("dirty-1", ORDER_MAPPING, partial(orders, dirty=100))
DIRTY_100 = Kind("dirty-100", ORDER_MAPPING, partial(orders, dirty=1))
WIDE = Kind("wide", WIDE_MAPPING, wide)
SMALL = Kind("small", SMALL_MAPPING, small)


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
