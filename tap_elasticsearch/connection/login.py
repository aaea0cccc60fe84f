"""The user's credentials as HTTP headers."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings

#: How Elastic Cloud's own keys begin; they are sent as they are.
_CLOUD_KEY = "essu_"
#: The name of a header (RFC 9110, 5.6.2: token).
_HEADER = re.compile(r"[-!#$%&'*+.^_`|~0-9a-z]+")


def login_headers(settings: Settings) -> dict[str, str]:
    """The ``Authorization`` header, if there are credentials, and the user's own headers.

    An API key is taken as ``id:api_key`` or as the ``encoded`` value, which is the same in base64
    and so never holds a colon (Elasticsearch reference, create API key).

    Raises:
        SettingsError: There are two logins, or something that cannot be sent.
    """
    own = {
        _header(name): _sendable(f"headers: {name}", str(value))
        for name, value in settings.headers.items()
    }
    login = _authorization(settings)
    if login is not None and "authorization" in own:
        msg = (
            "Both an Authorization in headers and another login (username, api_key or bearer_token)"
            " are given. Keep one of them."
        )
        raise SettingsError(msg)
    return own if login is None else {"authorization": login, **own}


def describe_login(settings: Settings) -> str | None:
    """How the settings log in, in words for a message; never the secret."""
    if settings.username is not None and not settings.password:
        # In an address, what stands there alone may be a token.
        return "the user name given, with an empty password"
    if settings.username is not None:
        return f"username {settings.username!r} with the password given"
    if settings.api_key is not None:
        return _described_key(str(settings.api_key))
    if settings.bearer_token is not None:
        return "the bearer_token given"
    if "authorization" in {name.strip().lower() for name in settings.headers}:
        return "the Authorization given in headers"
    return None if settings.client_cert is None else "the client_cert given as a login"


def _authorization(settings: Settings) -> str | None:
    if settings.username is not None:
        return f"Basic {_base64(f'{settings.username}:{settings.password}')}"
    if settings.api_key is not None:
        key = _sendable("api_key", _bare_key(str(settings.api_key)))
        return f"ApiKey {_base64(key) if ':' in key else key}"
    if settings.bearer_token is not None:
        token = str(settings.bearer_token).strip().removeprefix("Bearer ")
        return f"Bearer {_sendable('bearer_token', token)}"
    return None


def _bare_key(key: str) -> str:
    return key.strip().removeprefix("ApiKey ").strip()


def _described_key(key: str) -> str:
    """An API key by its form; a wrong form is the most common mistake."""
    key = _bare_key(key)
    if ":" in key:
        return "the api_key given, in the form id:api_key"
    if key.startswith(_CLOUD_KEY):
        return f"the api_key given, in the form {_CLOUD_KEY}…"
    if _is_encoded(key):
        return "the api_key given, in the form of the encoded value"
    return (
        "the api_key given: it is neither the encoded value that Elasticsearch shows when it"
        f" creates a key, nor id:api_key, nor a Cloud key ({_CLOUD_KEY}…)"
    )


def _is_encoded(key: str) -> bool:
    try:
        return b":" in b64decode(key, validate=True)
    except ValueError:
        return False


def _header(name: str) -> str:
    """The name of a header, in lower case.

    Raises:
        SettingsError: It is none. (It is not shown: the value may have been written into it.)
    """
    name = name.strip().lower()
    if not _HEADER.fullmatch(name):
        msg = (
            "headers: a name holds characters that names of HTTP headers cannot have. Write"
            ' {"name": "value"}.'
        )
        raise SettingsError(msg)
    return name


def _sendable(name: str, value: str) -> str:
    """``value`` without white space around it.

    Raises:
        SettingsError: HTTP cannot carry it. (The library's own error would show it.)
    """
    value = value.strip()
    if not value.isprintable() or not value.isascii():
        msg = (
            f"{name}: the value holds characters that HTTP headers cannot have, such as a line"
            " break. Was it copied whole, and nothing else with it?"
        )
        raise SettingsError(msg)
    return value


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
