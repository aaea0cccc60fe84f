"""Every document of a stream, once: units, points in time, pages."""

from tap_elasticsearch.reading.pages import Reading
from tap_elasticsearch.reading.query import all_of
from tap_elasticsearch.reading.units import Target, Unit, plan

__all__ = ["Reading", "Target", "Unit", "all_of", "plan"]
