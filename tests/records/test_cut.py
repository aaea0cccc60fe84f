"""What is dropped is nowhere in a record, and nothing else is missing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tap_elasticsearch.fields import Field, dropping, walk
from tap_elasticsearch.records.cut import Cut, without
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.hits import Hit
from tap_elasticsearch.records.normalise import Normaliser
from tests.fields.trees import NAMES, documents, trees


def popped(value: Any, field: Field) -> Any:  # noqa: ANN401
    """``value``, a record's, without the columns that ``field`` has dropped."""
    if isinstance(value, list):
        return [popped(each, field) for each in value]
    if not isinstance(value, dict) or not field.properties:
        return value
    return {
        name: popped(member, field.properties[name])
        for name, member in value.items()
        if not field.properties[name].dropped
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(trees(), documents(), st.frozensets(NAMES, max_size=3))
def test_dropped_fields_alone_are_missing(
    field: Field, document: dict[str, Any], names: frozenset[str]
) -> None:
    """A record without some columns is the whole record with these taken out, also of _extra.

    Not so fields of their own whose dotted names only begin like those.
    """
    # A constant alone makes an object that the document does not have.
    assume("constant_keyword" not in {each.type for _, each in walk(field)})
    assume("_extra" not in field.properties)
    thin = dropping(field, lambda path, _: path[-1] in names)
    dropped = [path for path, each in walk(thin) if each.dropped]
    left = [path for path, _ in walk(thin) if not any(path[: len(d)] == d for d in dropped)]
    paths = [".".join(path) for path in dropped]
    stay = [".".join(path) for path in left]
    but = [path for path in stay if any(path.startswith(f"{each}.") for each in paths)]
    record, extra = Normaliser(field).record(document)
    assert Normaliser(thin).record(document) == (popped(record, thin), without(paths, extra, but))


SECRET = dropping(
    Field(
        "object",
        {
            "o": Field("object", {"in": Field("keyword"), "no": Field("keyword")}),
            "l": Field("nested", {"no": Field("long"), "n": Field("long")}, array=True),
            "no": Field("long"),
        },
    ),
    lambda path, _: path[-1] == "no",
)


@pytest.mark.parametrize(
    ("document", "extra"),
    [
        ({"no": ["SECRET", 2]}, {}),
        ({"no": {"x": "SECRET"}, "no.x": "SECRET"}, {}),
        ({"o.no": "SECRET", "o": {"no": {"x": "SECRET"}}}, {}),
        ({"o": [{"no": "SECRET"}, {"in": "a", "no.x": "SECRET"}]}, {"o": [{}, {"in": "a"}]}),
        ({"l": [{"no": "SECRET"}, [{"no": "SECRET"}]]}, {"l": [{}, [{}]]}),
        ({"l": {"no": "SECRET", "more": 1}}, {"l.more": [1]}),
    ],
)
def test_no_spelling_brings_it_back(document: dict[str, Any], extra: dict[str, Any]) -> None:
    """Neither dotted names, nor lists, nor values that do not fit."""
    record, left = Normaliser(SECRET).record(document)
    assert left == extra
    assert "SECRET" not in str(record)


def test_bytes_stay() -> None:
    """What is not cut keeps its spelling, and its order."""
    cut = Cut(SECRET)
    assert cut
    assert cut(b'{"a":1.10, "no":[1e400] ,"o" : { "x": 1 }}') == b'{"a":1.10,"o":{ "x": 1 }}'
    assert not Cut(Field("object", {"a": Field("long")}))


def test_a_field_below_stays() -> None:
    """A field whose dotted name begins with that of one that is cut out is in the record."""
    fields = {"x": Field("long", dropped=True), "x.y": Field("long")}
    recorder = Recorder(Field("object", fields), routed=False)
    for document in (b'{"x":{"y":2}}', b'{"x":[1,{"y":2}]}', b'{"x":1,"x.y":2}'):
        hit = msgspec.json.decode(b'{"_id":"1","_index":"i","_source":%b}' % document, type=Hit)
        assert recorder.record(hit) == {"_id": "1", "_index": "i", "x.y": 2}
