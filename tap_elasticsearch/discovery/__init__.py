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
from tap_elasticsearch.discovery.definition import StreamDefinition, entry_of, formed, none_in
from tap_elasticsearch.discovery.discover import discover
from tap_elasticsearch.discovery.drift import report_drift, trees_of
from tap_elasticsearch.discovery.kept import as_sent
from tap_elasticsearch.discovery.keys import indices_with, key_problem, key_types, may_be_date
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.names import alias_filters, chunks, find, settings_of, visible
from tap_elasticsearch.discovery.selection import Selection, select
from tap_elasticsearch.discovery.sent import Sent, sent_in, to_remember
from tap_elasticsearch.discovery.sources import REWRITTEN, is_rewritten, is_strict

__all__ = [
    "REWRITTEN",
    "Replication",
    "Selection",
    "Sent",
    "StreamDefinition",
    "alias_filters",
    "as_sent",
    "breadcrumb",
    "chunks",
    "deselected",
    "discover",
    "entry_of",
    "find",
    "formed",
    "indices_with",
    "is_rewritten",
    "is_strict",
    "key_problem",
    "key_types",
    "listed",
    "mark_dropped",
    "may_be_date",
    "metadata",
    "none_in",
    "remembered",
    "replications",
    "report_drift",
    "select",
    "sent_in",
    "settings_of",
    "to_remember",
    "trees_of",
    "visible",
    "with_definitions",
]
