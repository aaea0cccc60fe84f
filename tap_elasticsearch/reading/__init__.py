"""Every document of a stream, once: units, points in time, pages."""

from tap_elasticsearch.reading.keys import (
    DATE,
    KINDS,
    Bookmark,
    Key,
    Place,
    Window,
    key_query,
    window_of,
)
from tap_elasticsearch.reading.progress import Progress, Span, Tally
from tap_elasticsearch.reading.query import all_of, fetching
from tap_elasticsearch.reading.sorted import SortedReading
from tap_elasticsearch.reading.units import Target, Unit, plan
from tap_elasticsearch.reading.whole import Reading

__all__ = [
    "DATE",
    "KINDS",
    "Bookmark",
    "Key",
    "Place",
    "Progress",
    "Reading",
    "SortedReading",
    "Span",
    "Tally",
    "Target",
    "Unit",
    "Window",
    "all_of",
    "fetching",
    "key_query",
    "plan",
    "window_of",
]
