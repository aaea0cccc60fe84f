"""Every login, on real servers over TLS, by the installed command."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.connection.secured import IDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Sandbox
    from tests.connection.secured import Secured

EVERYWHERE = ("password", "headers", "client certificate")
KEYS = ("encoded API key", "API key with id", "OAuth token", "service token")
LOGINS = {
    "elasticsearch-9-secure": (*EVERYWHERE, *KEYS),
    "elasticsearch-8-secure": (*EVERYWHERE, *KEYS),
    "opensearch-2-secure": EVERYWHERE,
}


@pytest.mark.parametrize(
    ("server", "login"), [(server, login) for server, all_ in LOGINS.items() for login in all_]
)
def test_reads(
    server: str, login: str, start_secured: Callable[[str, str], Secured], sandbox: Sandbox
) -> None:
    """With each login, the command reads every document over TLS."""
    run = sandbox.run(start_secured(server, "optional").settings(login))
    assert run.code == 0, run.err
    (stream,) = {message["stream"] for message in run.of_type("RECORD")}
    assert {record["_id"] for record in run.records(stream)} == IDS


def test_cloud_id(secured: Secured, sandbox: Sandbox) -> None:
    """A cloud id finds the server: it is the parent domain, its port and the deployment's name."""
    address = secured.server.url.removeprefix("https://127.")
    cloud_id = "name:" + b64encode(f"{address}$127$kibana".encode()).decode()
    run = sandbox.run(secured.settings("encoded API key", hosts=None, cloud_id=cloud_id))
    assert run.code == 0, run.err
    assert {record["_id"] for record in run.records("kept")} == IDS
