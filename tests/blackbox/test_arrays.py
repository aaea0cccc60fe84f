"""Which columns are lists: found out, kept, and overruled, on real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Run, Sandbox
    from tests.servers import Cluster

COUNT = 2_000
#: One document in so many has a list where the others do not: too few for a sample to see.
RARELY = 500
LONG = {"type": "long"}
KEYWORD = {"type": "keyword"}
TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
MAPPING = {
    "properties": {
        "never": LONG,
        "always": KEYWORD,
        "half": {"type": "date"},
        "rarely": LONG,
        "rarely_text": TEXT,
        "rarely_equal": KEYWORD,
        "rarely_objects": {"properties": {"a": LONG, "b": KEYWORD}},
        "rarely_inside": {"properties": {"a": LONG, "b": KEYWORD}},
        "one": LONG,
        "equal": KEYWORD,
        "null_and_one": LONG,
        "in_lists": LONG,
        "span": {"type": "integer_range"},
        "place": {"type": "geo_point"},
        "places": {"type": "geo_point"},
        "items": {
            "properties": {
                "tags": KEYWORD,
                "name": TEXT,
                "parts": {"properties": {"numbers": LONG, "id": LONG}},
            }
        },
        "copied": {"type": "keyword", "copy_to": "copies"},
        "copies": KEYWORD,
        "raw": {"type": "object", "enabled": False},
    }
}
LISTS = {
    "always",
    "half",
    "rarely",
    "rarely_text",
    "rarely_objects",
    "rarely_inside.a",
    "equal",
    "in_lists",
    "span",
    "places",
    "items",
    "items.tags",
    "items.parts",
    "items.parts.numbers",
}


def document(number: int) -> dict[str, Any]:
    """A document in which each field has its own kind of lists."""
    rarely = number % RARELY == RARELY - 1
    part = {"numbers": [number, 1], "id": number}
    return {
        "never": number,
        "always": ["a", "b", str(number)],
        "half": ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"][number % 2 :],
        "rarely": [number, number] if rarely else number,
        "rarely_text": ["some", "words"] if rarely else "word",
        "rarely_equal": ["same", "same"] if rarely else "same",
        "rarely_objects": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}] if rarely else {"a": 1},
        "rarely_inside": {"a": [1, 2] if rarely else 1, "b": "x"},
        "one": [number],
        "equal": ["same", "same"],
        "null_and_one": [None, number],
        "in_lists": [[1], [[2], 3]],
        "span": [{"gte": 1, "lte": 2}, {"gte": 3}],
        "place": [13.4, 52.5],
        "places": [[13.4, 52.5], [2.3, 48.9]],
        "items": [
            {"tags": ["x", "y"], "name": "n", "parts": [part, {"id": 2}]},
            {"tags": "z", "parts": {"numbers": 3}},
        ],
        "copied": ["c"],
        "raw": {"any": [1, [2]]},
    }


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with documents of every arity."""
    cluster.create("arity", mappings=MAPPING)
    cluster.bulk("arity", ((f"{n:04}", document(n)) for n in range(COUNT)))
    cluster.refresh()
    yield cluster
    cluster.delete("arity")


def lists(schema: dict[str, Any], prefix: str = "") -> set[str]:
    """The dotted paths of the columns of a schema that are lists."""
    found = set()
    for name, column in schema.get("properties", {}).items():
        if column["type"][0] == "array":
            found.add(prefix + name)
        found |= lists(column.get("items", column), f"{prefix}{name}.")
    return found


def schema_of(run: Run) -> dict[str, Any]:
    """The schema of a run's only stream."""
    assert run.code == 0, run.err
    (message,) = run.of_type("SCHEMA")
    schema: dict[str, Any] = message["schema"]
    return schema


def final_state(run: Run) -> dict[str, Any]:
    """What the last STATE holds."""
    state: dict[str, Any] = run.of_type("STATE")[-1]["value"]
    return state


