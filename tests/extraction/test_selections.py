"""A full table under way, and a run that would send records of another form."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.discovery import Selection, StreamDefinition, formed, select
from tap_elasticsearch.extraction import Extraction
from tap_elasticsearch.fields import computed_fields, parse_mapping, with_computed
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_elasticsearch.config import Settings
    from tap_elasticsearch.extraction import Whole

LOGGER = logging.getLogger("tests")
MAPPING: dict[str, Any] = {
    "properties": {
        "name": {"type": "keyword"},
        "number": {"type": "unsigned_long"},
        "also": {"type": "alias", "path": "name"},
    },
    "runtime": {"day": {"type": "date"}},
}
#: What changes the form of records.
OTHERS: list[dict[str, Any]] = [
    {"unsigned_long": "integer"},
    {"computed_fields": ["also"]},
    {"computed_fields": ["day"]},
    {"computed_fields": ["*"]},
    {"record_shape": "document"},
    {"extra_values": "drop"},
    {"include_vectors": True},
    {"metadata_fields": ["_id"]},
    {"null_characters": "remove"},
    {"streams": [{"index": "orders", "exclude_fields": ["number"]}]},
    {"left_out": "name"},
    {"mapped": {"stream_maps": {"orders": {"__filter__": "number == 1"}}}},
    {"mapped": {"flattening_enabled": True}},
]


def selected(
    settings: Settings, left_out: str = "", mapped: Mapping[str, Any] = MappingProxyType({})
) -> tuple[StreamDefinition, Selection]:
    """The stream, and all that it has but for one column."""
    fields = parse_mapping(MAPPING)
    definition = StreamDefinition(
        name="orders",
        index="orders",
        concrete=True,
        routed=False,
        fields=with_computed(fields, computed_fields(MAPPING), settings.computed_fields),
        property_names=settings.property_names,
    )
    definition = formed(definition, settings)
    return definition, select(definition, lambda path: path != (left_out,), mapped)


def fingerprint(
    left_out: str = "", mapped: Mapping[str, Any] = MappingProxyType({}), **given: object
) -> tuple[object, ...]:
    """What tells a selection from another one."""
    _, selection = selected(parse_settings(given), left_out, mapped)
    return selection.fingerprint


def test_every_form_is_another_one() -> None:
    """Whatever changes the form of records changes what tells selections apart."""
    found = [fingerprint(**other) for other in [{}, *OTHERS]]
    assert [each for each in found if found.count(each) > 1] == []
    assert [fingerprint(**other) for other in [{}, *OTHERS]] == found


def test_new_fields() -> None:
    """Where fields are chosen, one that the mapping gets later changes nothing."""
    streams = [{"index": "orders", "fields": ["number"]}]
    before = fingerprint(streams=streams)
    MAPPING["properties"]["later"] = {"type": "long"}
    after = fingerprint(streams=streams)
    del MAPPING["properties"]["later"]
    assert after == before


def whole(server: FakeServer, state: dict[str, Any], **given: object) -> tuple[Client, Whole]:
    """The full table as a run with these settings finds it behind a state."""
    settings = parse_settings({"page_size": 2, "hosts": [server.url], **given})
    client = Client(settings)
    extraction = Extraction(
        client, settings, *selected(settings), LOGGER, lambda: None, resumable=True
    )
    return client, extraction.whole(state)


def left(server: FakeServer) -> dict[str, Any]:
    """The state of a run that was ended behind a few pages."""
    state: dict[str, Any] = {}
    client, found = whole(server, state)
    with found.reading:
        for _, _ in zip(range(3), found, strict=False):
            found.note(state)
    client.close()
    return state


@pytest.mark.parametrize(
    "given",
    [
        {"unsigned_long": "integer"},
        {"computed_fields": ["also"]},
        {"null_characters": "remove"},
        {"property_names": "safe"},
        {"arrays": "always"},
        {"array_fields": ["name"]},
        {"type_overrides": [{"field": "name", "type": "json"}]},
        {"streams": [{"index": "orders", "array_fields": ["name"]}]},
        {"streams": [{"index": "orders", "type_overrides": [{"field": "name", "type": "json"}]}]},
    ],
)
def test_another_form(caplog: pytest.LogCaptureFixture, given: dict[str, Any]) -> None:
    """A table is not gone on with in another form, and one line says so."""
    with FakeServer(Cluster(index(10))) as server:
        client, found = whole(server, left(server), **given)
        client.close()
    assert found.resumption is not None
    assert not found.resumption.known
    assert "of another query or selection: reading it from the beginning" in caplog.text


def test_the_same_form() -> None:
    """What says nothing of the form of records is no reason to begin again."""
    with FakeServer(Cluster(index(10))) as server:
        given = {"page_size": 3, "parallel": 1, "streams": [{"index": "others", "query": {}}]}
        client, found = whole(server, left(server), **given)
        client.close()
    assert found.resumption is not None
    assert found.resumption.known
