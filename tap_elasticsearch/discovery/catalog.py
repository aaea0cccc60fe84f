"""Stream definitions in Singer's catalog, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib import Metadata, MetadataMapping, StreamMetadata

from tap_elasticsearch.discovery.definition import StreamDefinition, lacking
from tap_elasticsearch.discovery.keys import sortable_paths
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_elasticsearch.fields import Field

#: Where a catalog's stream metadata keeps what a sync needs, so that it need not discover again.
REMEMBERED = "tap-elasticsearch"


def metadata(definition: StreamDefinition) -> MetadataMapping:
    """Singer metadata of a stream: selection, keys, and what could be a replication key."""
    automatic = Metadata.InclusionType.AUTOMATIC
    available = Metadata.InclusionType.AVAILABLE
    root = StreamMetadata(
        inclusion=available,
        selected=True,
        selected_by_default=True,
        table_key_properties=list(definition.keys),
        valid_replication_keys=sorted(sortable_paths(definition.fields)),
    )
    result = MetadataMapping({(): root})
    names = definition.schema["properties"]
    result.update(
        {
            ("properties", name): Metadata(
                inclusion=automatic if name in definition.keys else available
            )
            for name in names
        }
    )
    root_of_key = definition.root_column(definition.replication_key or "")
    if ("properties", root_of_key) in result:
        result["properties", root_of_key].inclusion = automatic
    for path, field in walk(definition.columns):
        if path != (root_of_key,):
            result[breadcrumb(path)] = Metadata(
                # So that it stays out whatever selects everything, such as Meltano's "*.*".
                inclusion=Metadata.InclusionType.UNSUPPORTED if field.dropped else available
            )
    return result


def mark_dropped(metadata: MetadataMapping, columns: Field) -> None:
    """Mark in the metadata of an older catalog, in place, the columns that are dropped by now."""
    for path, field in walk(columns):
        if field.dropped:
            metadata[breadcrumb(path)].inclusion = Metadata.InclusionType.UNSUPPORTED


def breadcrumb(path: Iterable[str]) -> tuple[str, ...]:
    """Where a catalog has the metadata of a column."""
    return tuple(crumb for name in path for crumb in ("properties", name))


@dataclass(frozen=True, slots=True)
class Replication:
    """How a catalog's metadata wants a stream to be replicated.

    Attributes:
        method: ``FULL_TABLE`` or ``INCREMENTAL``.
        key: The replication key, if it names one.
    """

    method: str
    key: str | None


def replications(catalog: Mapping[str, Any]) -> dict[str, Replication]:
    """What the root metadata of each stream of ``catalog`` says of its replication, if it does."""
    result = {}
    for stream in catalog["streams"]:
        for entry in stream.get("metadata", ()):
            if not entry["breadcrumb"] and "replication-method" in entry["metadata"]:
                said = entry["metadata"]
                method, key = said["replication-method"], said.get("replication-key")
                result[stream["tap_stream_id"]] = Replication(method, key)
    return result


def deselected(catalog: Mapping[str, Any]) -> frozenset[str]:
    """The streams of ``catalog`` that a sync is to leave out."""
    return frozenset(
        stream["tap_stream_id"]
        for stream in catalog["streams"]
        for entry in stream.get("metadata", ())
        if not entry["breadcrumb"] and entry["metadata"].get("selected") is False
    )


def with_definitions(
    catalog: dict[str, Any], definitions: Mapping[str, StreamDefinition]
) -> dict[str, Any]:
    """``catalog`` with each definition added to its stream's metadata."""
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            definition = definitions.get(stream["tap_stream_id"])
            if not entry["breadcrumb"] and definition is not None:
                entry["metadata"][REMEMBERED] = definition.to_dict()
    return catalog


def remembered(catalog: Mapping[str, Any]) -> dict[str, StreamDefinition | None]:
    """Stream ids of ``catalog`` with the definition kept there, None where there is none.

    Raises:
        SettingsError: It is not a catalog.
    """
    try:
        return {stream["tap_stream_id"]: _remembered(stream) for stream in catalog["streams"]}
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"The catalog cannot be used: {lacking(error)}. Run --discover again."
        raise SettingsError(msg) from error


def _remembered(stream: Mapping[str, Any]) -> StreamDefinition | None:
    for entry in stream.get("metadata", ()):
        if not entry["breadcrumb"] and REMEMBERED in entry["metadata"]:
            return StreamDefinition.from_dict(
                stream["tap_stream_id"], entry["metadata"][REMEMBERED]
            )
    return None