def test_lists_are_found(filled: Cluster, sandbox: Sandbox) -> None:
    """By default, each field with lists has a column of lists, and others have none."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["arity"]})
    assert lists(schema_of(run)) == LISTS


def test_values_have_their_columns(filled: Cluster, sandbox: Sandbox) -> None:
    """99.9 % of all values are in columns, _extra has the rest, and every record validates."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["arity"]})
    validator = Draft7Validator(schema_of(run))
    records = run.records("arity")
    assert len(records) == COUNT
    assert all(validator.is_valid(record) for record in records)
    # A list in a list stands flat in its column; how it was is kept as well.
    assert all(record["in_lists"] == [1, 2, 3] for record in records)
    assert all(record["_extra"].pop("in_lists") == [[1], [[2], 3]] for record in records)
    extras = [record["_extra"] for record in records]
    values = COUNT * len(document(0))
    assert sum(map(len, extras)) <= values / 1_000
    assert [extra for extra in extras if extra] == [{"rarely_equal": ["same", "same"]}] * 4
    assert 'set array_fields to ["rarely_equal"]' in run.err


def test_the_same_every_time(filled: Cluster, sandbox: Sandbox) -> None:
    """The same data give the same catalog on every run."""
    config = {"hosts": [filled.url], "indices": ["arity"]}
    first = sandbox.discover(config)
    assert all(sandbox.discover(config) == first for _ in range(3))


def test_always_and_never(filled: Cluster, sandbox: Sandbox) -> None:
    """All fields that can be lists are, or none but those that are named."""
    config = {"hosts": [filled.url], "indices": ["arity"]}
    always = schema_of(sandbox.run({**config, "arrays": "always"}))
    assert lists(always) == {
        path for path in paths(MAPPING) if path != "raw" and not path.endswith("keyword")
    }
    never = schema_of(sandbox.run({**config, "arrays": "never", "array_fields": ["items"]}))
    assert lists(never) == {"items"}


