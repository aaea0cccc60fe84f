"""The tap works with the oldest versions that its dependencies may have.

Everything else in this suite runs with the newest.
"""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.targets import Target

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.servers import Cluster

ROOT = Path(__file__).resolve().parent.parent


def oldest() -> tuple[str, ...]:
    """Each dependency at its lower bound."""
    dependencies = map(Requirement, requires("tap-elasticsearch") or ())
    return tuple(
        f"{dependency.name}=={bound.version}"
        for dependency in dependencies
        for bound in dependency.specifier
        if bound.operator == ">="
    )


@pytest.fixture(scope="module")
def oldest_tap() -> str:
    """The command of a tap from the wheel that users get, with the oldest dependencies."""
    command = Target("tap-elasticsearch", oldest()).installed_with(ROOT)
    return str(command)


def test_oldest_dependencies(cluster: Cluster, sandbox: Sandbox, oldest_tap: str) -> None:
    """Discovery, a whole and an incremental run give what they give with the newest."""
    mapping = {"properties": {"at": {"type": "date"}, "where": {"type": "geo_point"}}}
    cluster.create("oldest", mappings=mapping, settings={"number_of_shards": 2})
    document = {"at": "2024-01-01T00:00:00Z", "where": "41.12,-71.34", "more": [1, 2]}
    cluster.bulk("oldest", ((str(n), document) for n in range(200)))
    cluster.refresh()
    try:
        for more in ({}, {"replication_key": "at"}):
            config = {"hosts": [cluster.url], "indices": ["oldest"], "page_size": 7, **more}
            old = sandbox.run(config, tap=oldest_tap)
            assert old.code == 0, old.err
            new = sandbox.run(config)
            key = "_id"
            assert sorted(old.records("oldest"), key=lambda record: record[key]) == sorted(
                new.records("oldest"), key=lambda record: record[key]
            )
            assert old.of_type("SCHEMA") == new.of_type("SCHEMA")
            assert old.of_type("STATE")[-1] == new.of_type("STATE")[-1]
        missing = sandbox.run({"hosts": [cluster.url], "indices": ["nope"]}, tap=oldest_tap)
        assert missing.code == 2
        assert missing.complaints[0].startswith("There is no index, alias or data stream 'nope'.")
    finally:
        cluster.delete("oldest")
