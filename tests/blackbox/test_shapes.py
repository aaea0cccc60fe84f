"""Records in every form that a user can ask for, and what is left out of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.properties.reading import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

MAPPING = {
    "properties": {
        "n": {"type": "long"},
        "tag": {"type": "keyword"},
        "loose": {"type": "integer", "ignore_malformed": True},
        "o": {"properties": {"a": {"type": "keyword"}, "b": {"type": "long"}}},
        "l": {"type": "nested", "properties": {"a": {"type": "keyword"}, "b": {"type": "long"}}},
        "off": {"type": "object", "enabled": False},
    }
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "tidy": {"n": 1, "tag": "x", "o": {"a": "y", "b": 2}},
    "dotted": {"n": "1", "o.a": "secret", "o.b": 2, "off": {"x": [1.5]}},
    "lists": {"tag": ["x", "y"], "o": [{"a": "secret", "b": 1}, {"b": 2}]},
    "nested": {"l": [{"a": "secret", "b": 1}, {"b": 2}]},
    "malformed": {"loose": "x", "tag": None},
    "empty": {},
}


@pytest.fixture(scope="module")
def shaped(cluster: Cluster) -> Iterator[Cluster]:
    """A server with these documents."""
    cluster.create("shapes", mappings=MAPPING, settings={"number_of_shards": 2})
    cluster.bulk("shapes", DOCUMENTS.items())
    cluster.bulk("shapes", [("tidy", DOCUMENTS["tidy"])])
    cluster.refresh("shapes")
    yield cluster
    cluster.delete("shapes")


def ran(cluster: Cluster, sandbox: Sandbox, *arguments: str, **more: object) -> Run:
    """A run that went well, whose records are true to its schema."""
    config = {"hosts": [cluster.url], "indices": ["shapes"], "arrays": "never", **more}
    run = sandbox.run(config, *arguments)
    assert run.code == 0, run.err
    (schema,) = [message["schema"] for message in run.of_type("SCHEMA")]
    for record in run.records("shapes"):
        jsonschema.validate(record, schema)
        assert record.keys() <= schema["properties"].keys()
    return run


def by_id(run: Run) -> dict[str, dict[str, Any]]:
    """Its records by their document."""
    return {record["_id"]: record for record in run.records("shapes")}


def deselecting(
    cluster: Cluster, sandbox: Sandbox, *paths: tuple[str, ...], **more: object
) -> tuple[str, str]:
    """The arguments of a run in which these columns are not selected."""
    catalog = sandbox.discover(
        {"hosts": [cluster.url], "indices": ["shapes"], "arrays": "never", **more}
    )
    for path in paths:
        crumb = [part for name in path for part in ("properties", name)]
        entries = catalog["streams"][0]["metadata"]
        (entry,) = [each for each in entries if each["breadcrumb"] == crumb]
        entry["metadata"]["selected"] = False
    return "--catalog", sandbox.write("catalog.json", catalog)


def test_documents(shaped: Cluster, sandbox: Sandbox) -> None:
    """As one column, documents are what was indexed."""
    run = ran(shaped, sandbox, record_shape="document")
    assert {name: record["document"] for name, record in by_id(run).items()} == DOCUMENTS
    assert all(record.keys() == {"_id", "_index", "document"} for record in by_id(run).values())
    assert "kept in _extra" not in run.err


def test_metadata_fields(shaped: Cluster, sandbox: Sandbox) -> None:
    """Whatever the server says of a document beside its source can be a column."""
    names = ["_id", "_version", "_seq_no", "_primary_term", "_ignored", "_routing"]
    records = by_id(ran(shaped, sandbox, metadata_fields=names))
    assert records["tidy"]["_version"] == 2
    assert records["empty"] == {
        "_id": "empty",
        "_routing": None,
        "_version": 1,
        "_seq_no": records["empty"]["_seq_no"],
        "_primary_term": 1,
        "_ignored": None,
    }
    assert records["malformed"]["_ignored"] == ["loose"]
    assert isinstance(records["tidy"]["_seq_no"], int)


def test_dropping(shaped: Cluster, sandbox: Sandbox) -> None:
    """Values without a place can be left out; how many is still said."""
    run = ran(shaped, sandbox, extra_values="drop")
    assert not any("_extra" in record for record in by_id(run).values())
    assert by_id(run)["lists"]["tag"] == "x"
    assert "tag: 1 documents hold values that do not fit the column; they are left out" in run.err


def test_failing(shaped: Cluster, sandbox: Sandbox) -> None:
    """They can also end the run, which says where, what and how to go on."""
    config = {
        "hosts": [shaped.url],
        "indices": ["shapes"],
        "arrays": "never",
        "extra_values": "fail",
    }
    run = sandbox.run(config)
    assert run.code == 2
    (complaint,) = run.complaints
    assert "of index 'shapes' has a" in complaint
    assert "set extra_values to keep" in complaint


def test_deselected_fields(shaped: Cluster, sandbox: Sandbox) -> None:
    """What is not selected is nowhere in the output, however the document spells it."""
    arguments = deselecting(shaped, sandbox, ("o", "a"), ("l", "a"), ("n",), ("tag",))
    run = ran(shaped, sandbox, *arguments)
    assert "secret" not in run.out
    records = by_id(run)
    assert records["tidy"] == {"_id": "tidy", "_index": "shapes", "o": {"b": 2}}
    assert records["dotted"]["o"] == {"b": 2}
    assert records["lists"]["_extra"] == {"o": [{"b": 1}, {"b": 2}]}
    assert records["nested"]["l"] == [{"b": 1}, {"b": 2}]
    mapped = ran(shaped, sandbox, *arguments, stream_maps={"shapes": {}})
    assert by_id(mapped) == records


def test_another_shape_than_the_catalog(shaped: Cluster, sandbox: Sandbox) -> None:
    """A catalog of one shape does for no other."""
    arguments = deselecting(shaped, sandbox)
    config = {
        "hosts": [shaped.url],
        "indices": ["shapes"],
        "arrays": "never",
        "record_shape": "document",
    }
    run = sandbox.run(config, *arguments)
    assert run.code == 2
    assert "the catalog was made with another record_shape" in run.complaints[0]


def test_columns_that_a_catalog_lacks(shaped: Cluster, sandbox: Sandbox) -> None:
    """A column taken out of a catalog's schema is not in the records either."""
    config = {"hosts": [shaped.url], "indices": ["shapes"], "arrays": "never"}
    catalog = sandbox.discover(config)
    del catalog["streams"][0]["schema"]["properties"]["o"]
    run = ran(shaped, sandbox, "--catalog", sandbox.write("catalog.json", catalog))
    for record in run.records("shapes"):
        assert "o" not in {*record, *record.get("_extra", {})}
    assert "not in the catalog's schema: o." in run.err


