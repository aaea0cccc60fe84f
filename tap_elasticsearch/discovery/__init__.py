"""Which names become streams, and what the records of each look like."""

from tap_elasticsearch.discovery.catalog import (
    Replication,
    breadcrumb,
    deselected,
    mark_dropped,
    metadata,
    remembered,
    replications,
    with_definitions,
)
from tap_elasticsearch.discovery.definition import StreamDefinition, form_of, stream_name
from tap_elasticsearch.discovery.discover import discover
from tap_elasticsearch.discovery.drift import report_drift
from tap_elasticsearch.discovery.keys import indices_with, key_problem, key_types
from tap_elasticsearch.discovery.names import alias_filters, chunks, find, settings_of, visible
from tap_elasticsearch.discovery.selection import Selection, select
from tap_elasticsearch.discovery.shapes import sent_shapes, shapes_in, with_sent_shapes
from tap_elasticsearch.discovery.sources import REWRITTEN, is_rewritten

__all__ = [
    "REWRITTEN",
    "Replication",
    "Selection",
    "StreamDefinition",
    "alias_filters",
    "breadcrumb",
    "chunks",
    "deselected",
    "discover",
    "find",
    "form_of",
    "indices_with",
    "is_rewritten",
    "key_problem",
    "key_types",
    "mark_dropped",
    "metadata",
    "remembered",
    "replications",
    "report_drift",
    "select",
    "sent_shapes",
    "settings_of",
    "shapes_in",
    "stream_name",
    "visible",
    "with_definitions",
    "with_sent_shapes",
]