def paths(mapping: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted paths of all fields of a mapping."""
    for name, field in mapping.get("properties", {}).items():
        yield prefix + name
        yield from paths(field, f"{prefix}{name}.")


def test_a_query_decides_on_the_documents(filled: Cluster, sandbox: Sandbox) -> None:
    """Only lists in documents that the stream has count."""
    stream = {"index": "arity", "query": {"range": {"never": {"lt": RARELY - 1}}}}
    run = sandbox.run({"hosts": [filled.url], "streams": [stream], "indices": ["arity"]})
    assert lists(schema_of(run)) == {path for path in LISTS if not path.startswith("rarely")}


def test_what_cannot_be_counted(cluster: Cluster, sandbox: Sandbox) -> None:
    """Where the server refuses to count, the sample alone decides, and the run goes on."""
    off = {"type": "keyword", "doc_values": False}
    cluster.create("uncounted-1", mappings={"properties": {"a": KEYWORD, "b": off, "c": LONG}})
    cluster.create("uncounted-2", mappings={"properties": {"a": TEXT, "b": KEYWORD, "c": LONG}})
    cluster.bulk("uncounted-1", [("1", {"a": "x", "b": ["x", "y"], "c": 1})])
    cluster.bulk("uncounted-2", [("1", {"a": ["x", "y"], "c": [1, 1]})])
    cluster.refresh()
    try:
        run = sandbox.run({"hosts": [cluster.url], "streams": ["uncounted-*"], "indices": ["no*"]})
        assert lists(schema_of(run)) == {"a", "b", "c"}
    finally:
        cluster.delete("uncounted-*")


@pytest.fixture
def changing(cluster: Cluster) -> Iterator[Cluster]:
    """A server on which a test may change the index ``changing``."""
    cluster.delete("changing")
    yield cluster
    cluster.delete("changing")


def put(cluster: Cluster, **fields: object) -> None:
    """Make the index anew, with one document."""
    cluster.delete("changing")
    properties = dict.fromkeys(fields, LONG)
    cluster.create("changing", mappings={"properties": properties})
    cluster.bulk("changing", [("1", fields)])
    cluster.refresh()


def test_a_shape_that_was_sent_stays(changing: Cluster, sandbox: Sandbox) -> None:
    """A later run has the same shapes, whatever documents show by then; new fields are open."""
    config = {"hosts": [changing.url], "indices": ["changing"]}
    put(changing, one=1, many=[1, 2])
    state = sandbox.write("state.json", final_state(sandbox.run(config)))
    put(changing, one=[1, 2], many=1, new=[1, 2])
    again = sandbox.run(config, "--state", state)
    assert lists(schema_of(again)) == {"many", "new"}
    (record,) = again.records("changing")
    assert record["one"] == 1
    assert record["many"] == [1]
    assert record["_extra"] == {"one": [1, 2]}
    assert 'set array_fields to ["one"]' in again.err
    state = sandbox.write("state.json", final_state(again))
    put(changing, one=1, many=1, new=1)
    assert lists(schema_of(sandbox.run(config, "--state", state))) == {"many", "new"}


def test_a_shape_stays_against_a_new_catalog(changing: Cluster, sandbox: Sandbox) -> None:
    """A catalog made without the state, as Meltano makes it, does not change what was sent."""
    config = {"hosts": [changing.url], "indices": ["changing"]}
    put(changing, one=1, many=[1, 2])
    state = sandbox.write("state.json", final_state(sandbox.run(config)))
    put(changing, one=[1, 2], many=1, new=[1, 2])
    catalog = sandbox.write("catalog.json", sandbox.discover(config))
    again = sandbox.run(config, "--state", state, "--catalog", catalog)
    assert lists(schema_of(again)) == {"many", "new"}
    validator = Draft7Validator(schema_of(again))
    assert all(validator.is_valid(record) for record in again.records("changing"))


@pytest.mark.parametrize("anew", [True, False])
def test_a_stream_without_documents_decides_nothing(
    changing: Cluster, sandbox: Sandbox, anew: bool
) -> None:
    """The first run with documents finds lists as a first run does; one without keeps what was."""
    config = {"hosts": [changing.url], "indices": ["changing"]}

    def run(state: str) -> Run:
        catalog = ["--catalog", sandbox.write("c.json", sandbox.discover(config))] if anew else []
        return sandbox.run(config, "--state", state, *catalog)

    changing.create("changing", mappings={"properties": {"one": LONG, "many": LONG}})
    first = sandbox.run(config)
    assert lists(schema_of(first)) == set()
    assert final_state(first)["bookmarks"] == {"changing": {}}
    put(changing, one=1, many=[1, 2])
    second = run(sandbox.write("state.json", final_state(first)))
    assert lists(schema_of(second)) == {"many"}
    assert second.records("changing")[0]["many"] == [1, 2]
    changing.delete("changing")
    changing.create("changing", mappings={"properties": {"one": LONG, "many": LONG}})
    third = run(sandbox.write("state.json", final_state(second)))
    assert lists(schema_of(third)) == {"many"}
    assert final_state(third) == final_state(second)


def test_settings_overrule_what_was_sent(changing: Cluster, sandbox: Sandbox) -> None:
    """array_fields and arrays change a shape, with a warning that names the columns."""
    config = {"hosts": [changing.url], "indices": ["changing"]}
    put(changing, one=1, many=[1, 2])
    state = sandbox.write("state.json", final_state(sandbox.run(config)))
    for changed, expected, said in (
        ({"array_fields": ["one"]}, {"one", "many"}, "one (now a list)"),
        ({"arrays": "always"}, {"one", "many"}, "one (now a list)"),
        ({"arrays": "never"}, set(), "many (now one value)"),
    ):
        run = sandbox.run({**config, **changed}, "--state", state)
        assert lists(schema_of(run)) == expected
        assert said in run.err
        catalog = sandbox.write("catalog.json", sandbox.discover({**config, **changed}))
        run = sandbox.run({**config, **changed}, "--state", state, "--catalog", catalog)
        assert lists(schema_of(run)) == expected
        assert said in run.err


def test_a_key_in_a_list(changing: Cluster, sandbox: Sandbox) -> None:
    """A column of lists can be the replication key; the bookmark is one value."""
    config = {
        "hosts": [changing.url],
        "indices": ["changing"],
        "arrays": "always",
        "replication_key": "number",
    }
    put(changing, number=[3, 4])
    run = sandbox.run(config)
    assert run.code == 0, run.err
    bookmark = final_state(run)["bookmarks"]["changing"]
    assert bookmark["replication_key_value"] == 3
    assert bookmark["array_fields"] == ["number"]


def test_an_index_without_its_shard(cluster: Cluster, sandbox: Sandbox) -> None:
    """Discovery does not wait for documents that cannot be looked at: mappings are enough."""
    nowhere = {"index.routing.allocation.require.color": "none"}
    body = {"settings": {**nowhere, "number_of_replicas": 0}, "mappings": MAPPING}
    cluster.request("PUT", "/arrays-red?wait_for_active_shards=0", body)
    try:
        config = {"hosts": [cluster.url], "indices": ["arrays-red"], "request_timeout": 5}
        run = sandbox.run(config, "--discover")
        assert run.code == 0, run.err
        assert "documents are not looked at" in run.err
        assert "Asking again" not in run.err
    finally:
        cluster.delete("arrays-red")
