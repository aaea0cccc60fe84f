"""From the answer to ``GET /`` to capabilities."""

from __future__ import annotations

import pytest

from tap_elasticsearch.connection.server import identify

SERVERS = {
    "Elasticsearch 9.5.3": ({"number": "9.5.3", "build_flavor": "default"}, "_shard_doc", True),
    "Elasticsearch 7.17.29": ({"number": "7.17.29", "build_flavor": "default"}, "_shard_doc", True),
    "Elasticsearch 7.10.2": ({"number": "7.10.2", "build_flavor": "oss"}, "_doc", False),
    "Elasticsearch 7.9.0": ({"number": "7.9.0", "build_flavor": "default"}, "_doc", False),
    "Elastic Cloud Serverless": (
        {"number": "8.11.0", "build_flavor": "serverless"},
        "_shard_doc",
        True,
    ),
    "OpenSearch 3.8.0": ({"number": "3.8.0", "distribution": "opensearch"}, "_doc", True),
    "OpenSearch 1.3.13": ({"number": "1.3.13", "distribution": "opensearch"}, "_doc", False),
}


@pytest.mark.parametrize("name", SERVERS)
def test_identified(name: str) -> None:
    """Each server is known by its name and by what it can do."""
    version, tie_break, points_in_time = SERVERS[name]
    server = identify({"version": version})
    assert (server.name, server.tie_break, server.points_in_time) == (
        name,
        tie_break,
        points_in_time,
    )


def test_forbidden_to_ask() -> None:
    """Without the privilege to ask, a current Elasticsearch is assumed."""
    server = identify(None)
    assert server.name == "Elasticsearch"
    assert server.points_in_time
    assert server.strict_open
    assert not server.own_pit_api
