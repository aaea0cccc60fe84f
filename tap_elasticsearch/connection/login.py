"""The user's credentials as HTTP headers."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings


def login_headers(settings: Settings) -> dict[str, str]:
    """The ``Authorization`` header, if there are credentials, and the user's own headers.

    An API key is taken as ``id:api_key`` or as the ``encoded`` value, which is the same in base64
    and so never holds a colon (Elasticsearch reference, create API key).
    """
    headers: dict[str, str] = {}
    if settings.username is not None:
        headers["authorization"] = f"Basic {_base64(f'{settings.username}:{settings.password}')}"
    elif settings.api_key is not None:
        key = str(settings.api_key).removeprefix("ApiKey ").strip()
        headers["authorization"] = f"ApiKey {_base64(key) if ':' in key else key}"
    elif settings.bearer_token is not None:
        headers["authorization"] = f"Bearer {settings.bearer_token}"
    return headers | {name.lower(): str(value) for name, value in settings.headers.items()}


def describe_login(settings: Settings) -> str | None:
    """How the settings log in, in words for a message; never the secret."""
    if settings.username is not None:
        return f"username {settings.username!r} and its password"
    if settings.api_key is not None:
        return "the API key"
    if settings.bearer_token is not None:
        return "the bearer token"
    return None


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
