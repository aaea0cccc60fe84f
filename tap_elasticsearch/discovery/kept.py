"""A catalog made anew, made to agree with what was sent before.

A catalog is often made just before a sync, by a run that knows no state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.discovery.catalog import REMEMBERED
from tap_elasticsearch.discovery.definition import StreamDefinition, formed
from tap_elasticsearch.discovery.routing import in_key
from tap_elasticsearch.discovery.shapes import in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.discovery.sent import Sent


def as_sent(
    catalog: dict[str, Any], settings: Settings, sent: Mapping[str, Sent]
) -> dict[str, Any]:
    """``catalog`` with the columns that were sent before in the shape they had, and the same keys.

    Args:
        catalog: As a user gave it.
        settings: They overrule what was sent.
        sent: What was, by stream.
    """
    streams = [_kept(stream, settings, sent) for stream in catalog["streams"]]
    return {**catalog, "streams": streams}


def _kept(stream: dict[str, Any], settings: Settings, sent: Mapping[str, Sent]) -> dict[str, Any]:
    name = stream["tap_stream_id"]
    roots = [entry["metadata"] for entry in stream.get("metadata", ()) if not entry["breadcrumb"]]
    root = next((metadata for metadata in roots if REMEMBERED in metadata), None)
    if root is None or name not in sent:
        return stream
    old = formed(StreamDefinition.from_dict(name, root[REMEMBERED]), settings)
    shapes = in_force(name, settings, sent)
    new = replace(
        old,
        fields=shapes.as_sent(old.fields),
        routed=in_key(name, seen=old.routed, sent=sent[name].routed),
    )
    shapes.warn(new.fields)
    return stream if new == old else _written(stream, old, new)


def _written(
    stream: dict[str, Any], old: StreamDefinition, new: StreamDefinition
) -> dict[str, Any]:
    """``stream`` with what is different between two definitions; what a person changed stays."""
    before, after = old.schema["properties"], new.schema["properties"]
    schema = stream.get("schema", {})
    columns = {
        column: after.get(column) if theirs == before.get(column) else theirs
        for column, theirs in schema.get("properties", {}).items()
    }
    columns |= {column: after[column] for column in after.keys() - before.keys()}
    keys = list(new.keys)
    metadata = [
        {**entry, "metadata": {**entry["metadata"], **_changed(entry, new)}}
        for entry in stream["metadata"]
    ]
    metadata += [
        {"breadcrumb": ["properties", key], "metadata": {"inclusion": "automatic"}}
        for key in new.keys
        if key not in old.keys
    ]
    return {
        **stream,
        "key_properties": keys,
        "schema": {**schema, "properties": {n: c for n, c in columns.items() if c is not None}},
        "metadata": metadata,
    }


def _changed(entry: Mapping[str, Any], new: StreamDefinition) -> dict[str, Any]:
    """What is new in the metadata at one place of a catalog."""
    if entry["breadcrumb"]:
        return {}
    return {"table-key-properties": list(new.keys), REMEMBERED: new.to_dict()}
