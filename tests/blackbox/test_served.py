"""Dates in formats that we cannot read ourselves are the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.servers import Cluster

FRENCH = {"type": "date", "format": "d MMMM uuuu||epoch_millis", "locale": "fr"}
WEEK = {"type": "date_nanos", "format": "e/w/YYYY"}
MAPPING = {
    "properties": {
        "day": FRENCH,
        "days": FRENCH,
        "loose": {**FRENCH, "ignore_malformed": True},
        "o": {"properties": {"week": WEEK}},
        "zone": {"type": "date", "format": "uuuu-MM-dd HH:mm:ss VV"},
        "mail": {"type": "date", "format": "EEE, dd MMM yyyy HH:mm:ss zzz||epoch_millis"},
        "n": {"type": "long"},
    }
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "1": {"day": "1 mars 2024", "n": 1},
    "2": {"day": 1709251200123, "o": {"week": "1/10/2024"}, "n": 2},
    "3": {"days": ["31 décembre 2023", None, "1 août 2024"], "n": 3},
    "4": {"loose": "1 March 2024", "o.week": "2/1/2024", "n": 4},
    "5": {"n": 5},
    "6": {"zone": "2024-06-01 12:00:00 Europe/Berlin", "mail": "Sat, 01 Jun 2024 12:00:00 CET"},
    "7": {"zone": "2024-06-01 12:00:00 Z", "mail": "Sat, 01 Jun 2024 12:00:00 GMT"},
}


def test_where_it_is_no_date(cluster: Cluster, sandbox: Sandbox) -> None:
    """An index that came later, where the field is something else, is not asked for dates."""
    names = ("served-a", "served-b")
    fields = (FRENCH, {"type": "keyword"})
    config = {
        "hosts": [cluster.url],
        "indices": [],
        "streams": [{"index": "served-*", "name": "s"}],
    }
    try:
        catalog = None
        for name, field in zip(names, fields, strict=True):
            cluster.create(name, mappings={"properties": {"day": field}})
            cluster.bulk(name, [(name, {"day": "1 mars 2024"})])
            cluster.refresh(name)
            catalog = catalog or sandbox.discover(config)
        run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
        assert run.code == 0, run.err
        records = {record["_id"]: record for record in run.records("s")}
        assert records["served-a"]["day"] == "2024-03-01T00:00:00Z"
        assert records["served-b"]["_extra"] == {"day": "1 mars 2024"}
    finally:
        cluster.delete(*names)


def test_dates_of_the_server(cluster: Cluster, sandbox: Sandbox) -> None:
    """They come in canonical form, whole and in order; what is malformed is kept as it was."""
    cluster.create("served", mappings=MAPPING, settings={"number_of_shards": 2})
    try:
        cluster.bulk("served", DOCUMENTS.items())
        cluster.refresh("served")
        config = {"hosts": [cluster.url], "indices": ["served"], "array_fields": ["days"]}
        for more in ({}, {"replication_key": "n"}, {"replication_key": "day"}):
            run = sandbox.run({**config, **more})
            assert run.code == 0, run.err
            records = {record.pop("_id"): record for record in run.records("served")}
            assert records["1"]["day"] == "2024-03-01T00:00:00Z"
            assert records["2"]["day"] == "2024-03-01T00:00:00.123Z"
            assert records["2"]["o"]["week"].startswith("2024-03-0")
            if not more:
                for name, hour in (("6", "10"), ("7", "12")):
                    moment = f"2024-06-01T{hour}:00:00Z"
                    assert records[name] == {"_index": "served", "zone": moment, "mail": moment}
            if "day" not in more.values():
                assert records["3"]["days"] == [
                    "2023-12-31T00:00:00Z",
                    None,
                    "2024-08-01T00:00:00Z",
                ]
                assert records["4"]["_extra"] == {"loose": "1 March 2024"}
                assert records["4"]["o"]["week"].startswith("2024-01-0")
                assert records["5"] == {"_index": "served", "n": 5}
    finally:
        cluster.delete("served")


def test_deeper_in_lists(cluster: Cluster, sandbox: Sandbox) -> None:
    """No date takes another's place where the server gives them in another order."""
    first, second = "1 mars 2024", "2 mars 2024"
    documents: dict[str, dict[str, Any]] = {
        "even": {"days": [[first], [second]], "o": [{"days": [first]}, {"days": [second]}]},
        "uneven": {"days": [[first], second], "o": [{"days": [first]}, {"days": second}]},
    }
    properties = {"days": FRENCH, "o": {"properties": {"days": FRENCH}}}
    cluster.create("served-deep", mappings={"properties": properties})
    try:
        cluster.bulk("served-deep", documents.items())
        cluster.refresh("served-deep")
        config = {"hosts": [cluster.url], "indices": ["served-deep"], "array_fields": ["*"]}
        run = sandbox.run(config)
        assert run.code == 0, run.err
        records = {record["_id"]: record for record in run.records("served_deep")}
        dates = ["2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"]
        assert records["even"]["days"] == dates
        assert records["even"]["o"] == [{"days": [date]} for date in dates]
        assert records["uneven"]["days"] is None
        assert records["uneven"]["o"] == [{"days": None}, {"days": None}]
        assert records["uneven"]["_extra"]["days"] == [[first], second]
    finally:
        cluster.delete("served-deep")


def test_inside_of_nested(cluster: Cluster, sandbox: Sandbox) -> None:
    """Each date comes to its own object; where one is malformed, all are kept as they were."""
    loose = {**FRENCH, "ignore_malformed": True}
    inner = {"type": "nested", "properties": {"day": FRENCH}}
    properties = {"day": FRENCH, "loose": loose, "k": {"type": "keyword"}, "m": inner}
    nested = {"n": {"type": "nested", "properties": properties}}
    first, second = "1 mars 2024", "2 mars 2024"
    documents: dict[str, dict[str, Any]] = {
        "gaps": {"n": [{"day": first}, {}, {"day": None, "k": "x"}, {"day": second}]},
        "one": {"n": {"day": second}},
        "deep": {"n": [{"m": [{"day": first}, {}]}, {"m": [{"day": second}], "day": first}]},
        "bad": {"n": [{"loose": "March"}, {"loose": second}], "k": 1},
    }
    cluster.create(
        "served-nested", mappings={"properties": {"o": {"properties": nested}, **nested}}
    )
    try:
        every = {name: {**each, "o": each} for name, each in documents.items()}
        cluster.bulk("served-nested", every.items())
        cluster.refresh("served-nested")
        run = sandbox.run({"hosts": [cluster.url], "indices": ["served-nested"]})
        assert run.code == 0, run.err
        records = {record["_id"]: record for record in run.records("served_nested")}
        one, two = "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"
        expected: dict[str, Any] = {
            "gaps": [{"day": one}, {}, {"day": None, "k": "x"}, {"day": two}],
            "one": [{"day": two}],
            "deep": [{"m": [{"day": one}, {}]}, {"m": [{"day": two}], "day": one}],
            "bad": [{"loose": None}, {"loose": None}],
        }
        for name, value in expected.items():
            assert records[name]["n"] == records[name]["o"]["n"] == value
        assert records["bad"]["_extra"]["n.loose"] == ["March", second]
    finally:
        cluster.delete("served-nested")
