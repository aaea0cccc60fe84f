"""Normalisers of text, booleans and JSON text."""

from __future__ import annotations

import math

import msgspec

from tap_elasticsearch.fields.literal import as_written
from tap_elasticsearch.fields.misfit import Misfit

_BOOLEANS = {"true": True, "false": False, "": False}

_encode = msgspec.json.Encoder(enc_hook=as_written).encode


def text(value: object) -> str:
    """A string as it is, a number or boolean as its JSON text, with the digits that it had."""
    if type(value) is str:
        return value
    if isinstance(value, (dict, list)) or value is None:
        raise Misfit
    return json_text(value)


def legacy_text(value: object) -> str:
    """As ``text``; of an object with a member ``text`` that member.

    What stands beside it was computed by the server (Elasticsearch reference,
    mapping/types/semantic-text, ``index.mapping.semantic_text.use_legacy_format``).
    """
    return text(value["text"]) if isinstance(value, dict) and "text" in value else text(value)


def json_text(value: object) -> str:
    """The JSON text of ``value``, without spaces."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Misfit
    return _encode(value).decode()


def only_string(value: object) -> str:
    """A string, and nothing else."""
    if type(value) is str:
        return value
    raise Misfit


def boolean(value: object) -> bool:
    """A boolean, or what the servers take for one.

    Those are ``"true"``, ``"false"`` and ``""``, which is false (Elasticsearch reference,
    mapping/types/boolean).
    """
    if type(value) is bool:
        return value
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise Misfit


def free_form(value: object) -> dict[str, object]:
    """An object as it is."""
    if isinstance(value, dict):
        return value
    raise Misfit


def relation(value: object) -> dict[str, object]:
    """``{"name", "parent"?}`` of a join field, whose parent-less form is the name alone."""
    if not isinstance(value, dict):
        return {"name": text(value)}
    if not {"name"} <= value.keys() <= {"name", "parent"}:
        raise Misfit
    return {key: None if member is None else text(member) for key, member in value.items()}
