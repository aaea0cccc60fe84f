"""Records under safe names: true to their schema, and the same values as without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
from hypothesis import given

from tap_elasticsearch.discovery import StreamDefinition, select
from tap_elasticsearch.fields import Field, safe_names
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.hits import Hit
from tap_elasticsearch.records.normalise import without_extra
from tap_elasticsearch.records.renaming import renaming
from tests.fields.trees import documents, thinned_trees, trees

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a record has beside the document's fields.
OURS = ("_id", "_index", "_extra")


def hit(document: Mapping[str, Any]) -> Hit:
    """A hit with this document."""
    raw = {"_id": "1", "_index": "i", "_source": document}
    return msgspec.json.decode(msgspec.json.encode(raw), type=Hit)


def definition(tree: Field) -> StreamDefinition:
    """A stream with safe names."""
    return StreamDefinition(
        name="s", index="i", concrete=True, routed=False, fields=tree, property_names="safe"
    )


def renamed(tree: Field, value: Any) -> Any:  # noqa: ANN401 - a column's value
    """``value`` with safe names, by the simplest way there is."""
    if isinstance(value, list):
        return [renamed(tree, each) for each in value]
    if not isinstance(value, dict) or not tree.properties:
        return value
    names = safe_names(tree.properties)
    return {names[name]: renamed(tree.properties[name], each) for name, each in value.items()}


@given(trees(), documents())
def test_records_are_true_to_the_schema(tree: Field, document: dict[str, Any]) -> None:
    """Whatever the mapping and the document, the record has the columns of the schema."""
    stream = definition(tree)
    record = Recorder(stream.shaped, routed=False, safe_names=True).record(hit(document))
    jsonschema.validate(record, stream.schema)


@given(thinned_trees(), documents())
def test_only_names_differ(tree: Field, document: dict[str, Any]) -> None:
    """The values are those of the record with the source's names, and so is all of ``_extra``."""
    plain = Recorder(tree, routed=False).record(hit(document))
    safe = Recorder(tree, routed=False, safe_names=True).record(hit(document))
    fields = {name: value for name, value in plain.items() if name not in OURS}
    ours = {name: value for name, value in plain.items() if name in OURS}
    assert safe == renamed(without_extra(tree), fields) | ours


def test_documents_pass_where_names_are_safe() -> None:
    """Bytes are passed on unless a name, at any depth, is another one."""
    safe = Field("object", {"a": Field("object", {"b": Field("long")})})
    unsafe = Field("object", {"a": Field("object", {"@b": Field("long")})})
    assert renaming(safe.properties) is None
    recorder = Recorder(safe, routed=False, safe_names=True)
    assert recorder.passing([hit({"a": {"b": 1}}).source]) == [True]
    recorder = Recorder(unsafe, routed=False, safe_names=True)
    assert recorder.passing([hit({"a": {"@b": 1}}).source]) == [False]


def test_what_is_dropped_needs_no_other_name() -> None:
    """Bytes are passed on where only what is cut out of them has another name."""
    field = Field("object", {"a": Field("long"), "@b": Field("long", dropped=True)})
    recorder = Recorder(field, routed=False, safe_names=True)
    assert recorder.passing([hit({"a": 1, "@b": 2}).source]) == [True]
    assert recorder.record(hit({"a": 1, "@b": 2})) == {"_id": "1", "_index": "i", "a": 1}


def test_selection_by_safe_names() -> None:
    """A catalog has the names of columns; what is not selected is dropped wherever it is."""
    inner = Field("object", {"x y": Field("long"), "z": Field("long")})
    tree = Field("object", {"@a": Field("long"), "o": inner})
    stream = definition(tree)
    selection = select(stream, lambda path: path not in {("a",), ("o", "x_y")})
    recorder = Recorder(selection.columns, routed=False, form=selection.form, safe_names=True)
    record = recorder.record(hit({"@a": 1, "o": {"x y": 2, "z": 3}, "o.x y": "w"}))
    assert record == {"_id": "1", "_index": "i", "o": {"z": 3}}
