"""From what a user wrote to frozen settings: everything wrong is found here, in one line each."""

from __future__ import annotations

import difflib
import json
import re
import typing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from tap_elasticsearch.config.entries import Secret, StreamSettings
from tap_elasticsearch.config.instants import parse_instant
from tap_elasticsearch.config.schema import config_schema
from tap_elasticsearch.config.settings import Settings
from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SCHEMA = config_schema()["properties"]
_TYPES = typing.get_type_hints(Settings, include_extras=True)
#: Settings whose values no message shows. A secret may be in any that is about the connection: a
#: login inside an address, or beside the name of a user, the text of a key instead of its file.
_HIDDEN = frozenset(
    name for name, schema in _SCHEMA.items() if schema["group"] in {"where", "who", "TLS"}
)

#: Pairs of settings that say the same thing twice, or deny each other.
_EXCLUSIVE = (
    ("hosts", "cloud_id"),
    ("username", "api_key"),
    ("username", "bearer_token"),
    ("api_key", "bearer_token"),
    ("ca_certs", "ca_fingerprint"),
)

#: A setting, and the one that it is useless without.
_NEEDS = (
    ("username", "password"),
    ("password", "username"),
    ("client_key", "client_cert"),
    ("client_key_password", "client_key"),
)


#: What a setting may be, where the name of a type does not say it.
_FORMS = {
    "cloud_id": "Copy it from the deployment's page in the Elastic Cloud console",
    "page_size": "It must be a number from 1 on, or auto",
    "parallel": "It must be a number from 1 to 64, or auto",
    "http_compress": "It must be true, false or auto",
    "point_in_time_keep_alive": "It must be a number with s, m or h, like 10m",
}


def parse_settings(config: Mapping[str, Any], *, sdk_settings: Iterable[str] = ()) -> Settings:
    """Validate ``config``.

    Args:
        config: Setting names to values as they came from a file, the environment or Meltano;
            lists and objects may be JSON strings, numbers and booleans strings, and a single
            string stands for a list of one.
        sdk_settings: Names that the SDK itself understands; they are not read here.

    Returns:
        The settings.

    Raises:
        SettingsError: Something is unknown, of the wrong type, or contradicts; the text names the
            setting, the value (unless secret) and the way out.
    """
    known = {**_SCHEMA, **dict.fromkeys(sdk_settings)}
    _reject_unknown(config, known, "setting")
    values = {
        name: _parse(name, value)
        for name, value in config.items()
        if name in _SCHEMA and value is not None
    }
    values = _with_login_of_hosts(values)
    _reject_contradictions(values)
    _reject_choices(values)
    _reject_wrong_dates(values)
    return Settings(**values)


