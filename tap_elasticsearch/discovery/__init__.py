"""Which names become streams, and what the records of each look like."""

from tap_elasticsearch.discovery.catalog import (
    Replication,
    metadata,
    remembered,
    replications,
    with_definitions,
)
from tap_elasticsearch.discovery.definition import StreamDefinition, stream_name
from tap_elasticsearch.discovery.discover import discover
from tap_elasticsearch.discovery.drift import report_drift
from tap_elasticsearch.discovery.keys import indices_with, key_problem, key_types
from tap_elasticsearch.discovery.names import alias_filters, find, settings_of, visible

__all__ = [
    "Replication",
    "StreamDefinition",
    "alias_filters",
    "discover",
    "find",
    "indices_with",
    "key_problem",
    "key_types",
    "metadata",
    "remembered",
    "replications",
    "report_drift",
    "settings_of",
    "stream_name",
    "visible",
    "with_definitions",
]
