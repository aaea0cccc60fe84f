"""Several hosts: what is said names the one that it is about."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import SingerSDKError
from tests.servers.process import free_port

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.connection.secured import Secured
    from tests.servers import Cluster


def named(port: int) -> str:
    """What is said of a port where nothing listens."""
    return f"Cannot connect to http://127.0.0.1:{port}. Nothing listens there."


def test_the_one_that_failed(elasticsearch: Cluster, sandbox: Sandbox) -> None:
    """A host that is down is named, not the first, and another one answers in its place."""
    port = free_port()
    elasticsearch.create("hosts", mappings={"properties": {"n": {"type": "long"}}})
    try:
        config = {"hosts": [elasticsearch.url, f"http://127.0.0.1:{port}"], "indices": ["hosts"]}
        run = sandbox.run(config)
    finally:
        elasticsearch.delete("hosts")
    assert run.code == 0, run.err
    assert named(port) in run.err
    assert f"Cannot connect to {elasticsearch.url}" not in run.err


def test_all_that_failed(sandbox: Sandbox) -> None:
    """Where none answers, each try names the host that it went to."""
    ports = free_port(), free_port()
    run = sandbox.run({"hosts": [f"127.0.0.1:{port}" for port in ports]})
    assert run.code == 1
    assert all(named(port) in run.err for port in ports)


def test_a_login_that_is_refused(secured: Secured) -> None:
    """Where any may have answered, all are named."""
    name = secured.server.url.replace("127.0.0.1", "localhost")
    hosts = [secured.server.url, name]
    config = secured.settings("password", hosts=hosts, password="wrong")
    with pytest.raises(SingerSDKError) as caught, closing(Client(parse_settings(config))) as client:
        _ = client.server
    assert f"The first request to one of {', '.join(hosts)} failed" in str(caught.value)
