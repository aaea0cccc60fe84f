"""The type table: what each Elasticsearch and OpenSearch type is in a record.

A row has the JSON Schema of one value, the phrase that describes it to people, what makes the
normaliser, and the type of values that need none. Sources of the list: Elasticsearch reference,
mapping/types; OpenSearch reference, field-types.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields import checked, dates, geo, numbers, scalars, structures
from tap_elasticsearch.fields.tree import JSON_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_elasticsearch.fields.tree import Field

    #: Takes one value that is not None, returns its canonical form, or raises ``Misfit``.
    Normalise: TypeAlias = "Callable[[object], object]"


def _never(_: list[Any]) -> bool:
    return False


def always(_: list[Any]) -> bool:
    """Every list is one value."""
    return True


@dataclass(frozen=True, slots=True)
class FieldType:
    """A row of the type table.

    Attributes:
        schema: JSON Schema of one value, null not included.
        form: The canonical form, in a phrase.
        normaliser: Makes the normaliser for a field of this type.
        checked: The msgspec type of values that the normaliser leaves as they are, null not
            included (see ``checked``).
        is_value: Tells whether a list is one value of this type rather than many.
        sortable: Can the servers sort by it, with sort values that come back as they went?
    """

    schema: Mapping[str, Any]
    form: str
    normaliser: Callable[[Field], Normalise]
    checked: Any
    is_value: Callable[[list[Any]], bool] = _never
    sortable: bool = False


def _always(normalise: Normalise) -> Callable[[Field], Normalise]:
    return lambda _: normalise


def _date_range(field: Field) -> Normalise:
    return structures.range_of(dates.date(field))


def _ip_range(_: Field) -> Normalise:
    bounds = structures.range_of(scalars.only_string)
    return lambda value: structures.network(value) if isinstance(value, str) else bounds(value)


_STRING = {"type": "string"}
_INTEGER = {"type": "integer", "minimum": numbers.MIN_LONG, "maximum": numbers.MAX_LONG}
_NUMBER = {"type": "number"}
_DATE = {"type": "string", "format": "date-time"}
_OBJECT = {"type": "object", "additionalProperties": True}
_NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
_INTEGERS = {"type": "array", "items": {**_INTEGER, "type": ["integer", "null"]}}


def _range(bound: Mapping[str, Any]) -> dict[str, Any]:
    return structures.object_schema(**dict.fromkeys(structures.BOUNDS, bound))


def _checked_range(bound: Any) -> Any:  # noqa: ANN401 - a type
    return checked.structure(**dict.fromkeys(structures.BOUNDS, bound))


_TEXT = FieldType(_STRING, "string", _always(scalars.text), str)
_KEYWORD = FieldType(_STRING, "string", _always(scalars.text), str, sortable=True)
_LONG = FieldType(_INTEGER, "integer of 64 bits", numbers.whole, checked.LONG, sortable=True)
_REAL = FieldType(_NUMBER, "number", numbers.of_field, float, sortable=True)
_TIME = FieldType(_DATE, "date-time in UTC", dates.date, checked.Date, sortable=True)
_FREE = FieldType(_OBJECT, "object", _always(scalars.free_form), dict[str, Any])
_TEXT_OF_JSON = FieldType(
    _STRING, "JSON text", _always(scalars.json_text), checked.NEVER, is_value=always
)
_VECTOR = FieldType(
    _NUMBERS, "list of numbers", numbers.vector, list[checked.FRACTION], is_value=always
)
_WEIGHTS = FieldType(
    {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
    "object of numbers",
    _always(numbers.weights),
    dict[str, float],
)
_LONG_RANGE = FieldType(
    _range(_INTEGER),
    "object with gte, gt, lte, lt (integers)",
    lambda field: structures.range_of(numbers.whole(field)),
    _checked_range(checked.LONG),
)
_DOUBLE_RANGE = FieldType(
    _range(_NUMBER),
    "object with gte, gt, lte, lt (numbers)",
    lambda field: structures.range_of(numbers.bound(field)),
    _checked_range(float),
)
_POINT = FieldType(
    structures.object_schema(x=_NUMBER, y=_NUMBER),
    "object with x and y",
    _always(geo.point),
    checked.structure("x", "y", x=float, y=float),
    is_value=geo.is_point,
)

#: Our name for a column of integers that need 64 bits without a sign. No server has such a type.
UNSIGNED_INTEGER = "unsigned_integer"

#: Every type that is known, by its name in a mapping.
TYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        "text": _TEXT,
        "match_only_text": _TEXT,
        "search_as_you_type": _TEXT,
        "annotated_text": _TEXT,
        "pattern_text": _TEXT,
        "icu_collation_keyword": _TEXT,
        "counted_keyword": _TEXT,
        "version": _TEXT,
        "ip": _TEXT,
        "token_count": _TEXT,
        "murmur3": _TEXT,
        "keyword": _KEYWORD,
        "constant_keyword": _KEYWORD,
        "wildcard": _KEYWORD,
        "semantic_text": FieldType(_STRING, "string", _always(scalars.legacy_text), str),
        "binary": FieldType(_STRING, "string (base64)", _always(scalars.only_string), str),
        "boolean": FieldType(
            {"type": "boolean"}, "boolean", _always(scalars.boolean), bool, sortable=True
        ),
        "long": _LONG,
        "integer": replace(_LONG, checked=checked.INTEGER),
        "short": replace(_LONG, checked=checked.SHORT),
        "byte": replace(_LONG, checked=checked.BYTE),
        "unsigned_long": FieldType(
            _STRING,
            "string of digits",
            _always(numbers.unsigned),
            checked.UNSIGNED,
            sortable=True,
        ),
        "double": _REAL,
        "float": replace(_REAL, checked=checked.FLOAT),
        "half_float": replace(_REAL, checked=checked.HALF_FLOAT),
        "scaled_float": _REAL,
        "rank_feature": FieldType(_NUMBER, "number", numbers.of_field, float),
        "date": _TIME,
        "date_nanos": _TIME,
        "integer_range": replace(_LONG_RANGE, checked=_checked_range(checked.INTEGER)),
        "long_range": _LONG_RANGE,
        "float_range": replace(_DOUBLE_RANGE, checked=_checked_range(checked.FLOAT)),
        "double_range": _DOUBLE_RANGE,
        "date_range": FieldType(
            _range(_DATE),
            "object with gte, gt, lte, lt (date-times)",
            _date_range,
            _checked_range(checked.Date),
        ),
        "ip_range": FieldType(
            _range(_STRING),
            "object with gte, gt, lte, lt (addresses)",
            _ip_range,
            _checked_range(str),
        ),
        "object": _FREE,
        "passthrough": _FREE,
        "nested": _FREE,
        "flattened": _FREE,
        "flat_object": _FREE,
        "join": FieldType(
            structures.object_schema(name=_STRING, parent=_STRING),
            "object with name and parent",
            _always(scalars.relation),
            checked.structure("name", name=str, parent=str),
        ),
        "geo_point": FieldType(
            structures.object_schema(lat=_NUMBER, lon=_NUMBER),
            "object with lat and lon",
            _always(geo.geo_point),
            checked.structure("lat", "lon", lat=checked.LATITUDE, lon=checked.LONGITUDE),
            is_value=geo.is_point,
        ),
        "point": _POINT,
        "xy_point": _POINT,
        "geo_shape": _TEXT_OF_JSON,
        "shape": _TEXT_OF_JSON,
        "xy_shape": _TEXT_OF_JSON,
        "dense_vector": _VECTOR,
        "knn_vector": _VECTOR,
        "rank_vectors": _TEXT_OF_JSON,
        "sparse_vector": _WEIGHTS,
        "rank_features": _WEIGHTS,
        "histogram": FieldType(
            structures.object_schema(values=_NUMBERS, counts=_INTEGERS),
            "object with values and counts",
            _always(structures.histogram),
            checked.structure(values=list[float | None], counts=list[checked.LONG | None]),
        ),
        "tdigest": FieldType(
            structures.object_schema(
                centroids=_NUMBERS, counts=_INTEGERS, sum=_NUMBER, min=_NUMBER, max=_NUMBER
            ),
            "object with centroids, counts, sum, min, max",
            _always(structures.tdigest),
            checked.structure(
                centroids=list[float | None],
                counts=list[checked.LONG | None],
                sum=float,
                min=float,
                max=float,
            ),
        ),
        "exponential_histogram": _FREE,
        "aggregate_metric_double": FieldType(
            structures.object_schema(min=_NUMBER, max=_NUMBER, sum=_NUMBER, value_count=_INTEGER),
            "object with min, max, sum, value_count",
            _always(structures.aggregate),
            checked.structure(min=float, max=float, sum=float, value_count=checked.LONG),
        ),
        "completion": _TEXT_OF_JSON,
        "percolator": _TEXT_OF_JSON,
        "semantic": _TEXT_OF_JSON,
        JSON_TEXT: _TEXT_OF_JSON,
    }
)

#: Rows that are chosen by a setting. Without a maximum: 2^64 - 1 as a number is beyond what targets
#: read exactly in a schema.
_CHOSEN = {
    UNSIGNED_INTEGER: FieldType(
        {"type": "integer", "minimum": 0},
        "integer of 64 bits without sign",
        _always(numbers.unsigned_integer),
        checked.UNSIGNED_INTEGER,
    )
}


def type_of(field_type: str) -> FieldType:
    """The row of a type; one that is not known has the row of JSON text."""
    return TYPES.get(field_type) or _CHOSEN.get(field_type, _TEXT_OF_JSON)


def is_known(field_type: str) -> bool:
    """Does the table have a row for this type?"""
    return field_type in TYPES


def is_sortable(field: Field) -> bool:
    """Can the servers sort by the field, and its sort values serve as a bookmark?

    Not by text, ip, version, ranges and what else has no doc values, or sort values that differ
    from the value. Nor by fields inside ``nested``, but that is for the caller to see.
    """
    return field.indexed and type_of(field.type).sortable


def holds_lists(field: Field) -> bool:
    """Is the field's column a list? Never where one value can be a list already."""
    return field.array and type_of(field.type).is_value is not always
