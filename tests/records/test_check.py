"""The check: it passes what the normaliser would leave as it is, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw

from tap_elasticsearch.fields import NEVER, Field, type_of
from tap_elasticsearch.records.check import FEW, WIDE, Check
from tap_elasticsearch.records.cut import Cut
from tap_elasticsearch.records.normalise import Normaliser
from tests.fields.canonical import CANONICAL
from tests.fields.trees import documents, documents_of, thinned_trees

Form: TypeAlias = Callable[[Field], Field]

#: Types with a value in their canonical form; of unsigned_long, the check knows 19 digits.
CLEAN = [
    (kind, canonical)
    for kind, _, canonical in CANONICAL
    if canonical not in [None, str(2**64 - 1)] and type_of(kind).checked is not NEVER
]


def passes(field: Field, document: object) -> bool:
    """Does ``document`` pass the check of ``field``?"""
    (passed,) = Check(field)([raw(document)])
    return passed


def raw(document: object) -> Raw:
    """``document`` as it comes in a page."""
    return Raw(json.dumps(document).encode())


def root(**properties: Field) -> Field:
    """A root with these fields."""
    return Field("object", properties)


def widened(field: Field) -> Field:
    """``field``, with as many fields beside its own as make it wide."""
    more = {f"wide{number}": Field("keyword") for number in range(WIDE + 1)}
    return Field("object", {**more, **field.properties})


FORMS = pytest.mark.parametrize("form", [lambda field: field, widened], ids=["narrow", "wide"])


@FORMS
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_passes_is_not_changed(form: Form, data: st.DataObject) -> None:
    """A document that passes is its own record, but for what is cut, whatever the mapping."""
    tree = data.draw(thinned_trees())
    document = data.draw(documents_of(tree) | documents())
    field = form(tree)
    if passes(field, document):
        left = json.loads(Cut(field)(json.dumps(document).encode()))
        assert Normaliser(field).record(document) == (left, {})


#: Dates that a format may read otherwise, and formats that do.
ENDS = st.sampled_from([f"{day}T00:00:00Z" for day in ("2024-02-03", "2024-12-30", "2021-01-03")])
UNUSUAL = st.sampled_from(
    ["uuuu-dd-MM'T'HH:mm:ss'Z'", "YYYY-MM-dd'T'HH:mm:ss'Z'", "uuuu-MM-dd'T'hh:mm:ss'Z'", "MMM"]
)


@FORMS
@given(st.sampled_from(["date", "date_nanos"]), UNUSUAL | st.none(), ENDS, ENDS)
def test_dates_that_pass_are_not_changed(
    form: Form, kind: str, formats: str | None, one: str, two: str
) -> None:
    """What passes is its own record also as a date or a range of an unusual format."""
    field = form(root(d=Field(kind, format=formats), r=Field("date_range", format=formats)))
    for document in ({"d": one}, {"r": {"gte": one, "lt": two}}, {"r": {"lte": one}}):
        if passes(field, document):
            assert Normaliser(field).record(document) == (document, {})


#: Documents with dates at two places, canonical and not, and with none.
DATES = st.sampled_from(["2024-02-29T00:00:00Z", "2024-01-01T00:00:00.000Z", "2024-01-01 0", 0])
DATED = st.fixed_dictionaries({}, optional={"f": DATES, "l": st.lists(DATES), "n": st.booleans()})


@FORMS
@given(documents=st.lists(DATED))
def test_documents_together(form: Form, documents: list[dict[str, Any]]) -> None:
    """Each document passes or not as it does alone, whatever those beside it are."""
    field = form(root(f=Field("date"), l=Field("date", array=True), n=Field("boolean")))
    expected = [passes(field, document) for document in documents]
    check = Check(field)
    # Nor does it remember those before.
    for _ in range(2):
        assert check(map(raw, documents)) == expected


@pytest.mark.parametrize("bad", range(2 * FEW + 1))
def test_one_among_many(bad: int) -> None:
    """Of many documents, the one whose date is not canonical fails, wherever it stands."""
    documents = [{"f": "2024-01-01T00:00:00Z"} for _ in range(2 * FEW + 1)]
    documents[bad] = {"f": "2024-01-01T00:00:00+00:00"}
    expected = [number != bad for number in range(len(documents))]
    assert Check(root(f=Field("date")))(map(raw, documents)) == expected


@FORMS
@pytest.mark.parametrize(("kind", "canonical"), CLEAN)
def test_canonical_values_pass(form: Form, kind: str, canonical: object) -> None:
    """Values in the canonical form of their type cost no more than the check."""
    document = {"f": canonical, "o": {"f": None}, "l": [{"f": canonical}, None, {}]}
    inner = {"f": Field(kind)}
    field = root(f=Field(kind), o=Field("object", inner), l=Field("nested", inner, array=True))
    assert passes(form(field), document)


@FORMS
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("long", 2**63),
        ("long", 1.0),
        ("long", "1"),
        ("long", True),
        ("boolean", "true"),
        ("keyword", 5),
        ("keyword", ["a"]),
        ("date", "2024-02-30T00:00:00Z"),
        ("date", "2023-02-29T00:00:00Z"),
        ("date", "0000-01-01T00:00:00Z"),
        ("date", "2024-01-01T00:00:00+00:00"),
        ("date", "2024-01-01t00:00:00Z"),
        ("date", "2024-01-01 00:00:00Z"),
        ("date", "2024-01-01T00:00:00Z\n"),
        ("date", "2024-01-01T24:00:00Z"),
        ("date", "2024-01-01T00:00:60Z"),
        ("date", "2024-01-01T00:00:00.1234567890Z"),
        ("date", "2024-01-01"),
        ("date", 0),
        ("date", ["2024-01-01T00:00:00Z"]),
        ("date_range", {"gte": "2024-01-01"}),
        ("integer", 2**31),
        ("short", -(2**15) - 1),
        ("byte", 128),
        ("float", 1e39),
        ("half_float", 65520.0),
        ("integer_range", {"gte": 2**31}),
        ("float_range", {"lt": -1e39}),
        ("dense_vector", [1, 0.5]),
        ("geo_point", {"lat": 1.5}),
        ("geo_point", {"lat": 90.5, "lon": 0.0}),
        ("geo_point", {"lat": 0.0, "lon": -180.5}),
        ("integer_range", {"gte": 1, "around": 2}),
        ("join", "child"),
        ("flattened", "a"),
        ("geo_shape", {"type": "Point"}),
        ("never_heard_of", "a"),
    ],
)
def test_other_values_do_not(form: Form, kind: str, value: object) -> None:
    """What has another form is normalised."""
    assert not passes(form(root(f=Field(kind))), {"f": value})


@FORMS
@pytest.mark.parametrize(
    "document",
    [{"f": "x", "g": 1}, {"f": "x", "_extra": {}}, {"f": "x", "a.b": "c"}, {"a": {}}, {}],
)
def test_other_documents_do_not(form: Form, document: dict[str, Any]) -> None:
    """Neither do fields that the mapping lacks, or the lack of one that every document has."""
    field = root(f=Field("constant_keyword", value="x"), _extra=Field("keyword"))
    field = replace(field, properties={**field.properties, "a": root(b=Field("keyword"))})
    assert passes(form(field), {"f": "x"})
    assert not passes(form(field), document)


def test_a_field_that_no_type_can_have() -> None:
    """Where every document has a field whose name a Struct cannot have, none passes."""
    field = root(**{'q"u': Field("constant_keyword", value="k"), "a": Field("long")})
    assert not passes(field, {"a": 1})


@FORMS
@pytest.mark.parametrize(
    ("form_of_dates", "document"),
    [
        ("uuuu-dd-MM'T'HH:mm:ss'Z'", "2024-02-03T04:05:06Z"),
        ("YYYY-MM-dd'T'HH:mm:ss'Z'", "2024-12-30T04:05:06Z"),
        ("QQQ", "2024-12-30T04:05:06Z"),
    ],
)
def test_dates_that_look_canonical(form: Form, form_of_dates: str, document: str) -> None:
    """A format that reads such texts otherwise, or may, is asked."""
    field = form(
        root(f=Field("date", format=form_of_dates), r=Field("date_range", format=form_of_dates))
    )
    assert not passes(field, {"f": document})
    assert not passes(field, {"r": {"gte": document}})


@FORMS
def test_lists_of_numbers(form: Form) -> None:
    """A list of fractions and whole numbers is normalised: a target cannot load both in one."""
    for kind in ("double", "float"):
        field = form(root(f=Field(kind, array=True)))
        assert passes(field, {"f": [1.0, 0.5, None]})
        assert not passes(field, {"f": [1, 0.5]})


@FORMS
def test_nulls(form: Form) -> None:
    """A null that stands for a value is normalised, also inside a list."""
    filled = Field("long", null_value="-1")
    field = form(root(f=filled, l=replace(filled, array=True), o=root(f=filled)))
    assert passes(field, {"f": 1, "l": [1], "o": None})
    for document in ({"f": None}, {"l": None}, {"l": [1, None]}, {"o": {"f": None}}):
        assert not passes(field, document)


@pytest.mark.parametrize(
    "source",
    [
        *(b"", b"{", b"[]", b'{"f":1e400}', b'{"f":NaN}', b'{"f":"\\ud800"}', b'{"f":"\xff"}'),
        b'{"f":%b}' % (b"7" * 5_000),
    ],
)
def test_what_is_no_document(source: bytes) -> None:
    """What cannot be decoded does not pass, and does no harm."""
    for kind in ("flattened", "keyword"):
        assert Check(root(f=Field(kind)))([Raw(source)]) == [False]


def test_depth() -> None:
    """A document nested deeper than can be decoded does not pass, and does no harm."""
    deep = b'{"f":' + b'{"a":' * 2_000 + b"1" + b"}" * 2_001
    assert Check(root(f=Field("flattened")))([Raw(deep)]) == [False]


@pytest.mark.parametrize("name", ['"', "\\", "\t", "é", "a b", "", "class", "__init__"])
def test_names(name: str) -> None:
    """A field may have any name."""
    field = Field("object", {name: Field("keyword"), "g": Field("long")})
    assert passes(field, {"g": 5})
    assert not passes(field, {name: 5})


@FORMS
def test_dropped_fields(form: Form) -> None:
    """What is dropped at the root may be anything; deeper, the document is normalised."""
    gone = Field("long", dropped=True)
    field = form(root(a=gone, o=root(b=gone, c=Field("long"))))
    for value in (None, "x", [1, {"y": 2}], {"z": 1.5}):
        assert passes(field, {"a": value, "o": {"c": 1}})
    assert not passes(field, {"a": 1, "o": {"b": 1}})
    assert not passes(field, {"a.b": 1})
