"""Settings from the environment, as shells, CI and docker compose write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

PREFIX = "TAP_ELASTICSEARCH_"


@pytest.fixture(scope="module")
def filled(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server with one document."""
    mappings = {"properties": {"o": {"properties": {"n": {"type": "long"}}}}}
    elasticsearch.create("env", mappings=mappings)
    elasticsearch.bulk("env", [("1", {"o": {"n": 1}})])
    elasticsearch.refresh("env")
    yield elasticsearch
    elasticsearch.delete("env")


@pytest.mark.parametrize(
    ("enabled", "columns"), [("true", {"o__n"}), ("1", {"o__n"}), ("False", {"o"}), ("no", {"o"})]
)
def test_settings_of_the_sdk(
    filled: Cluster, sandbox: Sandbox, enabled: str, columns: set[str]
) -> None:
    """Numbers and booleans of the SDK's own settings are read from texts, as ours are."""
    given = {"HOSTS": filled.url, "INDICES": "env", "FLATTENING_ENABLED": enabled}
    given["FLATTENING_MAX_DEPTH"] = "2"
    run = sandbox.run({}, "--config", "ENV", **{PREFIX + name: given[name] for name in given})
    assert run.code == 0, run.err
    (record,) = run.records("env")
    assert record.keys() - {"_id", "_index"} == columns


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FLATTENING_ENABLED", "maybe", "flattening_enabled cannot be used. It must be boolean"),
        ("FLATTENING_MAX_DEPTH", "two", "flattening_max_depth cannot be used. It must be integer"),
    ],
)
def test_wrong_settings_of_the_sdk(sandbox: Sandbox, name: str, value: str, words: str) -> None:
    """A text that is none of it is refused in one line that says what it must be."""
    run = sandbox.run({}, "--config", "ENV", "--discover", **{PREFIX + name: value})
    assert run.code == 2
    (line,) = run.complaints
    assert words in line
