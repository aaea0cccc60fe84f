"""What decides whether a column is a list, and what of a stream a state remembers."""

from __future__ import annotations

from typing import Any

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.discovery import (
    Sent,
    StreamDefinition,
    as_sent,
    formed,
    sent_in,
    to_remember,
)
from tap_elasticsearch.discovery.shapes import Shapes
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import Field, open_shapes, parse_mapping, shaped

ROOT = parse_mapping({"properties": {name: {"type": "long"} for name in "abc"}})


def of_lists(fields: Field) -> set[str]:
    """The paths of columns of lists."""
    return {path for path, array in open_shapes(fields).items() if array}


def defined(fields: Field, *, routed: bool = False) -> StreamDefinition:
    """The stream ``orders``."""
    return StreamDefinition(
        name="orders", index="orders", concrete=True, routed=routed, fields=fields
    )


@pytest.mark.parametrize("routed", [True, False])
def test_state_there_and_back(routed: bool) -> None:
    """What a state is told to remember is what it remembers."""
    made = defined(shaped(ROOT, lambda path, _: path == "b"), routed=routed)
    state = {"bookmarks": {"orders": to_remember(made), "others": {"replication_key": "a"}}}
    assert sent_in(state) == {
        "orders": Sent({"a": False, "b": True, "c": False}, routed),
        "others": Sent({}, None),
    }


def test_columns_that_may_come_back() -> None:
    """What was sent once is remembered also while no index has it."""
    before = {"array_fields": ["a", "gone"], "scalar_fields": ["b"]}
    assert to_remember(defined(ROOT), before) == {
        "array_fields": ["gone"],
        "scalar_fields": ["b", "a", "c"],
        "routed": False,
    }


@pytest.mark.parametrize("paths", ["a", {"a": 1}, [1]])
def test_state_that_cannot_be_read(paths: object) -> None:
    """Shapes that a hand has written otherwise are refused, with the way out."""
    with pytest.raises(SettingsError, match=r"orders.*array_fields must be a list of paths"):
        sent_in({"bookmarks": {"orders": {"array_fields": paths}}})


def test_a_key_in_a_state_that_cannot_be_read() -> None:
    """The same holds for what it says of the key."""
    with pytest.raises(SettingsError, match=r"orders.*routed must be true or false"):
        sent_in({"bookmarks": {"orders": {"routed": "yes"}}})


@pytest.mark.parametrize(
    ("arrays", "patterns", "expected"),
    [
        ("auto", [], {"a", "c"}),
        ("auto", ["b"], {"a", "b", "c"}),
        ("never", ["b"], {"b"}),
        ("always", [], {"a", "b", "c"}),
    ],
)
def test_who_decides(arrays: str, patterns: list[str], expected: set[str]) -> None:
    """Settings, then what was sent (a as a list, b as a value), then what is found (b and c)."""
    shapes = Shapes("orders", arrays, patterns, {"a": True, "b": False})
    assert of_lists(shapes.apply(ROOT, lambda _: {"b", "c"})) == expected


def test_nothing_is_looked_for_where_all_is_settled() -> None:
    """Documents are looked at only for columns that were not sent before."""

    def found(_: Field) -> set[str]:
        raise AssertionError

    everything = dict.fromkeys("abc", False)
    assert of_lists(Shapes("orders", "auto", ["a"], everything).apply(ROOT, found)) == {"a"}
    assert of_lists(Shapes("orders", "never", [], {}).apply(ROOT, found)) == set()


def catalog_of(fields: Field, *, routed: bool = False) -> dict[str, Any]:
    """A catalog with the stream ``orders``."""
    made = defined(fields, routed=routed)
    keys = list(made.keys)
    said = {
        "selected": True,
        "table-key-properties": keys,
        "tap-elasticsearch": made.to_dict(),
    }
    stream = {
        "tap_stream_id": "orders",
        "key_properties": keys,
        "schema": made.schema,
        "metadata": [{"breadcrumb": [], "metadata": said}],
    }
    return {"streams": [stream]}


def test_a_catalog_takes_the_shapes_that_were_sent() -> None:
    """In its schema and in what it remembers; columns that a person has changed are left alone."""
    catalog = catalog_of(shaped(ROOT, lambda path, _: path in "ac"))
    catalog["streams"][0]["schema"]["properties"]["c"] = {"type": "string"}
    sent = {"orders": Sent({"a": False, "b": True, "c": False})}
    (stream,) = as_sent(catalog, parse_settings({}), sent)["streams"]
    expected = catalog_of(shaped(ROOT, lambda path, _: path == "b"))["streams"][0]
    assert stream["metadata"] == expected["metadata"]
    assert stream["schema"]["properties"].pop("c") == {"type": "string"}
    assert expected["schema"]["properties"].items() >= stream["schema"]["properties"].items()


def test_a_catalog_that_settings_have_shaped() -> None:
    """What array_fields has decided stays, as does a catalog that agrees."""
    catalog = catalog_of(shaped(ROOT, lambda path, _: path == "a"))
    sent = {"orders": Sent({"a": False, "b": False})}
    assert as_sent(catalog, parse_settings({"array_fields": "a"}), sent) == catalog
    assert as_sent(catalog, parse_settings({"arrays": "always"}), sent) == catalog
    assert as_sent(catalog, parse_settings({}), {"others": Sent({"a": True})}) == catalog


@pytest.mark.parametrize("routed", [True, False])
def test_a_catalog_takes_the_key_that_was_sent(routed: bool) -> None:
    """In its keys, its schema and what it remembers."""
    sent = {"orders": Sent(routed=routed)}
    found = as_sent(catalog_of(ROOT, routed=not routed), parse_settings({}), sent)
    assert as_sent(found, parse_settings({}), sent) == found
    (stream,) = found["streams"]
    (expected,) = catalog_of(ROOT, routed=routed)["streams"]
    added = [{"breadcrumb": ["properties", "_routing"], "metadata": {"inclusion": "automatic"}}]
    assert stream == {**expected, "metadata": expected["metadata"] + (added if routed else [])}


def test_shapes_of_columns_in_another_form() -> None:
    """A catalog follows what was sent, whatever form the settings give its columns."""
    mapping = {
        "properties": {
            "p": {"properties": {"t": {"type": "long"}, "v": {"type": "dense_vector"}}},
            "u": {"type": "unsigned_long"},
        }
    }
    given = {"include_vectors": True, "unsigned_long": "integer"}
    settings = parse_settings(given, sdk_settings=[])
    definition = StreamDefinition(
        name="s",
        index="s",
        concrete=True,
        routed=False,
        fields=parse_mapping(mapping),
    )
    definition = formed(definition, settings)
    catalog = {
        "streams": [
            {
                "tap_stream_id": "s",
                "schema": definition.schema,
                "metadata": [
                    {"breadcrumb": [], "metadata": {"tap-elasticsearch": definition.to_dict()}}
                ],
            }
        ]
    }
    sent = {"s": Sent({"p": True, "p.t": False, "u": True})}
    (stream,) = as_sent(catalog, settings, sent)["streams"]
    assert stream["schema"]["properties"]["p"]["type"] == ["array", "null"]
    assert stream["schema"]["properties"]["u"]["type"] == ["array", "null"]
