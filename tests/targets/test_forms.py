"""Forms that targets stumble over: the tap writes none of them, whatever the documents hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import Run, Sandbox
from tests.targets.warehouses import DuckDb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Cluster
    from tests.targets.warehouses import PostgresDatabase, Warehouse

#: What servers take for dates, or ignore, and its record: on most, targets abort.
DATES: dict[str, tuple[Any, str | None]] = {
    "plain": ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z"),
    "year-0": ("0000-06-15T00:00:00Z", None),
    "before-year-0": ("-0005-06-15T00:00:00Z", None),
    "year-10000": (253402300800000, None),
    "hour-24": ("2024-01-01T24:00:00Z", None),
    "second-60": ("2024-12-31T23:59:60Z", None),
    "30-February": ("2024-02-30T00:00:00Z", None),
    "lower-case": ("2024-01-01t00:00:00z", None),
    "without-day": ("2024-01", "2024-01-01T00:00:00Z"),
    "without-zone": ("2024-01-01T00:00:00", "2024-01-01T00:00:00Z"),
    "offset-into-year-0": ("0001-01-01T00:00:00+01:00", None),
    "offset-into-year-10000": ("9999-12-31T23:59:59-01:00", None),
}
LISTS: dict[str, tuple[Any, list[Any]]] = {
    "of-both": ([0.1, 5], [0.1, 5]),
    "of-none": (5, [5]),
    "of-all": (["5", 1e20, None], [5, 10**20, None]),
}
NAMES = ["@timestamp", "user name", "Agent", "größe", "select", "-", "x" * 63]
#: Half a surrogate pair, and a whole one.
SURROGATES = rb'{"k": "a\ud800b", "text": "\ud83d\ude00"}'
PROPERTIES = {
    "at": {"type": "date", "ignore_malformed": True},
    "list": {"type": "double"},
    "k": {"type": "keyword"},
    **{name: {"type": "keyword"} for name in NAMES},
}

newest_elasticsearch = pytest.mark.parametrize("cluster", ["elasticsearch-9"], indirect=True)


@pytest.fixture(scope="module")
def extracted(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An index with all those forms, as the tap writes it."""
    documents = {
        **{name: {"at": given} for name, (given, _) in DATES.items()},
        **{name: {"list": given} for name, (given, _) in LISTS.items()},
        "names": {name: name for name in NAMES},
        "extra": {"k": "a", "unmapped": 1},
    }
    cluster.create("forms", mappings={"dynamic": False, "properties": PROPERTIES})
    cluster.bulk("forms", documents.items())
    # Only bytes can say it.
    cluster.send("PUT", "/forms/_doc/surrogates", SURROGATES)
    return extract(cluster, Sandbox(tmp_path_factory.mktemp("forms")), array_fields=["list"])


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def loaded(
    request: pytest.FixtureRequest, extracted: Run, open_warehouse: Callable[[str], Warehouse]
) -> Warehouse:
    """A database with all those forms."""
    database = open_warehouse(request.param)
    load(database, extracted)
    return database


def extract(cluster: Cluster, sandbox: Sandbox, **settings: object) -> Run:
    """Read the index ``forms``, and delete it."""
    cluster.refresh("forms")
    run = sandbox.run({"hosts": [cluster.url], "indices": ["forms"], **settings})
    cluster.delete("forms")
    assert run.code == 0, run.err
    return run


def load(warehouse: Warehouse, run: Run, **settings: object) -> None:
    """Load what the tap has written; the target must like it."""
    done = warehouse.load(run.out, settings)
    assert done.code == 0, done.err


@newest_elasticsearch
def test_the_targets_do_validate(extracted: Run, warehouse: Warehouse) -> None:
    """A record that breaks its schema is refused, so what is loaded elsewhere here breaks none."""
    assert '"k":"a"' in extracted.out
    assert warehouse.load(extracted.out.replace('"k":"a"', '"k":["a"]')).code != 0


def test_lists_of_numbers(extracted: Run, loaded: Warehouse) -> None:
    """In a list every number has a fraction, since PostgreSQL takes no list of both kinds."""
    assert '"list":[0.1,5.0]' in extracted.out
    for name, (_, expected) in LISTS.items():
        assert loaded.row("forms", name)["list"] == expected


def test_dates(loaded: Warehouse) -> None:
    """A date that targets can't load is in _extra as it was, every other in the one form."""
    schema = {"type": ["string", "null"], "format": "date-time"}
    for name, (given, date) in DATES.items():
        row = loaded.row("forms", name)
        assert row.get("at") == loaded.kept(schema, date), name
        assert row.get("_extra") == (None if date else {"at": given}), name


def test_names(loaded: Warehouse) -> None:
    """Columns are named as in the document; DuckDB's have no capitals."""
    lower = isinstance(loaded, DuckDb)
    row = loaded.row("forms", "names")
    assert {name: row.get(name.lower() if lower else name) for name in NAMES} == {
        name: name for name in NAMES
    }


def test_lone_surrogates(loaded: Warehouse) -> None:
    """Half a surrogate pair, which no target can write, is the replacement character there."""
    row = loaded.row("forms", "surrogates")
    assert (row["k"], row["_extra"]) == ("a\ufffdb", {"text": "\U0001f600"})


