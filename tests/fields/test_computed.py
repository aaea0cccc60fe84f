"""Which fields of a mapping no document holds."""

from __future__ import annotations

from tap_elasticsearch.fields import (
    Field,
    apart,
    computed_fields,
    merge,
    parse_mapping,
    to_mapping,
    with_computed,
)

MAPPING = {
    "properties": {
        "n": {"type": "long"},
        "t": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "o": {"properties": {"a": {"type": "alias", "path": "n"}}},
        "raw": {"type": "alias", "path": "t.raw"},
        "l": {"type": "nested", "properties": {"a": {"type": "alias", "path": "l.b"}, "b": {}}},
    },
    "runtime": {
        "n": {"type": "keyword"},
        "r": {"type": "date", "format": "yyyy"},
        "c": {"type": "composite", "fields": {"x": {"type": "ip"}, "y": {"type": "long"}}},
        "other": {"type": "lookup"},
    },
    "derived": {"d": {"type": "double", "script": {"source": "emit(1)"}}, "p": {"type": "object"}},
}


def test_found() -> None:
    """Aliases have the type of what they stand for; what hides a field or is no value is none."""
    types = {name: field.type for name, field in computed_fields(MAPPING).items()}
    assert types == {
        "o.a": "long",
        "raw": "keyword",
        "r": "date",
        "c.x": "ip",
        "c.y": "long",
        "d": "double",
    }


def test_asked_for() -> None:
    """Those that a pattern asks for stand beside what documents hold, and are told from it."""
    fields = parse_mapping(MAPPING)
    assert with_computed(fields, computed_fields(MAPPING), ["x*"]) is fields
    whole = with_computed(fields, computed_fields(MAPPING), ["c.*", "o.a"])
    assert parse_mapping(to_mapping(whole)) == whole
    documents, computed = apart(whole)
    assert documents == fields
    assert list(computed.properties) == ["o.a", "c.x", "c.y"]


def test_merged() -> None:
    """Of a field that only some indices compute, the server is asked for the values in all."""
    one = Field("object", {"a": Field("long", indexed=False, computed=True)})
    other = Field("object", {"a": Field("long")})
    merged, conflicts = merge([("one", one), ("other", other)])
    assert merged.properties["a"].computed
    assert not conflicts
