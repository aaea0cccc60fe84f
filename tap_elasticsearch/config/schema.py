"""The settings as JSON Schema, for the SDK, ``--about``, Meltano and the README."""

from __future__ import annotations

from typing import Any

import msgspec

from tap_elasticsearch.config.entries import Secret
from tap_elasticsearch.config.settings import Settings

#: Settings without a default in the schema: the SDK would write it into every configuration, and
#: then ``cloud_id`` could never be told from ``cloud_id`` with ``hosts``.
WITHOUT_DEFAULT = frozenset({"hosts"})


def _secret_is_a_string(kind: type) -> dict[str, Any]:
    if kind is Secret:
        return {"type": "string"}
    raise NotImplementedError(kind)


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401
    """``schema`` with its references replaced by what they refer to."""
    if isinstance(schema, (list, tuple)):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _typed(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` with a plain ``type`` at its root, where targets of the schema look for it."""
    if "enum" in schema:
        return {"type": "string", **schema}
    if "anyOf" not in schema:
        return schema
    types = {kind for option in schema["anyOf"] for kind in _types(option)}
    details: dict[str, Any] = {}
    for option in schema["anyOf"]:
        details |= {k: v for k, v in option.items() if k in {"items", "properties", "minimum"}}
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {"type": sorted(types - {"null"}) + sorted(types & {"null"}), **details, **rest}


def _types(option: dict[str, Any]) -> list[str]:
    if "enum" in option:
        return ["string"]
    kind = option["type"]
    return kind if isinstance(kind, list) else [kind]


def config_schema() -> dict[str, Any]:
    """JSON Schema of the configuration.

    Returns:
        ``{"type": "object", "properties": {setting: {"type", "description", "group", …}}}``;
        ``secret`` marks what must never be shown, ``default`` what holds when nothing is given.
    """
    (root,), definitions = msgspec.json.schema_components(
        [Settings], schema_hook=_secret_is_a_string
    )
    inlined = _inlined(root, definitions)
    properties = {}
    for name, schema in inlined["properties"].items():
        typed = _typed(schema)
        default = typed.pop("default", None)
        if default is not None and name not in WITHOUT_DEFAULT:
            typed["default"] = default
        properties[name] = typed
    return {"type": "object", "properties": properties}
