"""What a role must hold: read and view_index_metadata on the indices, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.connection.secured import IDS, PASSWORD
from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Sandbox
    from tests.connection.secured import Secured

#: Servers, and what to ask them for: OpenSearch's refuses a pattern that matches more than the role
#: may see, as it comes (``do_not_fail_on_forbidden``).
SERVERS = {
    "elasticsearch-9-secure": ["*"],
    "elasticsearch-8-secure": ["*"],
    "opensearch-2-secure": ["kept*"],
}


def as_user(secured: Secured, name: str) -> Cluster:
    """The server as one of its users sees it."""
    user = Cluster(secured.server, ca=secured.certificates.folder / "ca.pem")
    user.log_in(name, PASSWORD)
    return user


@pytest.mark.parametrize("server", SERVERS)
def test_privileges_on_indices_are_enough(
    server: str, start_secured: Callable[[str, str], Secured], sandbox: Sandbox
) -> None:
    """Who may not even ask what the server is, discovers what may be seen, and reads it."""
    secured = start_secured(server, "optional")
    with pytest.raises(requests.HTTPError, match="403"):
        as_user(secured, "tap").request("GET", "/")
    config = secured.settings(indices=SERVERS[server])
    catalog = sandbox.discover(config)
    assert {stream["tap_stream_id"] for stream in catalog["streams"]} == {"kept", "kept_more"}
    path = sandbox.write("catalog.json", catalog)
    run = sandbox.run(config, "--catalog", path)
    assert run.code == 0, run.err
    assert {record["_id"] for record in run.records("kept_more")} == IDS


@pytest.mark.parametrize("server", SERVERS)
def test_read_alone_syncs_with_a_catalog(
    server: str, start_secured: Callable[[str, str], Secured], sandbox: Sandbox
) -> None:
    """With the catalog that another user has made, the privilege to read is enough for a sync."""
    secured = start_secured(server, "optional")
    catalog = sandbox.write(
        "catalog.json", sandbox.discover(secured.settings(indices=SERVERS[server]))
    )
    user = as_user(secured, "reader")
    for path in ("/", "/kept/_mapping", "/kept/_settings"):
        with pytest.raises(requests.HTTPError, match="403"):
            user.request("GET", path)
    config = secured.settings(indices=SERVERS[server], username="reader", password=PASSWORD)
    run = sandbox.run(config, "--catalog", catalog)
    assert run.code == 0, run.err
    assert {record["_id"] for record in run.records("kept")} == IDS
    assert {record["_id"] for record in run.records("kept_more")} == IDS
    # That the catalog cannot be compared with the mappings is no one's concern.
    assert "WARNING" not in run.err


def test_read_alone_where_indices_differ(secured: Secured, sandbox: Sandbox) -> None:
    """Where mappings are not to be seen, what differs between indices is said to be missing."""
    streams = [{"index": "kept-own-*", "name": "own"}]
    try:
        for value in ("a", "b"):
            none = {"type": "keyword", "null_value": value}
            secured.admin.create(f"kept-own-{value}", mappings={"properties": {"none": none}})
            secured.admin.bulk(f"kept-own-{value}", [(value, {"none": None})])
        secured.admin.refresh("kept-own-*")
        told = secured.settings(indices=[], streams=streams)
        catalog = sandbox.write("catalog.json", sandbox.discover(told))
        reader = {**told, "username": "reader", "password": PASSWORD}
        found = {}
        for name, config in (("told", told), ("reader", reader)):
            run = sandbox.run(config, "--catalog", catalog)
            assert run.code == 0, run.err
            found[name] = {record["_id"]: record["none"] for record in run.records("own")}
            assert run.err.count("The indices differ in what values of none mean") == (
                name == "reader"
            )
        assert found == {"told": {"a": "a", "b": "b"}, "reader": {"a": None, "b": None}}
    finally:
        secured.admin.delete("kept-own-a", "kept-own-b")


def test_a_pattern_for_too_much(
    start_secured: Callable[[str, str], Secured], sandbox: Sandbox
) -> None:
    """Where a pattern that matches too much is refused whole, one is told so."""
    secured = start_secured("opensearch-2-secure", "optional")
    run = sandbox.run(secured.settings(indices=["*"]))
    (line,) = run.complaints
    assert run.code == 2
    assert "The role needs the permissions read, indices:admin/mappings/get," in line
    assert "OpenSearch refuses a pattern that matches more than the role may see" in line
