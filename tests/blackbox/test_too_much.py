"""Pages that are too much for a real server's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

DOCUMENTS = 600
LIMIT = "indices.breaker.request.limit"


@pytest.fixture
def limited(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server that may hold 1 MB of documents for an answer, and has more in an index.

    OpenSearch does not count them.
    """
    text = {"properties": {"t": {"type": "text", "index": False}}}
    elasticsearch.create("too-much", mappings=text)
    documents = ((str(n), {"t": "x" * 10_000}) for n in range(DOCUMENTS))
    elasticsearch.bulk("too-much", documents)
    elasticsearch.refresh("too-much")
    elasticsearch.request("PUT", "/_cluster/settings", {"persistent": {LIMIT: "1mb"}})
    yield elasticsearch
    elasticsearch.request("PUT", "/_cluster/settings", {"persistent": {LIMIT: None}})
    elasticsearch.delete("too-much")


def test_a_circuit_breaker(limited: Cluster, sandbox: Sandbox) -> None:
    """Pages become as small as they must, and every document arrives once."""
    run = sandbox.run({"hosts": [limited.url], "indices": ["too-much"]})
    assert run.code == 0, run.err
    assert "circuit_breaking_exception: [request] Data too large" in run.err
    assert "Asking for at most" in run.err
    ids = [record["_id"] for record in run.records("too_much")]
    assert sorted(ids, key=int) == [str(n) for n in range(DOCUMENTS)]