@newest_elasticsearch
def test_null_characters(cluster: Cluster, sandbox: Sandbox, postgres: PostgresDatabase) -> None:
    """PostgreSQL refuses U+0000 wherever it is in a record; on request, the tap leaves it out."""
    document = {"k": "a\0b", "o": {"p": [{"q": "\0c"}]}, "un\0mapped": {"x\0": "\0d"}}
    properties = {"k": {"type": "keyword"}, "o": {"type": "flattened"}}
    loads = {}
    for setting in ("keep", "remove"):
        cluster.create("forms", mappings={"dynamic": False, "properties": properties})
        cluster.bulk("forms", [("1", document)])
        run = extract(cluster, sandbox, null_characters=setting)
        loads[setting] = postgres.load(run.out)
    assert loads["keep"].code != 0
    assert loads["remove"].code == 0, loads["remove"].err
    row = postgres.row("forms", "1")
    assert (row["k"], row["o"]) == ("ab", {"p": [{"q": "c"}]})
    assert row["_extra"] == {"unmapped": {"x": "d"}}


@newest_elasticsearch
def test_nothing_extra_in_postgres(extracted: Run, postgres: PostgresDatabase) -> None:
    """The _extra of a clean row is JSON's null there, which is not SQL's."""
    load(postgres, extracted)
    query = "SELECT to_json(_id) FROM {schema}.forms WHERE _id IN ('plain', 'extra') AND _extra"
    assert postgres.query(f"{query} <> 'null'") == ["extra"]
    assert sorted(postgres.query(f"{query} IS NOT NULL")) == ["extra", "plain"]


@newest_elasticsearch
def test_time_zone_in_postgres(extracted: Run, postgres: PostgresDatabase) -> None:
    """Times are right where the session's zone is UTC, whatever the server's is; else they move."""
    moved = {"UTC": "2024-02-29T12:34:56", "Asia/Kolkata": "2024-02-29T18:04:56"}
    for zone, moment in moved.items():
        done = postgres.load(extracted.out, time_zone=zone)
        assert done.code == 0, done.err
        assert postgres.row("forms", "plain")["at"] == moment


@pytest.fixture
def nested(elasticsearch: Cluster) -> Iterator[Cluster]:
    """A server with an index that has objects with fixed fields and without."""
    free = {"free": {"type": "flattened"}}
    user = {"properties": {"name": {"type": "keyword"}, **free}}
    properties = {"n": {"type": "long"}, "user": user, **free}
    elasticsearch.create("forms", mappings={"dynamic": False, "properties": properties})
    user_of_document = {"name": "ann", "free": {"c": [2.5]}}
    document = {"n": 1, "free": {"a": {"b": "é"}}, "user": user_of_document, "more": "x"}
    elasticsearch.bulk("forms", [("0", document)])
    yield elasticsearch
    elasticsearch.delete("forms")


#: What is flat of that document.
FLAT = {"user__name": "ann", "user__free": {"c": [2.5]}, "free": {"a": {"b": "é"}}, "n": 1}


def assert_flat(database: Warehouse) -> None:
    """The one row has those columns; objects without fixed fields are JSON text there."""
    row = database.row("forms", "0")
    texts = ("user__free", "free", "_extra")
    assert {**row, **{name: json.loads(row[name]) for name in texts}}.items() >= {
        **FLAT,
        "_extra": {"more": "x"},
    }.items()


def test_flattening_by_the_tap(
    nested: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...]
) -> None:
    """Flattened by the tap, fixed fields are columns, and free objects lose nothing."""
    run = extract(nested, sandbox, flattening_enabled=True, flattening_max_depth=3)
    for database in databases:
        load(database, run)
        assert_flat(database)


def test_flattening_by_postgres(
    nested: Cluster, sandbox: Sandbox, postgres: PostgresDatabase
) -> None:
    """So they do if the target flattens."""
    load(postgres, extract(nested, sandbox), flattening_enabled=True, flattening_max_depth=3)
    assert_flat(postgres)


def test_dotted_names(
    elasticsearch: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...]
) -> None:
    """Where the mapping has names with dots, and no objects, so have the columns."""
    names = {"user": {"type": "keyword"}, "user.name": {"type": "keyword"}, "n": {"type": "long"}}
    elasticsearch.create("forms", mappings={"subobjects": False, "properties": names})
    elasticsearch.bulk("forms", [("0", {"user": "ann", "user.name": "Ann", "n": 1})])
    run = extract(elasticsearch, sandbox)
    for database in databases:
        load(database, run)
        row = database.row("forms", "0")
        assert {name: row[name] for name in names} == {"user": "ann", "user.name": "Ann", "n": 1}


def test_nothing_but_texts(
    elasticsearch: Cluster, sandbox: Sandbox, open_warehouse: Callable[[str], Warehouse]
) -> None:
    """An index without numbers loads whole, since _extra is an object even if nothing is in it.

    target-duckdb takes the first row of columns that are all texts for their names.
    """
    elasticsearch.create("forms", mappings={"properties": {"k": {"type": "keyword"}}})
    elasticsearch.bulk("forms", [("0", {"k": "a"})])
    database = open_warehouse("duckdb")
    load(database, extract(elasticsearch, sandbox))
    assert database.rows("forms") == [{"_id": "0", "_index": "forms", "k": "a"}]


def test_a_mapping_that_widens(
    elasticsearch: Cluster, sandbox: Sandbox, databases: tuple[Warehouse, ...]
) -> None:
    """The column of a byte takes the numbers of the long that the field becomes."""
    for kind, number in (("byte", 127), ("long", 2**63 - 1)):
        elasticsearch.create("forms", mappings={"properties": {"n": {"type": kind}}})
        elasticsearch.bulk("forms", [(kind, {"n": number})])
        run = extract(elasticsearch, sandbox)
        for database in databases:
            load(database, run)
            assert database.row("forms", kind)["n"] == number