def parse_json(name: str, value: object) -> object:
    """``value``, decoded if it is a string of JSON; for settings that are objects or lists."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        msg = f"Setting {name}{_shown(name, value)} is not valid JSON: {error}."
        raise SettingsError(msg) from None


def _reject_unknown(given: Iterable[str], known: Iterable[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            msg = f"Unknown {what} {name!r}. {advice}"
            raise SettingsError(msg)


def _parse(name: str, value: object) -> Any:  # noqa: ANN401
    kind = _TYPES[name]
    value = parse_json(name, value) if _is_structure(name) else value
    if isinstance(value, str) and "items" in _SCHEMA[name]:
        value = _split(value)
    if name == "streams":
        value = [_stream(entry) for entry in value] if isinstance(value, list) else value
    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=_secret)
    except msgspec.ValidationError as error:
        meaning = _SCHEMA[name]["description"]
        reason = _FORMS.get(name, error)
        msg = f"Setting {name}{_shown(name, value)} cannot be used: {reason}. {meaning}."
        raise SettingsError(msg) from None


def _split(text: str) -> list[str]:
    """The items of a list that was written as one text, at its commas."""
    # A login before an @ may hold commas: there, only what begins like an address is one.
    parts = re.split(r",(?=\s*https?://)" if "@" in text else ",", text)
    return [item for item in (part.strip() for part in parts) if item]


def _shown(name: str, value: object) -> str:
    """``value`` as far as a message may show it."""
    text = repr(value)
    setting = name.partition(".")[0]
    if setting not in _SCHEMA or setting in _HIDDEN or ("://" in text and "@" in text):
        return ""
    return f" is {text}, which"


def _is_structure(name: str) -> bool:
    return bool({"items", "additionalProperties"} & _SCHEMA[name].keys())


def _stream(entry: object) -> object:
    if isinstance(entry, dict):
        _reject_unknown(entry, StreamSettings.__struct_fields__, "key of streams")
        entry = {
            key: parse_json(f"streams.{key}", value)
            for key, value in entry.items()
            if value is not None
        }
        for key in ("array_fields", "fields", "exclude_fields"):
            if isinstance(fields := entry.get(key), str):
                entry[key] = _split(fields)
    return {"index": entry} if isinstance(entry, str) else entry


def _secret(kind: type, value: object) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    msg = f"Expected `str`, got `{type(value).__name__}`"
    raise msgspec.ValidationError(msg)


def _with_login_of_hosts(values: dict[str, Any]) -> dict[str, Any]:
    """Take ``user:password@`` out of the hosts, where it would reach logs and messages."""
    hosts = [_without_login(host) for host in values.get("hosts") or ()]
    if not hosts:
        return values
    values = {**values, "hosts": tuple(address for address, _ in hosts)}
    logins = {login for _, login in hosts if login}
    if not logins:
        return values
    if "username" in values:
        shown = next(address.rpartition("://")[2] for address, login in hosts if login)
        msg = f"Both username and a login in hosts ({shown}) are given. Keep one."
        raise SettingsError(msg)
    if len(logins) > 1:
        msg = (
            "Several logins are given in hosts, but they are addresses of one cluster, and one"
            " login is sent to all. Keep one, or give username and password instead."
        )
        raise SettingsError(msg)
    user, _, password = logins.pop().partition(":")
    return {**values, "username": unquote(user), "password": Secret(unquote(password))}


def _without_login(host: str) -> tuple[str, str]:
    """An address without its login, and that.

    Not by the rules of URLs: what people write as a password there is often not encoded.
    """
    before, scheme, rest = host.rpartition("://")
    login, _, address = rest.rpartition("@")
    return before + scheme + address, login


def _reject_wrong_dates(values: Mapping[str, Any]) -> None:
    for name in ("start_date", "end_date"):
        try:
            parse_instant(values.get(name, "1970-01-01"))
        except ValueError as error:
            msg = f"Setting {name} cannot be used: {error}."
            raise SettingsError(msg) from None
    if {"start_date", "end_date"} <= values.keys() and (
        parse_instant(values["start_date"]) >= parse_instant(values["end_date"])
    ):
        msg = "start_date is not before end_date, so there is nothing to read. Mend one of them."
        raise SettingsError(msg)


def _reject_contradictions(values: Mapping[str, Any]) -> None:
    for one, other in _EXCLUSIVE:
        if one in values and other in values:
            msg = f"Both {one} and {other} are given. Keep one of them."
            raise SettingsError(msg)
    for name, needed in _NEEDS:
        if name in values and needed not in values:
            msg = f"{name} is given without {needed}. Give both."
            raise SettingsError(msg)
    if values.get("verify_certs") is False and "ca_certs" in values:
        msg = "verify_certs is false, so ca_certs would not be used. Keep one of them."
        raise SettingsError(msg)


def _reject_choices(values: Mapping[str, Any]) -> None:
    whole = values.get("record_shape") == "document"
    if whole and any(entry.fields or entry.exclude_fields for entry in values.get("streams", ())):
        msg = (
            "fields and exclude_fields in streams choose columns, but record_shape: document has"
            " none. Keep one of them."
        )
        raise SettingsError(msg)
