"""Settings from the environment, as shells, CI and docker compose write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.config import config_schema

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


def test_blank_variables(filled: Cluster, sandbox: Sandbox) -> None:
    """A variable that is there and empty is as one that is not, for every setting."""
    settings = [*config_schema()["properties"], "stream_maps", "flattening_enabled", "batch_config"]
    blank = {PREFIX + name.upper(): "" for name in settings}
    given = {PREFIX + "HOSTS": filled.url, PREFIX + "INDICES": "env", PREFIX + "API_KEY": " "}
    run = sandbox.run({}, "--config", "ENV", **{**blank, **given})
    assert run.code == 0, run.err
    assert [record["_id"] for record in run.records("env")] == ["1"]


def test_a_blank_variable_over_a_file(filled: Cluster, sandbox: Sandbox) -> None:
    """A blank variable hides neither what a ``.env`` file says nor what the configuration does."""
    (sandbox.folder / ".env").write_text(f"{PREFIX}HOSTS={filled.url}\n{PREFIX}API_KEY=\n")
    blank = {PREFIX + "HOSTS": "", PREFIX + "INDICES": ""}
    run = sandbox.run({"indices": "env"}, "--config", "ENV", **blank)
    assert run.code == 0, run.err
    assert [record["_id"] for record in run.records("env")] == ["1"]
