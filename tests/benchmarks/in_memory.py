"""The part of the tap's work that needs no server: from a page's bytes to lines.

``python -m tests.benchmarks.in_memory PATH PAGE MAPPING N`` reads the files PAGE (an answer of
``_search``) and MAPPING (a mapping as discovery completes it), and makes the page's lines N times.
Run under valgrind, a run with more pages less one with fewer gives the instructions of the pages
between them, whatever the start took.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tap_elasticsearch.fields import parse_mapping
from tap_elasticsearch.output import RecordLines
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.hits import decode_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_elasticsearch.fields import Field

    #: A page's bytes to lines.
    Lines = Callable[[bytes], list[bytes]]


def _objects(fields: Field) -> Lines:
    """Each document by way of Python objects, whatever it holds."""
    recorder = Recorder(fields, routed=False)
    encode = msgspec.json.Encoder().encode
    around = {"type": "RECORD", "stream": "orders", "time_extracted": "2024-01-01T00:00:00+00:00"}

    def lines(answer: bytes) -> list[bytes]:
        hits = decode_page(answer).hits
        return [encode({**around, "record": recorder.normalised(hit)}) + b"\n" for hit in hits]

    return lines


def _bytes(fields: Field) -> Lines:
    """Each document by its own bytes, as far as it passes the check."""
    made = RecordLines("orders", Recorder(fields, routed=False), version=None)
    return lambda answer: list(made.chunks(decode_page(answer).hits))


#: What can be counted; a new way from bytes to lines is one line more.
PATHS: Mapping[str, Callable[[Field], Lines]] = {"bytes": _bytes, "object": _objects}


if __name__ == "__main__":
    path, page, mapping, times = sys.argv[1:]
    make = PATHS[path](parse_mapping(json.loads(Path(mapping).read_text())))
    body = Path(page).read_bytes()
    for _ in range(int(times)):
        make(body)
