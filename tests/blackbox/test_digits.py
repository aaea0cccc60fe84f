"""Numbers whose digits are more than a double holds, or than Python reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Run, Sandbox
    from tests.servers.cluster import Reachable

MAPPING = {
    "properties": {
        "raw": {"type": "object", "enabled": False},
        "loose": {"type": "object", "dynamic": False},
        "part": {"type": "object", "dynamic": False, "properties": {"a": {"type": "long"}}},
        "k": {"type": "keyword"},
        "n": {"type": "long", "ignore_malformed": True},
    }
}


@pytest.mark.parametrize("server", ["elasticsearch-7.10", "opensearch-1"])
def test_more_digits_than_python_reads(
    start: Callable[[str], Reachable], sandbox: Sandbox, server: str
) -> None:
    """What older servers take, and newer ones refuse, costs no run: such digits become a text."""
    cluster = Cluster(start(server))
    digits = "7" * 5_000
    names = ("raw", "loose", "k", "n")
    cluster.create("long-digits", mappings=MAPPING)
    try:
        for name in names:
            value = f'{{"x": [{digits}]}}' if name in {"raw", "loose"} else digits
            source = f'{{"{name}": {value}}}'
            cluster.send("PUT", f"/long-digits/_doc/{name}", source.encode())
        cluster.refresh()
        config = {"hosts": [cluster.url], "indices": ["long-digits"]}
        mapped = {"stream_maps": {"long_digits": {"again": "_id"}}}
        for more in ({"page_size": "auto"}, {"record_shape": "document"}, mapped):
            run = sandbox.run({**config, **more})
            assert run.code == 0, run.err
            records = run.records("long_digits")
            assert {record["_id"] for record in records} == set(names)
            assert all(f'"{digits}' in json.dumps(record).replace("\\", "") for record in records)
    finally:
        cluster.delete("long-digits")


#: Numbers that are written otherwise than their doubles are.
NUMBERS = (
    "12345678901234567890123456789.5",
    "0.12345678901234567890123",
    *("1.10", "1.0", "-0.0", "1e5", "1E5", "0.10e+3", "1.5E-7", "5e-324", "1e16", "100000.0"),
)


def test_digits_are_those_of_the_document(cluster: Cluster, sandbox: Sandbox) -> None:
    """Texts are those that the server has indexed; elsewhere numbers keep their digits."""
    cluster.create("digits", mappings=MAPPING)
    try:
        for number in NUMBERS:
            source = (
                f'{{"k": {number}, "raw": {{"x": {number}}}, "loose": {{"x": [{number}]}},'
                f' "part": {{"other": {number}}}}}'
            )
            cluster.send("PUT", f"/digits/_doc/{number}", source.encode())
        cluster.refresh()
        terms = {"terms": {"field": "k", "size": 100}}
        answer = cluster.request("POST", "/digits/_search", {"size": 0, "aggs": {"k": terms}})
        indexed = [bucket["key"] for bucket in answer["aggregations"]["k"]["buckets"]]
        assert sorted(indexed) == sorted(NUMBERS)
        config = {"hosts": [cluster.url], "indices": ["digits"]}
        for more in ({"page_size": 1}, {"stream_maps": {"digits": {"again": "k"}}}):
            run = sandbox.run({**config, **more})
            assert run.code == 0, run.err
            assert_exact(run)
    finally:
        cluster.delete("digits")


def test_digits_of_documents_without_their_vectors(
    elasticsearch: Cluster, sandbox: Sandbox
) -> None:
    """Where the server writes documents anew, texts are not in the spelling of its language."""
    properties = {"k": {"type": "keyword"}, "v": {"type": "dense_vector", "dims": 2}}
    elasticsearch.create("digits", mappings={"properties": properties})
    elasticsearch.bulk("digits", [("a", {"k": 284209757.4051039, "v": [1.5, 2]})])
    elasticsearch.refresh()
    try:
        run = sandbox.run({"hosts": [elasticsearch.url], "indices": ["digits"]})
    finally:
        elasticsearch.delete("digits")
    assert run.code == 0, run.err
    assert [record["k"] for record in run.records("digits")] == ["284209757.4051039"]


def assert_exact(run: Run) -> None:
    """Every record has the digits of the number that its document is called after."""
    lines = [line for line in run.out.splitlines() if '"type":"RECORD"' in line]
    assert len(lines) == len(NUMBERS)
    for line in lines:
        record = json.loads(line, parse_float=str)["record"]
        number = record["_id"]
        assert record["k"] == number
        assert json.loads(record["raw"], parse_float=str) == {"x": number}
        assert record["loose"] == {"x": [number]}
        assert record["_extra"] == {"part.other": number}
