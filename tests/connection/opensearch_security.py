"""What OpenSearch's security plugin reads at its start: TLS, users, roles, and ways to log in."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from tests.connection.secured import ROLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connection.certificates import Certificates

#: Made by the plugin's own ``org.opensearch.security.tools.Hasher``: of the table's password, and
#: of that of all other users.
_ADMIN = "$2y$12$8Uo2/DpgTQnlhZc2UFm0HeJ7oGR.I4fv4jU4MI9nFNIV6H7Jl26Bq"
_USER = "$2y$12$9/OSCAywCHcL4YbVdnZjhuvgiwcVA3wSrPzfR5rtmYDxMBkXSQuWy"

_TLS = "plugins.security.ssl"
#: What is ``view_index_metadata`` elsewhere.
_METADATA = [
    "indices:admin/aliases/get",
    "indices:admin/mappings/get",
    "indices:monitor/settings/get",
]


def write_configuration(folder: Path, certificates: Certificates) -> dict[str, str]:
    """Write it to ``folder``; the settings that a server is started with to read it."""
    security = folder / "opensearch-security"
    security.mkdir(parents=True)
    for name in ("ca.pem", "server.pem", "server.key"):
        shutil.copy(certificates.path(name), folder / name)
    # JSON is YAML as well.
    (folder / "opensearch.yml").write_text(json.dumps(_settings()))
    for name, content in _documents().items():
        meta = {"type": name.replace("_", ""), "config_version": 2}
        (security / f"{name}.yml").write_text(json.dumps({"_meta": meta, **content}))
    return {"path.conf": str(folder), f"{_TLS}.http.enabled": "true"}


def _settings() -> dict[str, Any]:
    layers = {
        f"{_TLS}.{layer}.{name}": value
        for layer in ("http", "transport")
        for name, value in (
            ("pemcert_filepath", "server.pem"),
            ("pemkey_filepath", "server.key"),
            ("pemtrustedcas_filepath", "ca.pem"),
        )
    }
    return {
        **layers,
        f"{_TLS}.transport.enforce_hostname_verification": False,
        f"{_TLS}.http.clientauth_mode": "OPTIONAL",
        "plugins.security.allow_default_init_securityindex": True,
        "plugins.security.nodes_dn": ["*"],
    }


def _documents() -> dict[str, dict[str, Any]]:
    actions = {
        "tap": ["read", *_METADATA],
        "reader": ["read"],
        "nobody": [*_METADATA, "indices:admin/resolve/index"],
    }
    roles = {
        f"{name}_role": {
            "cluster_permissions": [],
            "index_permissions": [{"index_patterns": ["kept*"], "allowed_actions": actions[name]}],
        }
        for name in ROLES
    }
    return {
        "config": {"config": {"dynamic": {"authc": _ways()}}},
        "internal_users": {
            "admin": {"hash": _ADMIN, "backend_roles": ["admin"]},
            **{name: {"hash": _USER} for name in ROLES},
        },
        "roles": roles,
        "roles_mapping": {
            "all_access": {"backend_roles": ["admin"]},
            **{f"{name}_role": {"users": [name]} for name in ("reader", "nobody")},
            # The name in the client certificate is a user as well.
            "tap_role": {"users": ["tap", "client"]},
        },
        **{kind: {} for kind in ("action_groups", "tenants", "nodes_dn")},
    }


def _ways() -> dict[str, Any]:
    """By password, else by client certificate."""
    return {
        "basic": {
            "http_enabled": True,
            "order": 0,
            "http_authenticator": {"type": "basic", "challenge": False},
            "authentication_backend": {"type": "intern"},
        },
        "certificate": {
            "http_enabled": True,
            "order": 1,
            "http_authenticator": {
                "type": "clientcert",
                "challenge": False,
                "config": {"username_attribute": "cn"},
            },
            "authentication_backend": {"type": "noop"},
        },
    }
