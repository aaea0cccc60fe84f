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
from tap_elasticsearch.reading.pages import Reading
from tap_elasticsearch.reading.query import all_of, fetching
from tap_elasticsearch.reading.sorted import SortedReading
from tap_elasticsearch.reading.units import Target, Unit, plan

__all__ = [
    "DATE",
    "KINDS",
    "Bookmark",
    "Key",
    "Place",
    "Reading",
    "SortedReading",
    "Target",
    "Unit",
    "Window",
    "all_of",
    "fetching",
    "key_query",
    "plan",
    "window_of",
]
