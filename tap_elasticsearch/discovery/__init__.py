"""Which names become streams, and what the records of each look like."""

from tap_elasticsearch.discovery.catalog import metadata, remembered, with_definitions
from tap_elasticsearch.discovery.definition import StreamDefinition
from tap_elasticsearch.discovery.discover import discover
from tap_elasticsearch.discovery.names import alias_filters, find, settings_of

__all__ = [
    "StreamDefinition",
    "alias_filters",
    "discover",
    "find",
    "metadata",
    "remembered",
    "settings_of",
    "with_definitions",
]
