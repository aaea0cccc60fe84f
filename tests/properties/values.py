"""Values that a field of a type takes, and values that it may not."""

from __future__ import annotations

import base64
import string
import struct
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.properties.dates import dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    #: A field's definition, as a mapping has it.
    Definition = Mapping[str, Any]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


_WIDTHS = {"byte": 8, "short": 16, "integer": 32, "long": 64}
_TEXTS = st.one_of(
    st.text(string.printable, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["a", "A b", "", " ", "true", "12", "1.50", "é", "😀", "<", "\u2028"]),
)
_NUMERALS = st.sampled_from(
    [
        *("12", "1.7", " 12", "12 ", "+5", "-0", "1e3", "1E3", "0012", ".5", "5.", "1d", "1f"),
        *("0x10", "", "abc", "NaN", "Infinity", "1_000", "\u0661", "9223372036854775807"),
        *("9" * 30, "1e400"),
    ]
)
_LAT, _LON = st.floats(-90, 90), st.floats(-180, 180)
_HASHES = st.text("0123456789bcdefghjkmnpqrstuvwxyz", min_size=1, max_size=12)
_ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded),
    st.sampled_from(["::1", "10.0.0.1", "::ffff:10.0.0.1", "1.2.3"]),
)


def _integers(kind: str) -> SearchStrategy[Any]:
    bits = _WIDTHS.get(kind, 64)
    small, large = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if kind == "unsigned_long":
        small, large = 0, 2**64 - 1
    return st.one_of(
        st.integers(small, large),
        st.integers(small, large).map(str),
        st.sampled_from([0, 1.0, 1.7, -1.7, large, small, large + 1, 1e3, 0.5]),
        _NUMERALS,
    )


def _reals(kind: str) -> SearchStrategy[Any]:
    width = {"half_float": 16, "float": 32}.get(kind, 64)
    largest = 1e300 if width == 64 else 60_000
    return st.one_of(
        st.floats(-largest, largest),
        st.floats(-1000, 1000).map(str),
        st.integers(-60_000, 60_000),
        st.sampled_from([0.1, -0.0, 1e-7, 123456.789, 2**53 + 1, 10**40]),
        _NUMERALS,
    )


_POINTS = st.one_of(
    st.fixed_dictionaries({"lat": _LAT, "lon": _LON}),
    st.fixed_dictionaries({"lat": _LAT.map(str), "lon": _LON.map(str)}),
    st.lists(_LON, min_size=2, max_size=2),
    st.tuples(_LON, _LAT, st.floats(0, 9)).map(list),
    st.builds("{},{}".format, _LAT, _LON),
    st.builds("POINT ({} {})".format, _LON, _LAT),
    st.fixed_dictionaries(
        {"type": st.just("Point"), "coordinates": st.tuples(_LON, _LAT).map(list)}
    ),
    _HASHES,
    st.fixed_dictionaries({"geohash": _HASHES}),
    st.sampled_from(["91,0", {"lat": 95, "lon": 200}, "0,200", [200, 10], "x,y", {"lat": 1}]),
)


def _range(bounds: SearchStrategy[Any]) -> SearchStrategy[Any]:
    two = st.tuples(bounds, bounds).map(lambda pair: sorted(pair, key=str))
    pair = two.map(lambda pair: dict(zip(("gte", "lte"), pair, strict=True)))
    names = st.sampled_from(["gte", "gt", "lte", "lt"])
    return st.one_of(pair, st.dictionaries(names, st.none() | bounds, max_size=1))


