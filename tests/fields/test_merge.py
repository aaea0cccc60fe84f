"""Merging mappings: what types become, and the laws that a merge obeys."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from tap_elasticsearch.fields import Conflict, Field, merge, parse_mapping
from tests.fields.trees import trees

WIDENED = [
    (["integer", "long"], "long"),
    (["byte", "short"], "long"),
    (["long", "float"], "double"),
    (["half_float", "scaled_float"], "double"),
    (["date", "date_nanos"], "date_nanos"),
    (["keyword", "constant_keyword"], "keyword"),
    (["keyword", "text"], "text"),
    (["keyword", "long"], "text"),
    (["unsigned_long", "long"], "text"),
    (["unsigned_long", "unsigned_long"], "unsigned_long"),
    (["date", "long"], "text"),
    (["date", "keyword"], "text"),
    (["boolean", "ip"], "text"),
    (["object", "keyword"], "json"),
    (["nested", "keyword"], "json"),
    (["object", "nested"], "nested"),
    (["object", "passthrough"], "object"),
    (["object", "flattened"], "json"),
    (["geo_point", "keyword"], "json"),
    (["geo_point", "geo_shape"], "json"),
    (["made_up", "keyword"], "json"),
    (["made_up", "made_up"], "made_up"),
    (["json", "keyword"], "json"),
    (["long", "date", "object"], "json"),
]


def root(**properties: Field) -> Field:
    """A mapping."""
    return Field("object", properties)


def merged(*fields: Field) -> Field:
    """The tree of mappings that have one field each."""
    return merge((f"i{n}", root(a=field)) for n, field in enumerate(fields))[0].properties["a"]


@pytest.mark.parametrize(("types", "expected"), WIDENED)
def test_widening(types: list[str], expected: str) -> None:
    """Different types become one that holds the values of all."""
    fields = [Field(kind, array=kind == "nested") for kind in types]
    assert merged(*fields) == Field(expected, array="nested" in types)


@given(trees(), trees())
def test_commutative(one: Field, other: Field) -> None:
    """The order of indices does not matter."""
    assert merge([("i", one), ("j", other)])[0] == merge([("j", other), ("i", one)])[0]


@given(trees(), trees(), trees())
def test_associative(one: Field, two: Field, three: Field) -> None:
    """Merging in steps is merging at once."""
    left = merge([("i", merge([("i", one), ("j", two)])[0]), ("k", three)])[0]
    right = merge([("i", one), ("j", merge([("j", two), ("k", three)])[0])])[0]
    assert left == right == merge([("i", one), ("j", two), ("k", three)])[0]


@given(trees())
def test_idempotent(field: Field) -> None:
    """A mapping merged with itself, or an equal one, is itself, without conflicts."""
    copy = Field(field.type, dict(field.properties))
    assert merge([("i", field), ("j", field), ("k", copy)]) == (field, ())


def test_nothing() -> None:
    """No index at all is a mapping without fields."""
    assert merge([]) == (Field("object"), ())


def test_conflict() -> None:
    """A conflict names the path, counts the indices of each type, and gives an example of each."""
    long, text = root(o=root(a=Field("long"))), root(o=root(a=Field("text")))
    _, conflicts = merge([("x", long), ("y", text), ("z", text)])
    assert conflicts == (
        Conflict(
            "o.a", types={"text": 2, "long": 1}, examples={"long": "x", "text": "y"}, became="text"
        ),
    )
    assert str(conflicts[0]) == (
        "field o.a has different types: text in 2 (such as y), long in 1 (such as x);"
        " its column is text."
    )


def test_conflict_of_objects() -> None:
    """Object and nested are different columns: the one is an object, the other a list."""
    _, conflicts = merge(
        [("x", root(a=Field("object"))), ("y", root(a=Field("nested", array=True)))]
    )
    assert [conflict.became for conflict in conflicts] == ["nested"]


@pytest.mark.parametrize("types", [("text", "keyword"), ("long", "byte"), ("date", "date_nanos")])
def test_no_conflict(types: tuple[str, str]) -> None:
    """Types with the same column do not conflict."""
    assert merge((kind, root(a=Field(kind))) for kind in types)[1] == ()


def test_formats() -> None:
    """The formats of all indices stay, told apart from the alternatives of one."""
    assert merged(Field("date"), Field("date_nanos")).format is None
    both = merged(Field("date"), Field("date", format="epoch_second"))
    assert both.format == "epoch_second|||strict_date_optional_time||epoch_millis"
    assert both.varying == {"format"}
    assert merged(both, Field("date", format="epoch_second")) == both


def test_arrays_and_sorting() -> None:
    """A list in one index is a list; what one index can't sort by, none can."""
    field = merged(Field("long", array=True), Field("long", indexed=False))
    assert field == Field("long", array=True, indexed=False)


def test_constants() -> None:
    """The value of a constant is known only if every index has the same."""
    one = root(o=root(a=Field("constant_keyword", value="x")))
    other = root(o=root(a=Field("constant_keyword", value="y")))
    without = root(b=Field("long"))
    assert merge([("i", one), ("j", one)])[0] == one
    for another in (other, without):
        tree = merge([("i", one), ("j", another)])[0]
        field = tree.properties["o"].properties["a"]
        assert field == Field("constant_keyword", varying=frozenset({"value"}))


def test_many_equal_indices() -> None:
    """Two thousand indices with one mapping of ten thousand fields are merged in no time."""
    tree = parse_mapping({"properties": {f"f{n}": {"type": "keyword"} for n in range(10_000)}})
    start = time.process_time()
    assert merge((f"i{n}", tree) for n in range(2_000))[0] is tree
    assert time.process_time() - start < 0.5
