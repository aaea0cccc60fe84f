"""What the command asks for, as the fake server has seen it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.output import mapping_settings
from tap_elasticsearch.tap import TapElasticsearch
from tests.faults.command import ended, run, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import (
    CIRCUIT_BREAKER,
    CUT_BEFORE,
    FORBIDDEN,
    NOT_A_SEARCH,
    UNAVAILABLE,
    Answer,
    Changed,
    Held,
    Rule,
)
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.faults import Fault


@pytest.mark.parametrize(("number", "asked"), [("7.17.29", True), ("9.5.3", False)])
def test_frozen_indices(tmp_path: Path, number: str, asked: bool) -> None:
    """Elasticsearch 7 is told not to pass over them in whatever does; others have none."""
    version = Changed({"version": {"number": number, "build_flavor": "default"}})
    with FakeServer(Cluster(index(3)), Rule("info", version)) as server:
        done = run(server, tmp_path)
        assert (done.code, len(done.ids)) == (0, 3), done.stderr
        sent = {
            request.operation
            for request in server.requests
            if request.parameters.get("ignore_throttled") == "false"
        }
        # A search in a point in time reaches what that was opened on.
        assert sent == ({"look", "routed", "open"} if asked else set())


def test_another_stream_map(tmp_path: Path) -> None:
    """A table under way is not gone on with under another filter, which what was read may pass."""
    with FakeServer(Cluster(index(20)), Rule("page", UNAVAILABLE, 4)) as server:
        first = run(server, tmp_path, page_size=2, parallel=1, max_retry_time=0)
        assert (first.code, "0" in first.ids) == (1, True), first.stderr
        left = [message for message in first.messages if message["type"] == "STATE"][-1]
        state = tmp_path / "state.json"
        state.write_text(json.dumps(left["value"]))
        again = ended(start(server, tmp_path, "--state", str(state)))
        assert (again.code, "0" in again.ids) == (0, False), again.stderr
        maps = {"orders": {"__filter__": "_id == '0'"}}
        mapped = ended(start(server, tmp_path, "--state", str(state), stream_maps=maps))
        assert (mapped.code, mapped.ids) == (0, ["0"]), mapped.stderr


def test_all_settings_of_the_sdk_that_change_records() -> None:
    """Each of the SDK's own settings either makes other records, or is that of batches."""
    schema: dict[str, Any] = {"properties": {}}
    TapElasticsearch.append_builtin_config(schema)
    known = mapping_settings(dict.fromkeys(schema["properties"]))
    assert schema["properties"].keys() - known.keys() == {"batch_config"}


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Trying to create too many Point In Time contexts", "raise search.max_open_pit_context"),
        ("The number of slices [3] is too large.", "Raise its index.max_slices_per_pit"),
    ],
)
def test_limits_that_do_not_pass(tmp_path: Path, said: str, advice: str) -> None:
    """OpenSearch calls some limits a rush that passes; they are told at once, with what to do."""
    error = {"type": "rejected_execution_exception", "reason": said}
    body = json.dumps({"error": {"root_cause": [error], **error}, "status": 429})
    rule = Rule("page", Answer(429, body.encode()), 0)
    with FakeServer(Cluster(index(3)), rule) as server:
        done = run(server, tmp_path)
        assert server.count("page") <= 2
    assert (done.code, len(done.errors)) == (2, 1), done.stderr
    assert advice in done.errors[0]


@pytest.mark.parametrize(
    "fault", [FORBIDDEN, CIRCUIT_BREAKER, NOT_A_SEARCH, UNAVAILABLE, CUT_BEFORE, Held(6)]
)
def test_routing_that_cannot_be_looked_for(tmp_path: Path, fault: Fault) -> None:
    """Whatever goes wrong there, the run goes on, with one warning."""
    with FakeServer(Cluster(index(3)), Rule("routed", fault, 0)) as server:
        done = run(server, tmp_path, request_timeout=2)
        assert server.count("routed") == 1
    assert (done.code, len(done.ids)) == (0, 3), done.stderr
    assert done.stderr.count("_routing may be missing in the key") == 1