_NETWORKS = st.one_of(
    st.builds("10.{}.0.0/{}".format, st.integers(0, 9), st.integers(0, 32)),
    st.builds("2001:db8:{:x}::1/{}".format, st.integers(0, 2**16 - 1), st.integers(0, 128)),
    st.sampled_from(["::ffff:10.0.0.0/104", "10.0.0.0/08", "10.0.0.0/+8", "::1", "::/0"]),
    _range(_ADDRESSES),
)
_MATHS = st.sampled_from(["2024-01-31||+1M", "2024-02-10T01:02||/M", "now"])
_WORDS = st.text("abc", min_size=1, max_size=3)
_FREE = st.dictionaries(
    st.sampled_from(["x", "y", "x.y", "z"]),
    st.recursive(
        _TEXTS | st.integers(-9, 9) | st.booleans() | st.none() | st.floats(-9, 9),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_WORDS, inner, max_size=2),
        max_leaves=3,
    ),
    max_size=3,
)
_SHAPES = st.one_of(
    st.builds("POINT ({} {})".format, _LON, _LAT),
    st.fixed_dictionaries(
        {"type": st.just("Point"), "coordinates": st.tuples(_LON, _LAT).map(list)}
    ),
    st.just({"type": "LineString", "coordinates": [[1, 2], [3, 4.5]]}),
)
_PLANE = st.one_of(
    st.fixed_dictionaries({"x": _LON, "y": _LON}),
    st.lists(_LON, min_size=2, max_size=2),
    st.builds("{},{}".format, _LON, _LON),
    st.builds("POINT ({} {})".format, _LON, _LON),
)
_COMPLETION = st.one_of(
    _WORDS, st.fixed_dictionaries({"input": st.lists(_WORDS, min_size=1), "weight": st.just(3)})
)
_FLOATS = st.lists(st.integers(-8, 8).map(lambda n: n / 4), min_size=3, max_size=3).filter(any)
_BYTES = st.lists(st.integers(-128, 127), min_size=3, max_size=3).filter(any)
_VECTORS = {
    "float": _FLOATS | _FLOATS.map(lambda floats: _base64(struct.pack(">3f", *floats))),
    "byte": st.one_of(
        _BYTES,
        _BYTES.map(lambda numbers: struct.pack("3b", *numbers).hex()),
        _BYTES.map(lambda numbers: _base64(struct.pack("3b", *numbers))),
    ),
}
_POSITIVE = st.floats(0.5, 1000) | st.sampled_from(["1.5", 3])
_BOOLEANS = st.booleans() | st.sampled_from(["true", "false", "", "yes", "True", 1, 0])
_METRICS = st.fixed_dictionaries({"min": _LAT, "max": _LAT, "sum": _LAT, "value_count": st.just(2)})
_RELATION = st.sampled_from(["question", {"name": "question"}])
_STRINGS = _TEXTS | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.just(1e300)

_SIMPLE: dict[str, SearchStrategy[Any]] = {
    **dict.fromkeys(("integer_range", "long_range"), _range(_integers("integer"))),
    **dict.fromkeys(("float_range", "double_range"), _range(_reals("float"))),
    **dict.fromkeys(("geo_shape", "shape", "xy_shape"), _SHAPES),
    **dict.fromkeys(("point", "xy_point"), _PLANE),
    **dict.fromkeys(("flattened", "flat_object"), _FREE),
    **dict.fromkeys(("rank_features", "sparse_vector"), st.dictionaries(_WORDS, _POSITIVE)),
    "boolean": _BOOLEANS,
    "ip": _ADDRESSES,
    "binary": st.binary(max_size=6).map(_base64),
    "constant_keyword": st.sampled_from(["x", "x", "y", 1]),
    "version": st.sampled_from(["1.2.3", "1.0.0-rc1", "not", "1", ""]) | _TEXTS,
    "token_count": _TEXTS,
    "rank_feature": _POSITIVE,
    "completion": _COMPLETION,
    "percolator": st.just({"match_all": {}}),
    "join": _RELATION,
    "aggregate_metric_double": _METRICS,
}


def values(definition: Definition) -> SearchStrategy[Any]:
    """Values of which a field's type takes most."""
    kind = definition["type"]
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind in _WIDTHS or kind == "unsigned_long":
        return _integers(kind)
    if kind in {"double", "float", "half_float", "scaled_float"}:
        return _reals(kind)
    return _structured(kind, definition)


def _structured(kind: str, definition: Definition) -> SearchStrategy[Any]:
    of_format = dates(definition.get("format"), definition.get("locale"))
    made: dict[str, SearchStrategy[Any]] = {
        "date": of_format,
        "date_nanos": of_format,
        "date_range": _range(of_format | _MATHS),
        "geo_point": _POINTS,
        "ip_range": _NETWORKS,
        "dense_vector": _VECTORS[definition.get("element_type", "float")],
    }
    return made.get(kind, _STRINGS)


#: What has no business in most fields.
STRANGE: SearchStrategy[Any] = st.one_of(
    _NUMERALS,
    _STRINGS,
    st.sampled_from([2**63, 2**70, -1, 12345, "12345", "2024", 2024, "2024-02-30", "2024-01-01"]),
    st.sampled_from(["2024-02-29T01:02:03.1+02:00", "10.0.0.1", "u4pru", "1,2", "/9j/", {}, []]),
    _FREE,
)
