"""Servers that want TLS and a login, with everything that can log in."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import requests

from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.connection.certificates import Certificates
    from tests.servers import Server

#: The documents of each index.
IDS = {str(number) for number in range(5)}

#: The password of all users.
PASSWORD = "a-password-in-a-test"

#: What the roles may do with indices whose names begin with "kept".
ROLES = {
    "tap": ["read", "view_index_metadata"],
    "reader": ["read"],
    "nobody": ["view_index_metadata"],
}


@dataclass(frozen=True, slots=True)
class Secured:
    """A server over TLS.

    Attributes:
        server: Its process.
        admin: It, with every privilege.
        certificates: Those of this run.
        logins: Settings by the kind of login, all with the privileges of the role ``tap``.
    """

    server: Server
    admin: Cluster
    certificates: Certificates
    logins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def settings(self, login: str | None = "password", **more: object) -> dict[str, Any]:
        """A configuration that reads ``kept``; ``more`` goes before, and None takes out."""
        known = {} if login is None else self.logins[login]
        base = {
            "hosts": [self.server.url],
            "indices": ["kept"],
            "ca_certs": self.certificates.path("ca.pem"),
        }
        return {name: v for name, v in {**base, **known, **more}.items() if v is not None}


def tls_settings(certificates: Certificates, clients: str) -> dict[str, str]:
    """Elasticsearch's settings for TLS, with client certificates ``optional`` or ``required``."""
    ssl, realms = "xpack.security.http.ssl", "xpack.security.authc.realms"
    return {
        f"{ssl}.enabled": "true",
        f"{ssl}.certificate": certificates.path("server.pem"),
        f"{ssl}.key": certificates.path("server.key"),
        f"{ssl}.certificate_authorities": certificates.path("ca.pem"),
        f"{ssl}.client_authentication": clients,
        f"{realms}.native.native1.order": "0",
        f"{realms}.pki.pki1.order": "1",
    }


def fill(admin: Cluster) -> None:
    """Create the indices."""
    for index in ("kept", "kept-more"):
        admin.create(index, mappings={"properties": {"n": {"type": "long"}}})
        admin.bulk(index, ((number, {"n": int(number)}) for number in sorted(IDS)))
    admin.refresh("kept*")


def elasticsearch_logins(admin: Cluster, certificates: Certificates) -> dict[str, dict[str, Any]]:
    """Create users, keys and tokens; settings that log in with them."""
    for role, privileges in ROLES.items():
        indices = [{"names": ["kept*"], "privileges": privileges}]
        admin.request("PUT", f"/_security/role/{role}", {"indices": indices})
        admin.request("PUT", f"/_security/user/{role}", {"password": PASSWORD, "roles": [role]})
    rules = {"field": {"dn": "CN=client,*"}}
    mapping = {"enabled": True, "roles": ["tap"], "rules": rules}
    admin.request("PUT", "/_security/role_mapping/client", mapping)
    indices = [{"names": ["kept*"], "privileges": ROLES["tap"]}]
    descriptors = {"tap": {"indices": indices}}
    key = admin.request(
        "POST", "/_security/api_key", {"name": "tap", "role_descriptors": descriptors}
    )
    grant = {"grant_type": "password", "username": "tap", "password": PASSWORD}
    oauth = admin.request("POST", "/_security/oauth2/token", grant)
    return {
        **common_logins(certificates),
        "encoded API key": {"api_key": key["encoded"]},
        "API key with id": {"api_key": f"{key['id']}:{key['api_key']}"},
        "OAuth token": {"bearer_token": oauth["access_token"]},
        "service token": _service_token(admin),
    }


def common_logins(certificates: Certificates) -> dict[str, dict[str, Any]]:
    """Those that every flavour has."""
    basic = b64encode(f"tap:{PASSWORD}".encode()).decode()
    return {
        "password": {"username": "tap", "password": PASSWORD},
        "headers": {"headers": {"Authorization": f"Basic {basic}"}},
        "client certificate": client_certificate(certificates),
    }


def client_certificate(certificates: Certificates) -> dict[str, Any]:
    """The settings that show the client certificate."""
    return {
        "client_cert": certificates.path("client.pem"),
        "client_key": certificates.path("client.key"),
    }


def _service_token(admin: Cluster) -> dict[str, Any]:
    """A token of Kibana's service account, and an index that the account may read."""
    admin.create(".reporting-kept", mappings={"properties": {"n": {"type": "long"}}})
    admin.bulk(".reporting-kept", ((number, {"n": 1}) for number in sorted(IDS)))
    admin.refresh(".reporting-kept")
    path = "/_security/service/elastic/kibana/credential/token/tap"
    token = admin.request("POST", path)["token"]["value"]
    return {"bearer_token": token, "indices": [".reporting-kept"]}


def prepared(server: Server, certificates: Certificates) -> Secured:
    """``server`` with its documents and logins."""
    client = certificates.path("client.pem"), certificates.path("client.key")
    admin = Cluster(server, ca=certificates.folder / "ca.pem", client=client)
    _await_users(admin)
    fill(admin)
    own = server.name.startswith("opensearch")
    logins = common_logins if own else partial(elasticsearch_logins, admin)
    return Secured(server, admin, certificates, logins(certificates))


def _await_users(admin: Cluster) -> None:
    """OpenSearch answers before it has read who its users are."""
    end = monotonic() + 60
    while True:
        try:
            admin.request("GET", "/_cluster/health")
        except requests.HTTPError:
            if monotonic() > end:
                raise
            sleep(0.1)
        else:
            return
