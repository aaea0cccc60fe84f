"""Pages: what a strict decoder refuses costs one document a character, and no other any."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.exceptions import CutError, ServerError
from tap_elasticsearch.records.hits import decode_page
from tap_elasticsearch.records.repair import without_halves, without_strangers


def page(*sources: bytes) -> bytes:
    """The answer to a search that found these documents."""
    hits = b",".join(b'{"_id":"%d","_index":"i","_source":%b}' % hit for hit in enumerate(sources))
    return b'{"_shards":{"total":1,"successful":1,"failed":0},"hits":{"hits":[' + hits + b"]}}"


CLEAN = rb'{"a":"\ud83d\ude00 \\ud800 \" NaN, /* \\","b":[1.10,{"c":"http://d"}]}'


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        (rb'{"a":"x\ud800y"}', rb'{"a":"x\ufffdy"}'),
        (rb'{"a":"\\\udc00"}', rb'{"a":"\\\ufffd"}'),
        (rb'{"\uDBFF\uDBFF\uDC00":1}', rb'{"\ufffd\uDBFF\uDC00":1}'),
        (b'{"a":NaN}', b'{"a":"NaN"}'),
        (b'{"a":[ -Infinity , Infinity]}', b'{"a":[ "-Infinity" , "Infinity"]}'),
        (b'{/* "b":1 */"a":1}', b'{"a":1}'),
        (b'{"a":1 // "b"\n}', b'{"a":1 }'),
        (b'\xef\xbb\xbf{"a":"\xef\xbb\xbf"}', b'{"a":"\xef\xbb\xbf"}'),
        (b'{"a":"//",/**/"b":/* NaN, */NaN}', b'{"a":"//","b":"NaN"}'),
        (rb'{"a":"\"[NaN,","b":NaN}', rb'{"a":"\"[NaN,","b":"NaN"}'),
    ],
)
def test_repaired(source: bytes, mended: bytes) -> None:
    """The document beside it keeps every byte."""
    hits = decode_page(page(CLEAN, source, CLEAN)).hits
    assert [bytes(hit.source) for hit in hits] == [CLEAN, mended, CLEAN]


@given(st.recursive(st.text() | st.floats(width=16), st.lists, max_leaves=5))
def test_only_what_is_wrong_is_changed(value: object) -> None:
    """JSON stays as it is, with NaN and Infinity as strings."""
    text = json.dumps([value])
    expected = json.loads(text, parse_constant=str)
    assert json.loads(without_strangers(without_halves(text.encode()))) == expected


def test_no_utf_8() -> None:
    """Bytes that are no UTF-8 become U+FFFD where the answer has to be repaired."""
    assert without_halves(b'"a\xffb"') == '"a\ufffdb"'.encode()


def test_a_comment_at_the_end() -> None:
    """A comment that ends a document ends before what the server puts behind it."""
    hit = b'{"_id":"0","_index":"i","_source":{"a":1}//c,"sort":[7]}'
    answer = page().replace(b"[]", b"[" + hit + b"]")
    assert [bytes(hit.source) for hit in decode_page(answer).hits] == [b'{"a":1}']


def test_line_breaks() -> None:
    """A document that was stored with line breaks comes without."""
    hits = decode_page(page(b'{\r\n  "a": 1\n}', CLEAN)).hits
    assert bytes(hits[0].source) == b'{    "a": 1 }'
    assert bytes(hits[1].source) == CLEAN


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"hits":{"hits":[' + b"[" * 5_000])
def test_no_page(answer: bytes) -> None:
    """What is not the answer to a search is an error that shows its beginning."""
    with pytest.raises(ServerError, match="It begins"):
        decode_page(answer)


@pytest.mark.parametrize("length", [0, 1, 20])
def test_a_part_of_a_page(length: int) -> None:
    """What ends in the middle is told from what is something else: it may come whole."""
    with pytest.raises(CutError, match=f"ends in the middle, after {length} bytes"):
        decode_page(page(CLEAN)[:length])