UNSIGNED = {"properties": {"u": {"type": "unsigned_long"}}}


def test_unsigned_integers(cluster: Cluster, sandbox: Sandbox) -> None:
    """They are strings, or integers without an upper bound."""
    if not accepts(cluster, UNSIGNED["properties"]):
        pytest.skip("no unsigned_long there")
    cluster.create("shapes-u", mappings=UNSIGNED)
    try:
        numbers = [0, 2**63 - 1, 2**63, 2**64 - 1]
        cluster.bulk("shapes-u", ((str(n), {"u": n}) for n in numbers))
        cluster.refresh("shapes-u")
        config = {"hosts": [cluster.url], "indices": ["shapes-u"], "unsigned_long": "integer"}
        run = sandbox.run(config)
        assert run.code == 0, run.err
        assert {r["_id"]: r["u"] for r in run.records("shapes_u")} == {str(n): n for n in numbers}
        (schema,) = run.of_type("SCHEMA")
        assert schema["schema"]["properties"]["u"] == {"type": ["integer", "null"], "minimum": 0}
        assert "unsigned_long" in run.err
    finally:
        cluster.delete("shapes-u")


#: Compared by length, vectors are kept as they were given.
VECTOR = {"type": "dense_vector", "dims": 2, "similarity": "l2_norm"}
VECTORS = {
    "properties": {
        "v": VECTOR,
        "l": {"properties": {"v": VECTOR, "t": {"type": "text"}}},
        "t": {"type": "text"},
    }
}


@pytest.mark.parametrize("stored", [True, False])
def test_vectors(elasticsearch: Cluster, sandbox: Sandbox, stored: bool) -> None:
    """A setting decides on vectors, whatever is selected and wherever the server keeps them."""
    settings = {"index.mapping.exclude_source_vectors": not stored}
    document = {"v": [0.5, 1.5], "l": {"v": [2.5, 3.5], "t": "a"}, "t": "b"}
    elasticsearch.create("vectors", mappings=VECTORS, settings=settings)
    try:
        elasticsearch.bulk("vectors", [("1", document)])
        elasticsearch.refresh("vectors")
        config = {"hosts": [elasticsearch.url], "indices": ["vectors"]}
        catalog = sandbox.discover(config)
        for entry in catalog["streams"][0]["metadata"]:
            entry["metadata"]["selected"] = True
        arguments = ("--catalog", sandbox.write("catalog.json", catalog))
        for more in ((), arguments):
            run = sandbox.run(config, *more)
            plain = {"_id": "1", "_index": "vectors", "l": {"t": "a"}, "t": "b"}
            assert run.records("vectors") == [plain], run.err
            (schema,) = run.of_type("SCHEMA")
            assert "v" not in schema["schema"]["properties"]
        whole = sandbox.run({**config, "record_shape": "document"})
        assert whole.records("vectors")[0]["document"] == {"l": {"t": "a"}, "t": "b"}
        wanted = {**config, "include_vectors": True}
        run = sandbox.run(wanted)
        assert run.records("vectors") == [{"_id": "1", "_index": "vectors", **document}], run.err
        # The setting rules over a catalog that was made without it.
        older = sandbox.discover(wanted)
        arguments = ("--catalog", sandbox.write("catalog.json", older))
        assert sandbox.run(config, *arguments).code == 2
        del older["streams"][0]["schema"]["properties"]["l"]["properties"]["v"]
        run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", older))
        assert run.records("vectors") == [plain], run.err
        assert "v" not in run.of_type("SCHEMA")[0]["schema"]["properties"]
    finally:
        elasticsearch.delete("vectors")


