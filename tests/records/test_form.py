"""The schema of a record in every form."""

from __future__ import annotations

from tap_elasticsearch.fields import Field, walk
from tap_elasticsearch.records.form import DEFAULT_FORM, Form

FIELDS = Field(
    "object",
    {
        "u": Field("unsigned_long"),
        "v": Field("dense_vector"),
        "o": Field("object", {"v": Field("knn_vector")}),
        "l": Field("nested", {"v": Field("sparse_vector"), "t": Field("text")}, array=True),
        "_primary_term": Field("long"),
    },
)


def test_as_it_is_by_default() -> None:
    """No vectors, no objects that are nothing but vectors, and what has no place in _extra."""
    columns = DEFAULT_FORM.schema(DEFAULT_FORM.columns(FIELDS), ("_id",))["properties"]
    assert list(columns) == ["_id", "_index", "u", "l", "_extra"]
    assert columns["_id"] == {"type": ["string"]}
    assert columns["u"] == {"type": ["string", "null"]}
    assert list(columns["l"]["items"]["properties"]) == ["t"]


def test_all_that_can_be_asked_for() -> None:
    """Vectors, integers without an upper bound, more columns of the hit, none for the rest."""
    form = Form(
        metadata=("_ignored", "_primary_term"), extras="fail", vectors=True, unsigned_integers=True
    )
    columns = form.schema(form.columns(FIELDS), ("_index", "_id"))["properties"]
    assert list(columns) == ["_id", "_index", "_primary_term", "_ignored", "u", "v", "o", "l"]
    assert columns["u"] == {"type": ["integer", "null"], "minimum": 0}
    assert columns["_primary_term"]["maximum"] == 2**63 - 1
    assert columns["_ignored"]["items"] == {"type": ["string", "null"]}


def test_whole_documents() -> None:
    """One column of any object, and none for what has no place."""
    form = Form(whole=True)
    columns = form.schema(form.columns(FIELDS), ("_id",))["properties"]
    assert list(columns) == ["_id", "_index", "document"]
    assert columns["document"] == {"type": ["object", "null"], "additionalProperties": True}


def test_what_is_dropped_stays_known() -> None:
    """Dropped fields are in the tree, so that their values are not taken for unmapped ones."""
    columns = DEFAULT_FORM.columns(FIELDS)
    dropped = {".".join(path) for path, field in walk(columns) if field.dropped}
    assert dropped == {"v", "o", "o.v", "l.v"}
