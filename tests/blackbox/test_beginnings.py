"""What is said of where runs begin, and of settings for it that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster

VAIN = "start_date: not used, since no stream is incremental by a date."


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """Two indices with a number, of which one has a date."""
    number = {"n": {"type": "long"}}
    cluster.create("beg-a", mappings={"properties": {**number, "at": {"type": "date"}}})
    cluster.create("beg-b", mappings={"properties": number})
    for index in ("beg-a", "beg-b"):
        cluster.bulk(index, [("1", {"n": 1, **({"at": "2024-05-01"} if index == "beg-a" else {})})])
    cluster.refresh()
    yield cluster
    cluster.delete("beg-a", "beg-b")


def config(cluster: Cluster, **more: object) -> dict[str, Any]:
    """The settings for both."""
    return {"hosts": [cluster.url], "indices": ["beg-*"], **more}


@pytest.mark.parametrize("key", [{}, {"replication_key": "n"}])
def test_a_start_date_in_vain(filled: Cluster, sandbox: Sandbox, key: dict[str, str]) -> None:
    """Where no stream goes by a date, one warning says that the start date does nothing."""
    run = sandbox.run(config(filled, start_date="2024-01-01", **key))
    assert run.code == 0, run.err
    assert run.err.count(VAIN) == 1
    assert run.err.count("2024-01-01") == 0


def test_a_start_date_in_use(filled: Cluster, sandbox: Sandbox) -> None:
    """Where one does, nothing is complained of, and where it begins is said."""
    run = sandbox.run(config(filled, start_date="2024-01-01", replication_key="at"))
    assert run.code == 0, run.err
    assert VAIN not in run.err
    assert "Beginning at 2024-01-01T00:00:00.000000000Z, as the settings say." in run.err


def test_a_start_date_behind_the_bookmark(filled: Cluster, sandbox: Sandbox) -> None:
    """A bookmark goes before the settings also where they lie behind it, and that is said."""
    first = sandbox.run(config(filled, replication_key="at"))
    state = sandbox.write("state.json", first.of_type("STATE")[-1]["value"])
    later = config(filled, replication_key="at", start_date="2024-06-01")
    run = sandbox.run(later, "--state", state)
    assert [record["_id"] for record in run.records("beg_a")] == ["1"]
    assert "Beginning at the bookmark 2024-05-01T00:00:00.000000000Z; what the settings" in run.err
    assert "lies not before it and counts only where there is none" in run.err


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("att", "replication_key: no field of any stream matches att. Did you mean at?"),
        ("nowhere", "replication_key: no field of any stream matches nowhere. Use one of: at, n."),
        ("_id", "replication_key: _id cannot be a replication key: sorting by it loads every id"),
    ],
)
def test_a_key_that_no_stream_has(filled: Cluster, sandbox: Sandbox, key: str, words: str) -> None:
    """A key for all streams that none of them has is refused, with those that could be meant."""
    run = sandbox.run(config(filled, replication_key=key))
    assert run.code == 2
    assert run.complaints[0].startswith(words)


def test_a_key_that_some_streams_have(filled: Cluster, sandbox: Sandbox) -> None:
    """Streams without the key are read whole, with a warning each."""
    run = sandbox.run(config(filled, replication_key="at"))
    assert run.code == 0, run.err
    (line,) = [line for line in run.err.splitlines() if "is read whole every time" in line]
    assert "WARNING" in line
    assert "Stream beg_b is read whole every time: there is no field at. Use one of: n." in line


def test_a_key_before_there_are_fields(cluster: Cluster, sandbox: Sandbox) -> None:
    """An index without fields may have the key tomorrow, so there is nothing to refuse."""
    cluster.create("beg-new")
    try:
        new = {"hosts": [cluster.url], "indices": ["beg-new"], "replication_key": "at"}
        assert [stream["stream"] for stream in sandbox.discover(new)["streams"]] == ["beg_new"]
    finally:
        cluster.delete("beg-new")
