"""One run of one stream: where it begins, what it reads, the records and bookmarks it gives."""

from tap_elasticsearch.extraction.batches import Batch, Since, Whole
from tap_elasticsearch.extraction.run import Extraction
from tap_elasticsearch.extraction.states import understood, unknown_streams

__all__ = ["Batch", "Extraction", "Since", "Whole", "understood", "unknown_streams"]
