"""Runs that read nothing, and what they say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster


@pytest.fixture(scope="module")
def empty(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server with an index that has fields, and no documents."""
    elasticsearch.create("no-docs", mappings={"properties": {"n": {"type": "long"}}})
    elasticsearch.refresh("no-docs")
    yield elasticsearch
    elasticsearch.delete("no-docs")


def test_an_empty_index(empty: Cluster, sandbox: Sandbox) -> None:
    """That an index holds no documents is said in words, not as a rate."""
    run = sandbox.run({"hosts": [empty.url], "indices": ["no-docs"]})
    assert run.code == 0, run.err
    assert "Read no documents: index no-docs holds no documents" in run.err
    assert "documents/s" not in run.err


def test_an_index_without_a_mapping(cluster: Cluster, sandbox: Sandbox) -> None:
    """An index that nobody has written to yet, as it was created, ends no run of others."""
    for name in ("new-1", "new-2"):
        cluster.request("PUT", f"/{name}")
    cluster.bulk("new-2", [("a", {"n": 1})])
    cluster.refresh("new-2")
    config = {"hosts": [cluster.url], "indices": ["new-*"], "arrays": "never"}
    try:
        each = sandbox.run(config)
        one = sandbox.run({**config, "streams": [{"index": "new-*", "name": "new"}]})
    finally:
        cluster.delete("new-1", "new-2")
    assert (each.code, len(each.records("new_2"))) == (0, 1), each.err
    assert (one.code, len(one.records("new"))) == (0, 1), one.err


def test_nothing_selected(empty: Cluster, sandbox: Sandbox) -> None:
    """A catalog in which nothing is selected gives one warning, with how to select."""
    config = {"hosts": [empty.url], "indices": ["no-docs"]}
    catalog = sandbox.discover(config)
    catalog["streams"][0]["metadata"][0]["metadata"]["selected"] = False
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 0, run.err
    (line,) = [line for line in run.err.splitlines() if "WARNING" in line]
    assert "No stream is selected, so nothing is read." in line
    assert 'meltano select tap-elasticsearch "STREAM" "*"' in line


def test_all_left_out(empty: Cluster, sandbox: Sandbox) -> None:
    """Where exclude_indices leaves nothing of what indices matches, it is named."""
    config = {"hosts": [empty.url], "indices": ["no-docs"], "exclude_indices": ["no-*"]}
    run = sandbox.run(config)
    assert run.code == 2
    (line,) = run.complaints
    assert "exclude_indices (no-*) leaves out all that indices (no-docs) matches" in line
