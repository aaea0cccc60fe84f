"""The character U+0000 taken out of records."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.fields import parse_mapping
from tap_elasticsearch.output import RecordLines
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.form import Form
from tap_elasticsearch.records.hits import Hit
from tap_elasticsearch.records.null_characters import without_null_characters

MAPPING = {"properties": {"k": {"type": "keyword"}, "o": {"type": "flattened"}}}
REMOVING = Form(null_characters=False)

_texts = st.text(st.sampled_from("\0ab\\u0"), max_size=5)
_values = st.recursive(
    _texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


def hit(document: Any) -> Hit:  # noqa: ANN401
    """A document as a server sends it, with an id that has the character, too."""
    as_json = [msgspec.Raw(json.dumps(each).encode()) for each in ("i\0d", "index", document)]
    return Hit(id=as_json[0], index=as_json[1], source=as_json[2])


def sizes(value: Any) -> Any:  # noqa: ANN401
    """The structure of ``value``: how many members and elements everything in it has."""
    if isinstance(value, dict):
        return [[sizes(member)] for member in value.values()]
    return [sizes(each) for each in value] if isinstance(value, list) else None


def lines_of(document: Any, form: Form) -> dict[str, Any]:  # noqa: ANN401
    """The record of ``document`` as a line has it."""
    columns = form.columns(parse_mapping(MAPPING))
    lines = RecordLines("s", Recorder(columns, routed=False, form=form), version=None)
    record: dict[str, Any] = json.loads(b"".join(lines.chunks([hit(document)])))["record"]
    return record


def test_names_of_columns() -> None:
    """A name does not become that of a column, which its value was not for."""
    found = lines_of({"k\0": "x", "o": {"a\0": 1}}, REMOVING)
    assert (found.get("k"), found["o"]) == (None, {"a": 1})
    assert found["_extra"] == {"k\ufffd": "x"}


@given(_values)
def test_nothing_else_goes(value: Any) -> None:  # noqa: ANN401
    """No text or name has the character, and every member and element is there, in its place."""
    made = without_null_characters(value)
    assert sizes(made) == sizes(value)
    assert not any("\0" in text for text in texts(made))
    if not any("\0" in text for text in texts(value)):
        assert made == value


def texts(value: Any) -> list[str]:  # noqa: ANN401
    """All texts in ``value``, and names."""
    if isinstance(value, str):
        return [value]
    pairs = [*value, *value.values()] if isinstance(value, dict) else ()
    inner = value if isinstance(value, list) else pairs
    return [text for each in inner for text in texts(each)]


def test_columns_keep_their_names() -> None:
    """A column is called what the schema says, and JSON text has the character in no form."""
    mapping = {"properties": {"a\0": {"type": "keyword"}, "j": {"type": "geo_shape"}}}
    columns = REMOVING.columns(parse_mapping(mapping))
    recorder = Recorder(columns, routed=False, form=REMOVING)
    record = recorder.record(hit({"a\0": "x\0", "j": {"type\0": "\0Point"}}))
    assert (record["a\0"], record["j"]) == ("x", '{"type":"Point"}')


def test_names_stay_different() -> None:
    """Of two members that would have one name, each keeps its value."""
    document = {"a": 1, "a\0": 2, "\0a": {"b\0": 3}}
    made = without_null_characters(document)
    assert made == {"a": 1, "a\ufffd": 2, "a\ufffd\ufffd": {"b": 3}}


@pytest.mark.parametrize("routed", [False, True])
def test_columns_of_the_hit(routed: bool) -> None:
    """The routing loses the character but in the key, in either way; so do names of fields."""
    found = msgspec.structs.replace(
        hit({"k": "a"}), routing=msgspec.Raw(b'"r\\u0000"'), ignored=msgspec.Raw(b'["f\\u0000"]')
    )
    form = Form(null_characters=False, metadata=["_id", "_routing", "_ignored"])
    recorder = Recorder(form.columns(parse_mapping(MAPPING)), routed=routed, form=form)
    line = b"".join(RecordLines("s", recorder, version=None).chunks([found]))
    routing = "r\0" if routed else "r"
    expected = {"_id": "i\0d", "_routing": routing, "_ignored": ["f"], "k": "a"}
    assert json.loads(line)["record"] == recorder.normalised(found) == expected


@pytest.mark.parametrize("whole", [False, True])
def test_records(whole: bool) -> None:
    """It goes from values, objects and _extra, stays in the key, and stays where it may."""
    document = {"k": "a\0b", "o": {"p\0": ["\0"]}, "un\0": {"\0c": 1}, "plain": "\\u0000"}
    form = Form(null_characters=False, whole=whole)
    made = lines_of(document, form)
    assert made.pop("_id") == "i\0d"
    texts = json.dumps(made).replace("\\\\u0000", "")
    assert "\\u0000" not in texts
    assert json.dumps(made).count("\\\\u0000") == 1
    assert "\\u0000" in json.dumps(lines_of(document, Form(whole=whole))).replace("\\\\", "")


def test_clean_documents_stay_bytes() -> None:
    """A document without the character is written as it came."""
    source = '{"k": "a",   "o": {}}'
    columns = parse_mapping(MAPPING)
    recorder = Recorder(columns, routed=False, form=REMOVING)
    lines = RecordLines("s", recorder, version=None)
    raw = Hit(
        id=msgspec.Raw(b'"1"'), index=msgspec.Raw(b'"i"'), source=msgspec.Raw(source.encode())
    )
    assert source[1:].encode() in b"".join(lines.chunks([raw]))
