"""Documents to records: whatever they hold, true to the schema, and nothing lost."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker

from tap_elasticsearch.fields import TYPES, Field, json_schema, parse_mapping, type_of, walk
from tap_elasticsearch.fields.dates import is_canonical
from tap_elasticsearch.records.check import Check
from tap_elasticsearch.records.normalise import Normaliser
from tests.fields.trees import documents, trees

if TYPE_CHECKING:
    from collections.abc import Iterator

MAPPING = {
    "properties": {
        "k": {"type": "keyword"},
        "ks": {"type": "keyword", "array": True},
        "l": {"type": "long"},
        "ls": {"type": "long", "array": True},
        "fs": {"type": "float", "array": True},
        "d": {"type": "date"},
        "g": {"type": "geo_point"},
        "gs": {"type": "geo_point", "array": True},
        "v": {"type": "dense_vector"},
        "r": {"type": "integer_range"},
        "j": {"type": "object", "enabled": False},
        "free": {"type": "object"},
        "o": {"properties": {"a": {"type": "long"}, "b": {"properties": {"c": {"type": "ip"}}}}},
        "os": {"properties": {"a": {"type": "long"}}, "array": True},
        "n": {
            "type": "nested",
            "properties": {
                "a": {"type": "long"},
                "ns": {"type": "nested", "properties": {"x": {"type": "long"}}},
            },
        },
        "flat": {
            "subobjects": False,
            "properties": {"x": {"type": "long"}, "x.y": {"type": "long"}, "z.w": {"type": "long"}},
        },
        "p": {
            "properties": {
                "r": {"type": "long_range"},
                "g": {"type": "geo_point"},
                "gs": {"type": "geo_point", "array": True},
                "s": {"type": "geo_shape"},
                "n": {"type": "long", "null_value": -1},
                "ns": {"type": "long", "null_value": -1, "array": True},
                "q.g": {"type": "geo_point"},
            }
        },
        "_extra": {"type": "keyword"},
    }
}

#: Types for which an empty text is null.
NUMBERS = {
    "unsigned_long",
    *(name for name, row in TYPES.items() if row.schema["type"] in {"integer", "number"}),
}

#: What it shows: document, record, extra.
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a clean document": ({"k": "a", "l": 1}, {"k": "a", "l": 1}, {}),
    "absent stays absent, null stays null": (
        {"k": None, "ks": None, "o": None},
        {"k": None, "ks": None, "o": None},
        {},
    ),
    "a list of one is its value": ({"l": [5], "k": [["a"]]}, {"l": 5, "k": "a"}, {}),
    "nulls beside a value are none": ({"l": [None, 5]}, {"l": 5}, {}),
    "an empty list is null": (
        {"l": [], "k": [[]], "d": [None]},
        {"l": None, "k": None, "d": None},
        {},
    ),
    "the first of several, and all": ({"l": [1, "2"]}, {"l": 1}, {"l": [1, "2"]}),
    "the first that fits": ({"l": ["x", 2]}, {"l": 2}, {"l": ["x", 2]}),
    "an empty text is no value": ({"l": ["", 2]}, {"l": 2}, {"l": ["", 2]}),
    "empty texts alone": ({"l": ["", ""]}, {"l": None}, {"l": ["", ""]}),
    "none fits": ({"l": ["x", "y"]}, {"l": None}, {"l": ["x", "y"]}),
    "a misfit": ({"l": "x", "d": {"a": 1}}, {"l": None, "d": None}, {"l": "x", "d": {"a": 1}}),
    "a misfit in a list of one": ({"l": ["x"]}, {"l": None}, {"l": ["x"]}),
    "one value in a list column": (
        {"ls": "1", "gs": "1,2"},
        {"ls": [1], "gs": [{"lat": 1.0, "lon": 2.0}]},
        {},
    ),
    "nulls stay in lists": ({"ls": [1, None]}, {"ls": [1, None]}, {}),
    "an empty list stays one": ({"ls": []}, {"ls": []}, {}),
    "nested lists are flattened, and kept": (
        {"ls": [[1, 2], [3]]},
        {"ls": [1, 2, 3]},
        {"ls": [[1, 2], [3]]},
    ),
    "misfits leave a list, which is kept": ({"ls": [1, "x"]}, {"ls": [1]}, {"ls": [1, "x"]}),
    "a list of misfits": ({"ls": ["x"]}, {"ls": None}, {"ls": ["x"]}),
    "numbers of a list are floats": ({"fs": [1, "2", 0.5]}, {"fs": [1.0, 2.0, 0.5]}, {}),
    "a point as a list is one point": (
        {"g": [1, 2], "gs": [1, 2]},
        {"g": {"lat": 2.0, "lon": 1.0}, "gs": [{"lat": 2.0, "lon": 1.0}]},
        {},
    ),
    "points as lists": (
        {"g": [[1, 2], [3, 4]], "gs": [[1, 2], [3, 4]]},
        {"g": {"lat": 2.0, "lon": 1.0}, "gs": [{"lat": 2.0, "lon": 1.0}, {"lat": 4.0, "lon": 3.0}]},
        {"g": [[1, 2], [3, 4]]},
    ),
    "a vector is one value": ({"v": [1, 2]}, {"v": [1.0, 2.0]}, {}),
    "what is not indexed is JSON text": ({"j": [1, {"a": "ä"}]}, {"j": '[1,{"a":"ä"}]'}, {}),
    "an object without known fields": ({"free": {"a.b": [1]}}, {"free": {"a.b": [1]}}, {}),
    "unmapped": ({"u": 1, "o": {"u": {"v": 1}}}, {"o": {}}, {"u": 1, "o.u": {"v": 1}}),
    "unmapped without a value": ({"u": None, "w": []}, {}, {}),
    "a field of our own name": ({"_extra": "a"}, {}, {"_extra": "a"}),
    "no object": (
        {"o": 5, "os": [5, {"a": 1}]},
        {"o": None, "os": [{"a": 1}]},
        {"o": 5, "os": [5, {"a": 1}]},
    ),
    "a list of objects in a column for one": (
        {"o": [{"a": 1, "u": 2}, {"a": 3}]},
        {"o": {"a": 1}},
        {"o": [{"a": 1, "u": 2}, {"a": 3}]},
    ),
    "a list of one object": ({"o": [{"a": "1", "u": 2}]}, {"o": {"a": 1}}, {"o.u": 2}),
    "one object in a list column": (
        {"os": {"a": 1}, "n": {"a": 1}},
        {"os": [{"a": 1}], "n": [{"a": 1}]},
        {},
    ),
    "paths inside lists have no position": (
        {"n": [{"a": 1, "u": 1}, {"a": "x"}, {"u": 3}, None]},
        {"n": [{"a": 1}, {"a": None}, {}, None]},
        {"n.u": [1, 3], "n.a": ["x"]},
    ),
    "lists in lists": (
        {"n": [{"ns": [{"u": 1}, {"u": 2}]}, {"ns": {"u": 3}}]},
        {"n": [{"ns": [{}, {}]}, {"ns": [{}]}]},
        {"n.ns.u": [[1, 2], [3]]},
    ),
    "dotted names fold": ({"o.a": 1, "o.b.c": "::1"}, {"o": {"a": 1, "b": {"c": "::1"}}}, {}),
    "both spellings unite": (
        {"o.b": {"c": "::1"}, "o": {"a": 1}},
        {"o": {"a": 1, "b": {"c": "::1"}}},
        {},
    ),
    "both spellings, one path": (
        {"o.a": 1, "o": {"a": [2, 3]}},
        {"o": {"a": 1}},
        {"o.a": [1, 2, 3]},
    ),
    "a null beside the other spelling": ({"o": None, "o.a": 1}, {"o": {"a": 1}}, {}),
    "a list of one beside the other spelling": (
        {"o": [{"a": 1}], "o.b.c": "::1"},
        {"o": {"a": 1, "b": {"c": "::1"}}},
        {},
    ),
    "a dotted name under an unmapped one": ({"u.v": 1, "k.v": 2}, {}, {"u.v": 1, "k.v": 2}),
    "an unmapped dotted name in an object": ({"o.u.v": 1}, {"o": {}}, {"o.u.v": 1}),
    "parts of other types fold too": (
        {"r.gte": 1, "free.a": 1, "free.b": 2, "j.a": 1, "j": {"b": 2}},
        {"r": {"gte": 1}, "free": {"a": 1, "b": 2}, "j": '{"a":1,"b":2}'},
        {},
    ),
    "ranges by parts of their names are ranges each": (
        {"r.gte": 1, "r.lt": 2},
        {"r": {"gte": 1}},
        {"r": [{"gte": 1}, {"lt": 2}]},
    ),
    "both spellings of a range": (
        {"p": {"r": {"gte": 1}}, "p.r": {"gte": 5, "lt": 7}},
        {"p": {"r": {"gte": 1}}},
        {"p.r": [{"gte": 1}, {"gte": 5, "lt": 7}]},
    ),
    "both spellings of points": (
        {
            "p": {"g": [1, 2], "gs": [[1, 2], [5, 6]], "s": "POINT (1 2)"},
            "p.g": [3, 4],
            "p.gs": [3, 4],
            "p.s": "POINT (3 4)",
        },
        {
            "p": {
                "g": {"lat": 2.0, "lon": 1.0},
                "gs": [
                    {"lat": 2.0, "lon": 1.0},
                    {"lat": 6.0, "lon": 5.0},
                    {"lat": 4.0, "lon": 3.0},
                ],
                "s": '["POINT (1 2)","POINT (3 4)"]',
            }
        },
        {"p.g": [[1, 2], [3, 4]]},
    ),
    "both spellings of points as objects": (
        {"p": {"gs": {"lat": 1, "lon": 2}}, "p.gs": {"lat": 3, "lon": 4}},
        {"p": {"gs": [{"lat": 1.0, "lon": 2.0}, {"lat": 3.0, "lon": 4.0}]}},
        {},
    ),
    "a null in one spelling": (
        {"p": {"r": None, "n": None, "ns": [None]}, "p.r": {"gte": 1}, "p.n": 2, "p.ns": 2},
        {"p": {"r": {"gte": 1}, "n": -1, "ns": [-1, 2]}},
        {"p.n": [None, 2]},
    ),
    "both spellings, deeper": (
        {"p": {"q": {"g": [1, 2]}}, "p.q": {"g": [3, 4]}},
        {"p": {"q.g": {"lat": 2.0, "lon": 1.0}}},
        {"p.q.g": [[1, 2], [3, 4]]},
    ),
    "names with dots in the mapping stay": (
        {"flat.x": 1, "flat.x.y": 2, "flat": {"z": {"w": 3}}},
        {"flat": {"x": 1, "x.y": 2, "z.w": 3}},
        {},
    ),
    "objects where the mapping has none": (
        {"flat": {"z": [{"w": 1, "u": 0}, {"w": 2}]}},
        {"flat": {"z.w": 1}},
        {"flat.z.w": [1, 2], "flat.z.u": 0},
    ),
    "no object where the mapping has dots": (
        {"flat": {"z": 1}},
        {"flat": {}},
        {"flat.z": 1},
    ),
    "a value and an object of one name": (
        {"flat": {"x": [1, {"y": [2]}]}},
        {"flat": {"x": 1, "x.y": 2}},
        {},
    ),
    "an object where there could be a value": ({"flat": {"x": {"y": 2}}}, {"flat": {"x.y": 2}}, {}),
    "nulls and lists around objects that the mapping does not have": (
        {"flat": {"z": [[{"w": 1}], None]}},
        {"flat": {"z.w": 1}},
        {},
    ),
    "no objects where the mapping does not have them": (
        {"flat": {"z": [None], "x": None}},
        {"flat": {"x": None}},
        {},
    ),
    "an empty list where there could be objects": (
        {"flat": {"z": [], "x": []}},
        {"flat": {"x": None}},
        {},
    ),
    "a value beside objects that the mapping does not have": (
        {"flat": {"z": [{"w": 1}, None, 5]}},
        {"flat": {"z.w": 1}},
        {"flat.z": [5]},
    ),
}


def strict(field: Field) -> Draft202012Validator:
    """A validator of records that knows our dates."""
    formats = FormatChecker(())
    formats.checks("date-time")(lambda value: not isinstance(value, str) or is_canonical(value))
    return Draft202012Validator(json_schema(field), format_checker=formats)


@pytest.mark.parametrize(("document", "record", "extra"), TABLE.values(), ids=TABLE.keys())
def test_table(document: dict[str, Any], record: dict[str, Any], extra: dict[str, Any]) -> None:
    """A document becomes this record, this has no place in it, and the document is untouched."""
    field = parse_mapping(MAPPING)
    before = copy.deepcopy(document)
    result = Normaliser(field).record(document)
    # Compared as text, since 1, 1.0 and True are equal in Python and not in JSON.
    assert json.dumps(result, sort_keys=True) == json.dumps((record, extra), sort_keys=True)
    assert document == before
    strict(field).validate(result[0])


def test_constants() -> None:
    """A constant is filled in where a document lacks it, down to objects of which it has none."""
    constant = {"type": "constant_keyword", "value": "x"}
    stream = {"properties": {"c": constant, "k": {"type": "keyword"}}}
    mapping = {
        "properties": {
            "s": stream,
            "c": {**constant, "array": True},
            "n": {**stream, "type": "nested"},
        }
    }
    normaliser = Normaliser(parse_mapping(mapping))
    first, _ = normaliser.record({})
    assert first == {"s": {"c": "x"}, "c": ["x"]}
    first["s"]["c"] = "changed by someone"
    assert normaliser.record({"s": {"k": "a"}, "c": None, "n": [{}]}) == (
        {"s": {"k": "a", "c": "x"}, "c": ["x"], "n": [{"c": "x"}]},
        {},
    )
    nothings: tuple[Any, ...] = (None, [], [None], {})
    for nothing in nothings:
        assert normaliser.record({"s": nothing}) == ({"s": {"c": "x"}, "c": ["x"]}, {})
    check = Check(parse_mapping(mapping))
    assert not any(check([msgspec.Raw(b'{"c":["x"],"s":%b}' % text) for text in (b"null", b"[]")]))


def test_nulls() -> None:
    """An explicit null is what the mapping says it is, also as an empty text and inside a list."""
    number = {"type": "long", "null_value": -1, "coerce": False}
    mapping = {
        "properties": {
            "l": {"type": "long", "null_value": "-1"},
            "n": number,
            "ls": {**number, "array": True},
            "d": {"type": "date", "format": "yyyy", "null_value": "2024"},
            "x": {"type": "date", "null_value": "no date"},
            "o": {"properties": {"n": number}},
            "g": {"type": "geo_point", "null_value": {"lat": 1, "lon": 2}},
            "t": {"type": "keyword", "null_value": "{}"},
            "u": {"type": "keyword", "null_value": "{x"},
        }
    }
    normaliser = Normaliser(parse_mapping(mapping))
    table: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        (
            {"l": None, "ls": None, "d": None},
            {"l": -1, "ls": [-1], "d": "2024-01-01T00:00:00Z"},
            {},
        ),
        ({"l": "", "n": [None], "ls": [None, 1]}, {"l": -1, "n": -1, "ls": [-1, 1]}, {}),
        ({"l": [None, 5]}, {"l": -1}, {"l": [None, 5]}),
        ({"l": [], "ls": [], "x": None}, {"l": None, "ls": [], "x": None}, {}),
        ({"l": "x", "n": ""}, {"l": None, "n": None}, {"l": "x", "n": ""}),
        ({"o": None}, {"o": None}, {}),
        ({"o": {"n": None}}, {"o": {"n": -1}}, {}),
        ({"g": None}, {"g": {"lat": 1.0, "lon": 2.0}}, {}),
        ({"t": None, "u": [None]}, {"t": "{}", "u": "{x"}, {}),
        ({}, {}, {}),
    ]
    for document, record, extra in table:
        assert normaliser.record(document) == (record, extra)


def test_deep_documents() -> None:
    """Objects as deep as the servers allow by default, and lists a good deal deeper, are read."""
    mapping: dict[str, Any] = {"type": "long"}
    document: Any = 1
    for _ in range(20):
        mapping = {"properties": {"a": mapping}}
        document = {"a": document}
    assert Normaliser(parse_mapping(mapping)).record(document) == (document, {})
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    assert Normaliser(Field("object", {"a": Field("long")})).record({"a": deep}) == ({"a": 1}, {})


def leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a document but null, with its dotted path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif value is not None:
        yield path[1:], value


def values(record: object) -> Iterator[Any]:
    """A value, or the members of a list."""
    if isinstance(record, list):
        for inner in record:
            yield from values(inner)
    else:
        yield record


def kept(field: Field, record: object, path: str, leaf: object) -> bool:
    """Has some column at ``path``, or a part of it, a value?"""
    for name, sub in field.properties.items():
        if path != name and not path.startswith(f"{name}."):
            continue
        found = [each[name] for each in values(record) if isinstance(each, dict) and name in each]
        if not sub.properties:
            null = leaf == "" and (sub.type in NUMBERS)
            if null or any(each is not None for each in values(found)):
                return True
        elif kept(sub, found, path[len(name) + 1 :], leaf):
            return True
    return False


def covered(path: str, extra: dict[str, Any]) -> bool:
    """Does ``extra`` have ``path``, or a part of it?"""
    return any(path == part or path.startswith(f"{part}.") for part in extra)


@settings(max_examples=200)
@given(trees(), documents())
def test_true_to_the_schema(field: Field, document: dict[str, Any]) -> None:
    """Any document in any mapping gives a record that is true to the schema."""
    before = copy.deepcopy(document)
    record, _ = Normaliser(field).record(document)
    strict(field).validate(record)
    assert document == before


@settings(max_examples=200)
@given(trees(), documents())
def test_nothing_is_lost(field: Field, document: dict[str, Any]) -> None:
    """Every value is in a column or in the extra part, texts in keyword columns exactly."""
    record, extra = Normaliser(field).record(document)
    rest = [(path, leaf) for path, leaf in leaves(document) if not covered(path, extra)]
    for path, leaf in rest:
        assert kept(field, record, path, leaf)
    keywords = {
        ".".join(path)
        for path, sub in walk(field)
        if sub.type == "keyword" and sub.null_value is None
    }
    written = [
        (path, leaf if isinstance(leaf, str) else json.dumps(leaf, ensure_ascii=False))
        for path, leaf in rest
        if path in keywords
    ]
    found = [(path, leaf) for path, leaf in leaves(record) if path in keywords]
    assert sorted(written) == sorted(pair for pair in found if not covered(pair[0], extra))


@settings(max_examples=200)
@given(trees(), documents())
def test_once_is_enough(field: Field, document: dict[str, Any]) -> None:
    """A record is its own record.

    Save for columns of JSON text, which becomes text again, and for those where a null stands for
    a value: what had no place has left one there.
    """
    normaliser = Normaliser(field)
    record, _ = normaliser.record(document)
    fields = [sub for _, sub in walk(field)]
    if not any(type_of(sub.type) is type_of("json") or sub.null_value for sub in fields):
        again = normaliser.record(record)
        assert json.dumps(again) == json.dumps((record, {}))
