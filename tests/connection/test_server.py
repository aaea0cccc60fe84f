"""From the answer to ``GET /`` to capabilities."""

from __future__ import annotations

import pytest

from tap_elasticsearch.connection.server import identify, identify_refusal

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


@pytest.mark.parametrize(
    ("version", "slices"),
    [
        ({"number": "9.5.3", "build_flavor": "default"}, 4),
        ({"number": "8.11.0", "build_flavor": "serverless"}, 4),
        ({"number": "7.15.0", "build_flavor": "default"}, 4),
        ({}, 1),
        ({"number": "7.14.2", "build_flavor": "default"}, 1),
        ({"number": "7.10.2", "build_flavor": "oss"}, 1),
        ({"number": "3.8.0", "distribution": "opensearch"}, 3),
        ({"number": "1.3.13", "distribution": "opensearch"}, 1),
    ],
)
def test_slices(version: dict[str, str], slices: int) -> None:
    """Four slices of three shards, where that costs nothing; on OpenSearch, one of each shard."""
    assert identify({"version": version}).slices(3, wanted=4) == slices


REFUSALS = {
    "action [cluster:monitor/main] is unauthorized for user [a] with effective roles [b]": (
        "Elasticsearch",
        False,
    ),
    "no permissions for [cluster:monitor/main] and User [name=a, backend_roles=[]": (
        "OpenSearch",
        True,
    ),
    "User: anonymous is not authorized to perform: es:ESHttpGet": ("OpenSearch", True),
}


@pytest.mark.parametrize("said", REFUSALS)
def test_forbidden_to_ask(said: str) -> None:
    """Without the privilege to ask, the flavour shows in the refusal."""
    name, own_pit_api = REFUSALS[said]
    server = identify_refusal(said)
    assert (server.name, server.own_pit_api) == (name, own_pit_api)
    assert server.points_in_time


def test_not_sent_in_doubt() -> None:
    """A parameter that older servers refuse is not sent to one whose version is not known."""
    assert not identify_refusal("is unauthorized for user").strict_open
