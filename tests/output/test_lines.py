"""Lines made of a document's own bytes say what records made of objects say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.exceptions import RequestError
from tap_elasticsearch.fields import Field
from tap_elasticsearch.output import RecordLines
from tap_elasticsearch.output.lines import CHUNK
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.hits import Hit
from tests.fields.trees import documents, documents_of, trees

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Field("object", {"a": Field("keyword"), "n": Field("long")})


def hit(source: bytes, number: int = 0, routing: bytes = b"null") -> Hit:
    """A hit with this document."""
    return Hit(
        id=msgspec.Raw(b'"%d"' % number),
        index=msgspec.Raw(b'"i"'),
        routing=msgspec.Raw(routing),
        source=msgspec.Raw(source),
    )


def written(
    field: Field, hits: Sequence[Hit], *, routed: bool = False, version: int | None = None
) -> bytes:
    """The lines of ``hits``."""
    recorder = Recorder(field, routed=routed)
    lines = RecordLines("s", recorder, version=version)
    return b"".join(lines.chunks(hits))


def records(field: Field, hits: Sequence[Hit], *, routed: bool = False) -> list[dict[str, Any]]:
    """Their records, each made the long way."""
    recorder = Recorder(field, routed=routed)
    return [recorder.normalised(each) for each in hits]


@given(st.data(), st.sampled_from([None, 1, " \t"]), st.booleans())
def test_both_ways(data: st.DataObject, indent: int | str | None, routed: bool) -> None:
    """Whatever the mapping and the documents, both ways give the same records."""
    field = data.draw(trees())
    sources = data.draw(st.lists(documents_of(field) | documents(), max_size=5))
    texts = [json.dumps(source, indent=indent).replace("\n", " ").encode() for source in sources]
    hits = [hit(text, number) for number, text in enumerate(texts)]
    lines = [json.loads(line) for line in written(field, hits, routed=routed).splitlines()]
    expected = records(field, hits, routed=routed)
    assert [line["record"] for line in lines] == expected
    assert [Recorder(field, routed=routed).record(each) for each in hits] == expected
    assert all(line.keys() == {"type", "stream", "record", "time_extracted"} for line in lines)


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_chunks(count: int) -> None:
    """Every hit has its line, in order, however many there are."""
    lines = written(ROOT, [hit(b'{"n":1}', number) for number in range(count)]).splitlines()
    assert [json.loads(line)["record"]["_id"] for line in lines] == list(map(str, range(count)))


def test_bytes_stay() -> None:
    """A document that passes keeps the spelling of its numbers and texts."""
    source = rb'{"a":"\u00e9","n":5}'
    assert rb'"record":{"_id":"0","_index":"i","a":"\u00e9","n":5}' in written(ROOT, [hit(source)])


@pytest.mark.parametrize("source", [b"{}", b"{ }", b'{ "a":null}', b'{"a":["x"]}'])
def test_unusual_documents(source: bytes) -> None:
    """An empty document, and one with spaces, have their lines too."""
    line = json.loads(written(ROOT, [hit(source)]))
    assert [line["record"]] == records(ROOT, [hit(source)])


def test_the_version() -> None:
    """Lines carry the version that was activated for their stream."""
    assert json.loads(written(ROOT, [hit(b'{"n":1}')], version=7))["version"] == 7


@pytest.mark.parametrize(("routing", "expected"), [(b"null", ""), (b'"r"', "r")])
def test_routing(routing: bytes, expected: str) -> None:
    """Where the routing is a part of the key, it is never null."""
    line = json.loads(written(ROOT, [hit(b'{"n":1}', routing=routing)], routed=True))
    assert line["record"]["_routing"] == expected


def test_no_source() -> None:
    """A document that came without its source is an error, not an empty record."""
    with pytest.raises(RequestError, match="without its source"):
        written(ROOT, [hit(b"")])
