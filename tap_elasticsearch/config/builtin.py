"""The settings that the SDK adds to ours: read from texts, and refused without being shown."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.config.parsing import parse_json
from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What a text may say for a boolean: more than JSON does, as the SDK takes it from variables.
_BOOLEANS = MappingProxyType(
    {
        **dict.fromkeys(("true", "1", "yes", "on"), True),
        **dict.fromkeys(("false", "0", "no", "off"), False),
    }
)
#: The end of the SDK's own message, with the path of what is wrong: names, and places in lists.
_PLACE = re.compile(r" in config((?:\[(?:'[\w*. -]+'|\d+)\])+)$")


def parse_builtin(name: str, value: object, schema: Mapping[str, Any]) -> object:
    """``value``, if it is a text, as what ``schema`` wants.

    Args:
        name: The setting's name.
        value: What was given.
        schema: The setting's JSON Schema.

    Raises:
        SettingsError: The text is none of it.
    """
    if not isinstance(value, str):
        return value
    types = schema.get("type", ())
    text = value.strip()
    if "boolean" in types:
        return _BOOLEANS.get(text.lower(), value)
    if "integer" in types and re.fullmatch(r"-?\d+", text):
        return int(text)
    return parse_json(name, value) if "object" in types else value


def refused(errors: Iterable[str], properties: Mapping[str, Any]) -> SettingsError:
    """The SDK's errors in our words: its own show the value, which may hold a secret.

    Args:
        errors: What the SDK says, each with the path at its end.
        properties: The JSON Schema of each setting.
    """
    return SettingsError(" ".join(dict.fromkeys(_refused(error, properties) for error in errors)))


def _refused(error: str, properties: Mapping[str, Any]) -> str:
    found = _PLACE.search(error)
    path = [] if found is None else re.findall(r"\['?(.*?)'?\]", found[1])
    schemas = list(_schemas(path, properties))
    inner = schemas[-1] if schemas else {}
    expected = inner.get("enum") or [kind for kind in inner.get("type", ()) if kind != "null"]
    hint = f"It must be {' or '.join(map(str, expected))}" if expected else "See --about"
    meaning = inner.get("description")
    name = ".".join(path) or "of the SDK"
    return f"Setting {name} cannot be used. {hint}{f': {meaning}' if meaning else '.'}"


def _schemas(path: Iterable[str], properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema of each part of ``path``, as far as they are written down."""
    for name in path:
        schema = properties.get(name)
        if schema is None:
            # Beneath the name of a stream, each has another.
            yield {}
            return
        yield schema
        properties = schema.get("properties", {})
