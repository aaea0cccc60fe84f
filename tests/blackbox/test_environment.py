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


def test_unknown_variables(sandbox: Sandbox) -> None:
    """A variable that is no setting's is named, with the one that was meant; others are not."""
    given = {PREFIX + "HOST": "http://127.0.0.1:9", PREFIX + "X": "1", PREFIX + "LOGLEVEL": "INFO"}
    own = {PREFIX + "TEST_KILLS": "1", PREFIX + "_CATALOG": "x", PREFIX + "MAX_RETRY_TIME": "0"}
    run = sandbox.run({}, "--config", "ENV", "--discover", **given, **own)
    lines = [line for line in run.err.splitlines() if "no setting for the variable" in line]
    assert len(lines) == 2
    assert f"{PREFIX}HOST. Did you mean {PREFIX}HOSTS?" in lines[0]
    assert lines[1].endswith(f"{PREFIX}X.")
    assert "Skipping parse of env var" not in run.err


def test_variables_that_are_not_read(sandbox: Sandbox) -> None:
    """Without ENV, one line names the variables that would say something the file does not."""
    config = {"hosts": "http://127.0.0.1:9", "max_retry_time": 0}
    given = {PREFIX + "HOSTS": "http://es", PREFIX + "API_KEY": "topsecret", PREFIX + "X": "1"}
    run = sandbox.run(config, "--discover", **given)
    assert f"Not read, since --config ENV is not given: {PREFIX}API_KEY." in run.err
    assert "topsecret" not in run.err
    assert run.err.count(PREFIX) == 1


def test_no_hosts(sandbox: Sandbox) -> None:
    """Where hosts is not set, the message about the default address says so."""
    run = sandbox.run({"max_retry_time": 0}, "--discover")
    if run.code == 0:
        pytest.skip("a server is at the default address")
    (line,) = run.complaints
    assert "http://localhost:9200 (the default, since hosts is not set)" in line
