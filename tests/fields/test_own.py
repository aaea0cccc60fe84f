"""Fields that are others in other indices: known for that, and told apart."""

from __future__ import annotations

import pytest
from hypothesis import given

from tap_elasticsearch.fields import (
    Field,
    has_constants,
    in_index,
    keeps_canonical,
    merge,
    parse_mapping,
    to_mapping,
    varying,
    with_types,
)
from tests.fields.trees import trees


def root(**properties: Field) -> Field:
    """A mapping."""
    return Field("object", properties)


def constant(value: str | None) -> Field:
    """A field with one value."""
    return Field("constant_keyword", value=value)


ONE = root(
    o=root(c=constant("x")),
    day=Field("date", format="dd/MM/yyyy"),
    n=Field("long", null_value="1", coerce=False),
    same=Field("keyword", null_value="-"),
)
OTHER = root(
    o=root(c=constant("y")),
    day=Field("date", format="MM/dd/yyyy"),
    n=Field("long", null_value="2"),
    same=Field("keyword", null_value="-"),
)
BOTH = merge([("i", ONE), ("j", OTHER)])[0]


def test_each_index_has_its_own() -> None:
    """What is merged of several indices is, for each of them, its own again."""
    assert varying(BOTH) == ("o.c", "day", "n")
    assert in_index(BOTH, ONE) == ONE
    assert in_index(BOTH, OTHER) == OTHER
    assert in_index(BOTH, ONE).properties["same"] is BOTH.properties["same"]


def test_an_index_without_the_field() -> None:
    """It has no constant, whatever the others have; nor has one whose mapping is not known."""
    without = root(day=Field("date"))
    every = merge([("i", ONE), ("j", without)])[0]
    assert in_index(every, without).properties["o"].properties["c"] == constant(None)
    assert in_index(every, None).properties["o"].properties["c"] == constant(None)
    assert in_index(every, ONE).properties["o"].properties["c"] == constant("x")


def test_an_index_that_came_later() -> None:
    """The constant that all had is not that of one with another, or with none."""
    earlier = root(c=constant("x"))
    assert has_constants(earlier)
    assert in_index(earlier, root(c=constant("y"))) == root(c=constant("y"))
    assert in_index(earlier, root()) == root(c=constant(None))
    assert in_index(earlier, None) is earlier


def test_dotted_names() -> None:
    """A field is found by its dotted path, whether its mapping has objects or dots there."""
    dotted = Field("object", {"o.c": constant("y")})
    merged = merge([("i", root(o=root(c=constant("x")))), ("j", dotted)])[0]
    assert in_index(merged, dotted).properties["o.c"] == constant("y")


@given(trees(), trees())
def test_what_does_not_differ(one: Field, other: Field) -> None:
    """What is in one index alone, or the same in both, is not said to differ."""
    merged = merge([("i", one), ("j", other)])[0]
    assert varying(merge([("i", one), ("j", one)])[0]) == ()
    assert parse_mapping(to_mapping(merged)) == merged
    assert varying(in_index(merged, one)) == varying(in_index(merged, None)) == ()


def test_dates_that_the_server_reads() -> None:
    """They come in one form, so no index's own format is needed, which may read it wrongly."""
    french = Field("date", format="d MMMM uuuu", locale="fr")
    reversed_day = Field("date", format="uuuu-dd-MM'T'HH:mm:ssX")
    merged = merge([("i", root(d=french)), ("j", root(d=reversed_day))])[0]
    assert in_index(merged, root(d=reversed_day)).properties["d"].format != reversed_day.format


@pytest.mark.parametrize("other", [None, "epoch_millis"])
def test_a_format_that_misreads(other: str | None) -> None:
    """If one index reads a canonical date as another one, no such date stays as it is."""
    fields = [Field("date", format=each) for each in ("uuuu-dd-MM'T'HH:mm:ssX", other)]
    merged = merge((str(n), root(d=field)) for n, field in enumerate(fields))[0]
    assert not keeps_canonical(merged.properties["d"])


def test_a_type_that_was_set() -> None:
    """What goes with the type goes with it; a null stays what it is in each index."""
    typed, _ = with_types(BOTH, {"o.c": "text", "day": "keyword", "n": "double"})
    assert varying(typed) == ("n",)