def only(**choice: object) -> dict[str, Any]:
    """The settings of a stream of some fields."""
    return {"indices": ["nothing-*"], "streams": [{"index": "shapes", **choice}]}


def test_chosen_fields(shaped: Cluster, sandbox: Sandbox) -> None:
    """Fields that a stream's settings leave out are neither columns nor in _extra."""
    run = ran(shaped, sandbox, **only(fields=["n", "o", "l"], exclude_fields=["*.a"]))
    assert "secret" not in run.out
    (schema,) = [message["schema"] for message in run.of_type("SCHEMA")]
    assert schema["properties"].keys() == {"_id", "_index", "n", "o", "l", "_extra"}
    records = {record["_id"]: record for record in run.records("shapes")}
    assert records.keys() == DOCUMENTS.keys()
    assert (records["tidy"]["n"], records["tidy"]["o"]) == (1, {"b": 2})
    assert records["dotted"]["o"] == {"b": 2}
    assert records["nested"]["l"] == [{"b": 1}, {"b": 2}]
    assert "tag" not in records["lists"]
    assert "_extra" not in records["malformed"]


def test_chosen_fields_with_a_catalog(shaped: Cluster, sandbox: Sandbox) -> None:
    """They are left out of a stream whose catalog was made before, and has selected all."""
    found = sandbox.run({"hosts": [shaped.url], "indices": ["shapes"]}, "--discover")
    catalog = json.loads(found.out)
    run = ran(
        shaped,
        sandbox,
        *("--catalog", sandbox.write("catalog.json", catalog)),
        **only(exclude_fields=["tag", "o", "l"]),
    )
    assert "secret" not in run.out
    assert not any({"tag", "o", "l"} & record.keys() for record in run.records("shapes"))


def test_chosen_values_without_a_field(shaped: Cluster, sandbox: Sandbox) -> None:
    """A choice also holds for values that the mapping, or an older catalog, does not know."""
    mapping = {"dynamic": False, "properties": {"n": {"type": "long"}}}
    document = {"n": 1, "other_secret": 2, "o": {"a": 3, "secret": 4}, "list": [{"secret": 5}]}
    shaped.create("loose", mappings=mapping)
    shaped.bulk("loose", [("1", document)])
    shaped.refresh("loose")
    extras = {}
    for name, choice in {
        "but": {"exclude_fields": ["*secret"]},
        "only": {"fields": ["n"]},
    }.items():
        streams = [{"index": "loose", **choice}]
        run = sandbox.run({"hosts": [shaped.url], "indices": ["no-*"], "streams": streams})
        assert run.code == 0, run.err
        (record,) = run.records("loose")
        assert record["n"] == 1
        extras[name] = record.get("_extra")
    shaped.delete("loose")
    assert extras == {"but": {"o": {"a": 3}}, "only": None}


def test_a_key_that_is_left_out(shaped: Cluster, sandbox: Sandbox) -> None:
    """The replication key is a column whatever is chosen: targets look for it."""
    run = ran(shaped, sandbox, **only(fields=["tag"], exclude_fields=["n"], replication_key="n"))
    (schema,) = run.of_type("SCHEMA")
    assert schema["schema"]["properties"].keys() == {"_id", "_index", "n", "tag", "_extra"}
    assert schema["bookmark_properties"] == ["n"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (only(fields=["o.c"]), "stream shapes has no field o.c. Did you mean o.b or o.a?"),
        (only(fields=["x"]), "stream shapes has no field x."),
        ({"record_shape": "document", **only(fields=["n"])}, "Keep one of them."),
    ],
)
def test_choices_that_cannot_be(
    shaped: Cluster, sandbox: Sandbox, settings: dict[str, Any], message: str
) -> None:
    """A field that is not there is an error that names near ones; so is a choice from nothing."""
    run = sandbox.run({"hosts": [shaped.url], **settings})
    assert run.code == 2
    assert message in " ".join(run.complaints)


def test_a_field_that_may_turn_up(shaped: Cluster, sandbox: Sandbox) -> None:
    """What is to be left out need not be there yet; one line says that it is not."""
    run = ran(shaped, sandbox, **only(exclude_fields=["tga", "*password*"]))
    assert "stream shapes has no field tga in its mapping. Did you mean tag?" in run.err
    assert "has no field *password* in its mapping." in run.err
