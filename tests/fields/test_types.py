"""The type table: every type has a row, every shape of a value its canonical form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tap_elasticsearch.fields import (
    TYPES,
    Field,
    Misfit,
    is_known,
    is_sortable,
    json_schema,
    type_of,
)
from tests.fields.canonical import CANONICAL, MAX

#: The types of Elasticsearch 9 and OpenSearch 3 that can be in ``_source``.
NAMES = """
text match_only_text search_as_you_type annotated_text pattern_text icu_collation_keyword wildcard
counted_keyword version keyword constant_keyword long integer short byte unsigned_long double float
half_float scaled_float boolean date date_nanos binary ip integer_range float_range long_range
double_range date_range ip_range object nested passthrough flattened join geo_point geo_shape shape
point dense_vector sparse_vector rank_features rank_vectors rank_feature semantic_text semantic
histogram exponential_histogram tdigest aggregate_metric_double completion token_count percolator
murmur3 flat_object knn_vector xy_point xy_shape
"""

SORTABLE = """
keyword constant_keyword wildcard long integer short byte unsigned_long double float half_float
scaled_float boolean date date_nanos
"""

MISFITS: list[tuple[str, Any]] = [
    ("text", {"a": 1}),
    ("text", ["a"]),
    ("binary", 1),
    ("boolean", 1),
    ("boolean", "yes"),
    ("long", True),
    ("long", "a"),
    ("long", "1_000"),
    ("long", "\u0661"),
    ("long", MAX + 1),
    ("long", -MAX - 2),
    ("long", 1e300),
    ("long", " 1"),
    ("unsigned_long", "1d"),
    ("long_range", {"gte": "1 "}),
    ("byte", 128),
    ("short", "-32769"),
    ("integer", 2.0**31),
    ("half_float", 65520),
    ("float", -3.5e38),
    ("integer_range", {"gte": 2**31}),
    ("float_range", {"lt": 1e39}),
    ("double", " "),
    ("double", "d"),
    ("dense_vector", [""]),
    ("sparse_vector", {"a": ""}),
    ("long", "1e999"),
    ("long", "1e99999"),
    ("long", {}),
    ("unsigned_long", -1),
    ("unsigned_long", 2**64),
    ("unsigned_long", 1.5),
    ("double", False),
    ("double", "NaN"),
    ("double", "Infinity"),
    ("double", "1e999"),
    ("double", 10**400),
    ("double", float("inf")),
    ("json", float("inf")),
    ("integer_range", "1-2"),
    ("integer_range", {"from": 1}),
    ("integer_range", {"gte": "a"}),
    ("ip_range", "10.0.0.0/99"),
    ("ip_range", {"gte": 5}),
    ("flattened", "a"),
    ("join", {"parent": "1"}),
    ("join", {"name": "a", "b": 1}),
    ("geo_point", {"lat": 1}),
    ("geo_point", {"lat": "", "lon": 1}),
    ("geo_point", [1]),
    ("geo_point", "1,2,3,4"),
    ("geo_point", "not a hash"),
    ("geo_point", ""),
    ("geo_point", {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}),
    ("geo_point", 5),
    ("point", "a,b"),
    ("dense_vector", 5),
    ("dense_vector", "!"),
    ("dense_vector", "AAAA"),
    ("dense_vector", [[1]]),
    ("sparse_vector", {"a": "b"}),
    ("sparse_vector", [1]),
    ("histogram", {"values": 1}),
]


def normalise(kind: str, value: object) -> object:
    """The canonical form of ``value`` in a column of this type."""
    field = Field(kind)
    return type_of(kind).normaliser(field)(value)


def test_every_type() -> None:
    """The table has a row for every type that can be in a document, and one of ours."""
    assert sorted(TYPES) == sorted([*NAMES.split(), "json"])
    assert not is_known("made_up")


@pytest.mark.parametrize(("kind", "value", "expected"), CANONICAL)
def test_canonical(kind: str, value: object, expected: object) -> None:
    """A value becomes its canonical form, of the right type, true to the schema."""
    result = normalise(kind, value)
    assert (result, type(result)) == (expected, type(expected))
    Draft202012Validator(json_schema(Field(kind))).validate(result)


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_misfits(kind: str, value: object) -> None:
    """A value without a canonical form is refused, never bent."""
    with pytest.raises(Misfit):
        normalise(kind, value)


@pytest.mark.parametrize("kind", ["byte", "bit"])
def test_packed_bytes(kind: str) -> None:
    """Vectors of bytes and bits come as hexadecimal digits or as base64."""
    unpack = type_of("dense_vector").normaliser(Field("dense_vector", element_type=kind))
    assert unpack("01ff7f") == unpack("Af9/") == [1.0, -1.0, 127.0]


def test_packed_something() -> None:
    """A string in a vector of an unknown make is refused."""
    with pytest.raises(Misfit):
        type_of("dense_vector").normaliser(Field("dense_vector", element_type="new"))("01ff7f")


#: Type, value, canonical form (None: there is none) where the field has ``coerce: false``.
UNCOERCED: list[tuple[str, Any, Any]] = [
    ("long", 1, 1),
    ("long", 1.0, 1),
    ("long", 1.5, None),
    ("long", "1", None),
    ("long", "", None),
    ("double", 1, 1),
    ("double", 1.5, 1.5),
    ("double", "1.5", None),
    ("integer_range", {"gte": 1}, {"gte": 1}),
    ("integer_range", {"gte": "1"}, None),
    ("double_range", {"gte": "1"}, None),
]


@pytest.mark.parametrize(("kind", "value", "expected"), UNCOERCED)
def test_without_coercion(kind: str, value: object, expected: object) -> None:
    """Where the server takes no texts for numbers and cuts off no fractions, nor do we."""
    convert = type_of(kind).normaliser(Field(kind, coerce=False))
    if expected is None:
        with pytest.raises(Misfit):
            convert(value)
    else:
        assert convert(value) == expected


def test_lists_of_numbers() -> None:
    """In a list every number is a float, since some targets can't load a list of both kinds."""
    one = type_of("float").normaliser(Field("float", array=True))(5)
    assert (one, type(one)) == (5.0, float)


@given(st.floats(-90, 89.9), st.floats(-180, 179.9))
def test_geohash(lat: float, lon: float) -> None:
    """A geohash of twelve digits is within a millionth of a degree of its point."""
    bits = ""
    low, high = [-180.0, -90.0], [180.0, 90.0]
    for at in range(60):
        middle = (low[at % 2] + high[at % 2]) / 2
        upper = (lon, lat)[at % 2] >= middle
        (low if upper else high)[at % 2] = middle
        bits += "01"[upper]
    digits = "0123456789bcdefghjkmnpqrstuvwxyz"
    text = "".join(digits[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert normalise("geo_point", text) == pytest.approx({"lat": lat, "lon": lon}, abs=1e-6)


def test_sortable() -> None:
    """Sortable are dates, numbers, booleans and keywords, where the index allows it."""
    assert sorted(kind for kind in TYPES if is_sortable(Field(kind))) == sorted(SORTABLE.split())
    assert not is_sortable(Field("long", indexed=False))
    assert not is_sortable(Field("made_up"))
