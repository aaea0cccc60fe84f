"""What a user writes as an address, completed to a URL."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tap_elasticsearch.exceptions import SettingsError

DEFAULT_HOST = "http://localhost:9200"
_DEFAULT_PORTS = {"http": 9200, "https": 443}


def complete_url(host: str) -> str:
    """Fill in scheme and port: ``localhost`` → ``http://localhost:9200``; a path stays.

    Raises:
        SettingsError: ``host`` is no address of a server.
    """
    parts = _split(host)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        msg = f"hosts: {_shown(host)} is no address. Write it like https://es.example.com:9200."
        raise SettingsError(msg)
    port = _port(parts, host) or _DEFAULT_PORTS[parts.scheme]
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return urlunsplit((parts.scheme, f"{name}:{port}", parts.path.rstrip("/"), "", ""))


def is_loopback(url: str) -> bool:
    """Is the server at ``url`` on this machine?"""
    name = urlsplit(url).hostname or ""
    return name in {"localhost", "::1"} or name.startswith("127.")


def _split(host: str) -> SplitResult | None:
    # Without the second slash, the scheme would be the name of a server.
    if re.match(r"https?:/(?!/)", host):
        return None
    try:
        return urlsplit(host if "://" in host else f"http://{host}")
    except ValueError:
        return None


def _port(parts: SplitResult, host: str) -> int | None:
    try:
        return parts.port
    except ValueError:
        msg = (
            f"hosts: {_shown(host)} has no usable port. Write it like"
            " https://es.example.com:9200/path, and a login in username and password."
        )
        raise SettingsError(msg) from None


def _shown(host: str) -> str:
    """``host`` for a message: behind its first colon may be a password."""
    scheme, separator, rest = host.rpartition("://")
    name, colon, _ = rest.partition(":")
    return repr(f"{scheme}{separator}{name}{colon and ':***'}")
