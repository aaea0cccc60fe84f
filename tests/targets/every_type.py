"""An index with a field of every type in every place, its documents, and what their records are."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_elasticsearch.fields import type_of
from tap_elasticsearch.fields.types import always

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    #: What a document has in a field of a type, or None if it has nothing there.
    Choice: TypeAlias = "Callable[[str], Value | None]"

MAX = 2**63 - 1
POINT = {"lat": 41.12, "lon": -71.34}
RAGGED = [[1, 2.5], [], [[3]]]

#: For each type, values as documents may have them, each with the one that a record has. Of the
#: first two, documents make lists.
VALUES: dict[str, list[tuple[Any, Any]]] = {
    "text": [
        ("Grüße, 世界 \U0001f600", "Grüße, 世界 \U0001f600"),
        ("a \"quoted\", 'text'\\ \n\t\u2028", "a \"quoted\", 'text'\\ \n\t\u2028"),
        ("", ""),
        (12, "12"),
        (True, "true"),
    ],
    "match_only_text": [("a", "a"), ("é", "é")],
    "search_as_you_type": [("a", "a"), ("é", "é")],
    "annotated_text": [("[a](b)", "[a](b)"), ("é", "é")],
    "pattern_text": [("a", "a"), ("é", "é")],
    "icu_collation_keyword": [("a", "a"), ("é", "é")],
    "counted_keyword": [("a", "a"), ("é", "é")],
    "version": [("1.2.3", "1.2.3"), ("10.0.0-rc1", "10.0.0-rc1")],
    "ip": [("192.168.0.1", "192.168.0.1"), ("2001:db8::1", "2001:db8::1")],
    "token_count": [("two words", "two words"), ("one", "one")],
    "murmur3": [("a", "a"), (5, "5")],
    "keyword": [("a", "a"), ("NULL", "NULL"), ("", ""), (1.5, "1.5"), (False, "false")],
    "constant_keyword": [("constant", "constant"), ("constant", "constant")],
    "wildcard": [("a", "a"), ("*", "*")],
    "semantic_text": [("a", "a"), ("é", "é"), ({"text": "b", "inference": {}}, "b")],
    "binary": [("U29tZQ==", "U29tZQ=="), ("AA==", "AA==")],
    "boolean": [(True, True), (False, False), ("true", True), ("false", False), ("", False)],
    "long": [
        (MAX, MAX),
        (-MAX - 1, -MAX - 1),
        ("12", 12),
        ("-9223372036854775807", -MAX),
        (1.0, 1),
        (1.7, 1),
        (0, 0),
        ("", None),
    ],
    "integer": [(2**31 - 1, 2**31 - 1), (-(2**31), -(2**31)), ("7", 7)],
    "short": [(32767, 32767), (-32768, -32768), ("7", 7)],
    "byte": [(127, 127), (-128, -128), ("7", 7)],
    "unsigned_long": [
        (2**64 - 1, "18446744073709551615"),
        (0, "0"),
        ("18446744073709551614", "18446744073709551614"),
    ],
    "double": [
        (0.1, 0.1),
        (5, 5),
        ("-2.5e-3", -0.0025),
        (1.7976931348623157e308,) * 2,
        (5e-324,) * 2,
    ],
    "float": [(1.5, 1.5), (3, 3), ("0.25", 0.25)],
    "half_float": [(1.5, 1.5), (3, 3)],
    "scaled_float": [(1.25, 1.25), (3, 3), ("0.5", 0.5)],
    "rank_feature": [(8, 8), (0.5, 0.5)],
    "date": [
        ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z"),
        ("2024-02-29T12:34:56.789Z", "2024-02-29T12:34:56.789Z"),
        ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        (1704067200000, "2024-01-01T00:00:00Z"),
        ("1704067200123", "2024-01-01T00:00:00.123Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
    "date_nanos": [
        ("2024-02-29T12:34:56.123456789Z", "2024-02-29T12:34:56.123456789Z"),
        ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z"),
        ("2024-01-01T00:30:00.000000001+01:00", "2023-12-31T23:30:00.000000001Z"),
    ],
    "integer_range": [({"gte": 1, "lt": 5}, {"gte": 1, "lt": 5}), ({"gt": "7"}, {"gt": 7})],
    "long_range": [
        ({"gte": -MAX, "lte": MAX - 1},) * 2,
        ({"gte": None, "lt": 1.0}, {"gte": None, "lt": 1}),
    ],
    "float_range": [
        ({"gte": 1, "lt": 2.5}, {"gte": 1.0, "lt": 2.5}),
        ({"lte": "0.5"}, {"lte": 0.5}),
    ],
    "double_range": [
        ({"gte": 1, "lt": 2.5}, {"gte": 1.0, "lt": 2.5}),
        ({"lte": "0.5"}, {"lte": 0.5}),
    ],
    "date_range": [
        (
            {"gte": "2024-01-01", "lt": 1704153600000},
            {"gte": "2024-01-01T00:00:00Z", "lt": "2024-01-02T00:00:00Z"},
        ),
        ({"gt": "2024-01-01T00:00:00+01:00"}, {"gt": "2023-12-31T23:00:00Z"}),
    ],
    "ip_range": [
        ("10.0.0.0/8", {"gte": "10.0.0.0", "lte": "10.255.255.255"}),
        ({"gte": "10.0.0.1", "lte": "10.0.0.9"}, {"gte": "10.0.0.1", "lte": "10.0.0.9"}),
    ],
    "object": [({"a": [1, [2.5, None]], "e": {}},) * 2, ({"b": {"c": MAX}},) * 2],
    "passthrough": [({"a": "é"},) * 2, ({"b": ["x", ""]},) * 2],
    "nested": [({"a": [1, {"b": None}]},) * 2, ({"b": 2.5},) * 2],
    "flattened": [({"a": {"b": "é"}, "c": [1, "x"]},) * 2, ({"d": ""},) * 2],
    "flat_object": [({"a": {"b": "é"}, "c": [1, "x"]},) * 2, ({"d": ""},) * 2],
    "join": [
        ("question", {"name": "question"}),
        ({"name": "answer", "parent": 1}, {"name": "answer", "parent": "1"}),
    ],
    "geo_point": [
        (POINT, POINT),
        ("41.12,-71.34", POINT),
        ([-71.34, 41.12], POINT),
        ("POINT (-71.34 41.12)", POINT),
        ({"type": "Point", "coordinates": [-71.34, 41.12]}, POINT),
        ("s0", {"lat": 0.0, "lon": 0.0}),
    ],
    "point": [({"x": 1, "y": -2.5}, {"x": 1.0, "y": -2.5}), ("POINT (1 2)", {"x": 1.0, "y": 2.0})],
    "xy_point": [({"x": 1, "y": -2.5}, {"x": 1.0, "y": -2.5}), ([1, 2], {"x": 1.0, "y": 2.0})],
    "geo_shape": [
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [2.5, 0], [0, 1], [0, 0]]]},
            '{"type":"Polygon","coordinates":[[[0,0],[2.5,0],[0,1],[0,0]]]}',
        ),
        ("POINT (1 2)", '"POINT (1 2)"'),
    ],
    "shape": [({"type": "point", "coordinates": [1, 2]}, '{"type":"point","coordinates":[1,2]}')],
    "xy_shape": [
        ({"type": "point", "coordinates": [1, 2]}, '{"type":"point","coordinates":[1,2]}')
    ],
    "dense_vector": [
        ([0.5, 1, -2], [0.5, 1.0, -2.0]),
        (base64.b64encode(struct.pack(">3f", 0.5, 1, -2)).decode(), [0.5, 1.0, -2.0]),
    ],
    "knn_vector": [([0.5, 1, -2], [0.5, 1.0, -2.0])],
    "rank_vectors": [([[1, 2.5], [3, 4]], "[[1,2.5],[3,4]]"), (RAGGED, "[[1,2.5],[],[[3]]]")],
    "sparse_vector": [({"é": 1, "b": 0.5}, {"é": 1.0, "b": 0.5})],
    "rank_features": [({"a": 1, "b": 0.5}, {"a": 1.0, "b": 0.5})],
    "semantic": [(["ä", {"type": "image"}], '["ä",{"type":"image"}]')],
    "histogram": [
        ({"values": [0.5, 1], "counts": [3, 4]}, {"values": [0.5, 1.0], "counts": [3, 4]})
    ],
    "tdigest": [
        (
            {"centroids": [1, 2.5], "counts": [2, 3], "min": 1},
            {"centroids": [1.0, 2.5], "counts": [2, 3], "min": 1.0},
        )
    ],
    "exponential_histogram": [({"scale": 0, "positive": {"indices": [1], "counts": [2]}},) * 2],
    "aggregate_metric_double": [
        (
            {"min": 1, "max": 2.5, "sum": 3, "value_count": 2},
            {"min": 1.0, "max": 2.5, "sum": 3.0, "value_count": 2},
        ),
    ],
    "completion": [
        ({"input": ["a", "é"], "weight": 1}, '{"input":["a","é"],"weight":1}'),
        (["a", "b"], '["a","b"]'),
    ],
    "percolator": [({"match_all": {}}, '{"match_all":{}}')],
    "json": [
        (RAGGED, "[[1,2.5],[],[[3]]]"),
        ({"a": [{}, None]}, '{"a":[{},null]}'),
        (False, "false"),
    ],
}

#: Values that a field may ignore, and a record's column cannot have.
MISFITS: dict[str, Any] = {
    "long": "twelve",
    "integer": "1,5",
    "short": "x",
    "byte": "0x1",
    "double": "a half",
    "float": "1.5.1",
    "half_float": "-",
    "date": "yesterday",
    "date_nanos": "12 o'clock",
    "geo_point": "nowhere!",
    # No server of our tests has these.
    "histogram": {"values": ["x"]},
    "tdigest": 5,
    "aggregate_metric_double": {"median": 1},
    "point": [1],
    "knn_vector": "!",
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The types that the servers of our tests have.
_BOTH = _names(
    "text keyword ip binary boolean long integer short byte double float half_float date date_nanos"
    " integer_range long_range float_range double_range date_range ip_range object nested geo_point"
    " completion json"
)
NATIVE = {
    "elasticsearch": _BOTH | _names("passthrough flattened dense_vector sparse_vector"),
    "opensearch": _BOTH
    | _names(
        "match_only_text search_as_you_type version token_count constant_keyword wildcard"
        " unsigned_long scaled_float rank_feature flat_object join geo_shape rank_features"
        " percolator"
    ),
}
#: Types that the servers take only once in an index, only at its root, or never as a list.
_SINGLE = _names(
    "constant_keyword dense_vector flat_object join passthrough percolator rank_feature"
)
#: Types whose nulls the servers refuse.
_NEVER_NULL = _names("constant_keyword join percolator rank_features sparse_vector")
#: Types with lists of lists, which the servers take as one list.
_NESTABLE = _names("text keyword ip boolean long double date date_nanos")
PARAMETERS: dict[str, dict[str, Any]] = {
    "constant_keyword": {"value": "constant"},
    "dense_vector": {"dims": 3, "element_type": "float"},
    "join": {"relations": {"question": "answer"}},
    "json": {"type": "object", "enabled": False},
    "passthrough": {"priority": 1},
    "scaled_float": {"scaling_factor": 100},
    "token_count": {"analyzer": "standard"},
}
#: What a server lacks is in its documents all the same: in a field that it does not look at.
STAND_IN = {"type": "object", "enabled": False}


class Value(NamedTuple):
    """What a document has in a field.

    Attributes:
        given: The document's value.
        canonical: The record's value.
        extra: Does the document's value go to ``_extra`` as well?
    """

    given: Any
    canonical: Any
    extra: bool = False


class Document(NamedTuple):
    """A document, and its record without ``_id`` and ``_index``."""

    source: dict[str, Any]
    record: dict[str, Any]


def mapping(flavour: str) -> dict[str, Any]:
    """The mapping of the index, with stand-ins for types that the server lacks."""
    native = NATIVE[flavour]

    def field(kind: str, *, root: bool) -> dict[str, Any]:
        known = kind in native and (root or kind not in _SINGLE)
        return definition(kind) if known else STAND_IN

    return _mapping(field)


def whole_mapping() -> dict[str, Any]:
    """What the tap is told: without stand-ins, and with our word for a list."""
    whole = _mapping(lambda kind, **_: definition(kind))
    for name, field in whole["properties"].items():
        if name.startswith("list_"):
            field["array"] = True
    return whole


def _mapping(field: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    deep = {kind: field(kind, root=False) for kind in VALUES}
    return {
        "dynamic": False,
        "properties": {
            **{kind: field(kind, root=True) for kind in VALUES},
            **{f"list_{kind}": field(kind, root=False) for kind in VALUES},
            "inside": {"properties": deep},
            "each": {"type": "nested", "properties": deep},
        },
    }


def definition(kind: str) -> dict[str, Any]:
    """The mapping of a field of this type."""
    lenient = {"ignore_malformed": True} if kind in MISFITS else {}
    return {"type": kind, **lenient, **PARAMETERS.get(kind, {})}


def documents(flavour: str) -> dict[str, Document]:
    """All documents by their ids.

    Where a server knows constants, every document has that of its index.
    """
    found = _documents()
    if "constant_keyword" in NATIVE[flavour]:
        for document in found.values():
            document.record.setdefault("constant_keyword", PARAMETERS["constant_keyword"]["value"])
    return found


def _documents() -> dict[str, Document]:
    longest = max(map(len, VALUES.values()))
    two = [{"long": 1}, {"long": 2}]
    new = {"unmapped": 5, "_extra": "mine", "inside": {"new": {"a": [1]}}, "each": [{"new": 1}, {}]}
    moved = {"unmapped": 5, "_extra": "mine", "inside.new": {"a": [1]}, "each.new": [1]}
    return {
        **{f"value-{n}": _spread(*_nth_value(n)) for n in range(longest)},
        "nulls": _spread(_null, _null),
        "empty": _spread(_unless_single(lambda _: Value([], None)), _empty_list),
        "several": _spread(_unless_single(_first_of_two), _both),
        "lists-of-lists": _spread(_first_of_lists, _all_of_lists),
        "misfits": _spread(_misfit, _value_and_misfit),
        "absent": Document({}, {}),
        "unmapped": Document(new, {"inside": {}, "each": [{}, {}], "_extra": moved}),
        "dotted": Document(
            {"inside.long": 1, "inside": {"byte": 2}}, {"inside": {"long": 1, "byte": 2}}
        ),
        "objects": Document({"inside": two}, {"inside": {"long": 1}, "_extra": {"inside": two}}),
    }


def _nth_value(n: int) -> tuple[Choice, Choice]:
    def one(kind: str) -> Value | None:
        return Value(*VALUES[kind][n]) if n < len(VALUES[kind]) else None

    def many(kind: str) -> Value | None:
        value = one(kind)
        if value is None or _is_always_value(kind):
            return value
        return Value(value.given, [_element(kind, value.canonical)])

    return one, many


def _null(kind: str) -> Value | None:
    return None if kind in _NEVER_NULL else Value(None, None)


def _empty_list(kind: str) -> Value | None:
    return None if _is_always_value(kind) else Value([], [])


def _unless_single(choose: Choice) -> Choice:
    """``choose``, but nothing for types whose lists the servers refuse, or that are lists."""
    return lambda kind: None if kind in _SINGLE or _is_always_value(kind) else choose(kind)


def _first_of_two(kind: str) -> Value | None:
    if len(VALUES[kind]) == 1:
        return None
    (given, canonical), (other, _) = VALUES[kind][:2]
    return Value([given, other], canonical, extra=True)


def _both(kind: str) -> Value | None:
    if len(VALUES[kind]) == 1 or _is_always_value(kind):
        return None
    (given, canonical), (other, another) = VALUES[kind][:2]
    found = [_element(kind, canonical), _element(kind, another), None]
    return Value([given, other, None], found)


def _first_of_lists(kind: str) -> Value | None:
    if kind not in _NESTABLE:
        return None
    (given, canonical), (other, _) = VALUES[kind][:2]
    return Value([[given], [other]], canonical, extra=True)


def _all_of_lists(kind: str) -> Value | None:
    if kind not in _NESTABLE:
        return None
    (given, canonical), (other, another) = VALUES[kind][:2]
    found = [_element(kind, canonical), _element(kind, another)]
    return Value([[given], [other]], found, extra=True)


def _misfit(kind: str) -> Value | None:
    return Value(MISFITS[kind], None, extra=True) if kind in MISFITS else None


def _value_and_misfit(kind: str) -> Value | None:
    if kind not in MISFITS or _is_always_value(kind):
        return _misfit(kind)
    given, canonical = VALUES[kind][0]
    return Value([given, MISFITS[kind]], [_element(kind, canonical)], extra=True)


def _is_always_value(kind: str) -> bool:
    return type_of(kind).is_value is always


def _element(kind: str, value: object) -> object:
    """In a list, every number has a fraction."""
    return float(str(value)) if type_of(kind).schema["type"] == "number" else value


def _spread(one: Choice, many: Choice) -> Document:
    """A document with a value in each place of each type.

    Args:
        one: The value of a column for one value; a ``nested`` field's column is a list.
        many: The value of a column that is a list.
    """
    fields = {kind: many(kind) if kind == "nested" else one(kind) for kind in VALUES}
    values = {kind: value for kind, value in fields.items() if value}
    lists = {f"list_{kind}": value for kind in VALUES if (value := many(kind))}
    given = {name: value.given for name, value in values.items()}
    canonical = {name: value.canonical for name, value in values.items()}
    root = values | lists
    kept = {name: value.given for name, value in root.items() if value.extra}
    inner = [name for name, value in values.items() if value.extra]
    kept |= {f"inside.{name}": given[name] for name in inner}
    kept |= {f"each.{name}": [given[name]] for name in inner}
    return Document(
        {
            **{name: value.given for name, value in root.items()},
            "inside": given,
            "each": [given],
        },
        {
            **{name: value.canonical for name, value in root.items()},
            "inside": dict(canonical),
            "each": [dict(canonical)],
            **({"_extra": kept} if kept else {}),
        },
    )
