"""A field of every type in every place: each target loads it, and keeps its values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tap_elasticsearch.discovery import StreamDefinition
from tap_elasticsearch.fields import TYPES
from tap_elasticsearch.records.form import Form
from tests.command import Run, Sandbox
from tests.targets.every_type import VALUES, Document, documents, mapping, whole_mapping
from tests.targets.warehouses import alike

if TYPE_CHECKING:
    from tests.servers import Cluster
    from tests.targets.warehouses import Warehouse


class Extracted(NamedTuple):
    """What the tap has written.

    Attributes:
        run: Its run.
        documents: What the index held.
        columns: The JSON Schema of each column.
    """

    run: Run
    documents: dict[str, Document]
    columns: dict[str, Any]


@pytest.fixture(scope="module")
def extracted(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Extracted:
    """The index as the tap writes it, once for each server."""
    version = cluster.request("GET", "/")["version"]
    flavour = version.get("distribution", "elasticsearch")
    # Since 9.2, vectors are not in what the server returns, unless an index says so.
    vectors = {"index.mapping.exclude_source_vectors": False}
    settings = vectors if flavour == "elasticsearch" else {}
    cluster.create("every-type", mappings=mapping(flavour), settings=settings)
    held = documents(flavour)
    sources = ((name, each.source) for name, each in held.items())
    # A document with a parent, in a join, must have a routing.
    cluster.bulk("every-type", sources, routing="any")
    cluster.refresh("every-type")
    sandbox = Sandbox(tmp_path_factory.mktemp("every-type"))
    config = {"hosts": [cluster.url], "indices": ["every-type"], "include_vectors": True}
    catalog = with_every_type(sandbox.discover(config))
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    cluster.delete("every-type")
    assert run.code == 0, run.err
    return Extracted(run, held, run.of_type("SCHEMA")[0]["schema"]["properties"])


def with_every_type(catalog: dict[str, Any]) -> dict[str, Any]:
    """``catalog`` with the true type of what is a stand-in on the server, and all selected."""
    (stream,) = catalog["streams"]
    for entry in stream["metadata"]:
        entry["metadata"]["selected"] = True
        if not entry["breadcrumb"]:
            remembered = entry["metadata"]["tap-elasticsearch"]
            remembered["mapping"] = whole_mapping()
            definition = StreamDefinition.from_dict("every_type", remembered)
            stream["schema"] = replace(definition, form=Form(vectors=True)).schema
    return catalog


def test_every_type_is_there() -> None:
    """The index has a field of each type that the table has, and values for it."""
    assert VALUES.keys() == TYPES.keys()


def test_records(extracted: Extracted) -> None:
    """A record is what its document says, and has no more than its schema."""
    records = {record["_id"]: record for record in extracted.run.records("every_type")}
    assert sorted(records) == sorted(extracted.documents)
    for name, document in extracted.documents.items():
        expected = {"_id": name, "_routing": "any", "_index": "every-type", **document.record}
        assert differences(records[name], expected) == [], name
        assert records[name].keys() <= extracted.columns.keys()


def test_targets(extracted: Extracted, warehouse: Warehouse) -> None:
    """A target that validates loads every document, and keeps the values of every type."""
    loaded = warehouse.load(extracted.run.out)
    assert loaded.code == 0, loaded.err
    found = warehouse.rows("every_type")
    rows = {row["_id"]: row for row in found}
    assert (len(found), sorted(rows)) == (len(extracted.documents), sorted(extracted.documents))
    for name, document in extracted.documents.items():
        record = {"_id": name, "_routing": "any", "_index": "every-type", **document.record}
        expected = {
            column: warehouse.kept(schema, record.get(column))
            for column, schema in extracted.columns.items()
        }
        stored = {column: rows[name].get(column) for column in extracted.columns}
        assert differences(stored, expected) == [], name


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Columns that differ, as they are and as they should be."""
    return [
        (column, found.get(column, "absent"), expected.get(column, "absent"))
        for column in found | expected
        if not alike(found.get(column, "absent"), expected.get(column, "absent"))
    ]
