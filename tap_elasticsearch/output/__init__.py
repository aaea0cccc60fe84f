"""What leaves the process: messages on stdout, progress on stderr, and its end on a signal."""

from tap_elasticsearch.output.checkpoints import Checkpoints
from tap_elasticsearch.output.interruption import Interruption
from tap_elasticsearch.output.lines import RecordLines
from tap_elasticsearch.output.maps import UNFIT, mapping_settings, prepare, without_stream
from tap_elasticsearch.output.progress import Progress
from tap_elasticsearch.output.storage import reject_unusable_storage
from tap_elasticsearch.output.timer import ClosingTimer
from tap_elasticsearch.output.writer import LineWriter

__all__ = [
    "UNFIT",
    "Checkpoints",
    "ClosingTimer",
    "Interruption",
    "LineWriter",
    "Progress",
    "RecordLines",
    "mapping_settings",
    "prepare",
    "reject_unusable_storage",
    "without_stream",
]
