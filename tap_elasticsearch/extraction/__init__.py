"""One run of one stream: where it begins, what it reads, the records and bookmarks it gives."""

from tap_elasticsearch.extraction.run import Extraction, keyed_records, records

__all__ = ["Extraction", "keyed_records", "records"]
