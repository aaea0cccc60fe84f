"""Fields with different types in the indices of one stream, on real servers."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tap_elasticsearch.discovery.conflicts import settle
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import Field, merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.command import Sandbox
    from tests.servers import Cluster

#: A mapping for each type, with values that the server takes.
TYPES: Mapping[str, tuple[Mapping[str, Any], tuple[Any, ...]]] = {
    "integer": ({"type": "integer"}, (1, "2", 3.7, [4], None)),
    "long": ({"type": "long"}, (2**62, "-5", None)),
    "float": ({"type": "float"}, (1, 2.5, "3.25")),
    "keyword": ({"type": "keyword"}, ("x", 7, True, ["y"])),
    "text": ({"type": "text"}, ("some words", 8.5)),
    "date": ({"type": "date"}, ("2024-01-31", 1706659200000, "2024-01-31T10:00:00+01:00")),
    "object": ({"properties": {"inner": {"type": "long"}}}, ({"inner": 9}, {}, None)),
}
#: Types that share a column: nothing is widened.
ALIKE = ({"integer", "long"}, {"keyword", "text"})
COLUMNS = {
    frozenset({"integer", "long"}): "integer",
    frozenset({"integer", "float"}): "number",
    frozenset({"long", "float"}): "number",
}


@pytest.fixture(scope="module")
def family(cluster: Cluster) -> Iterator[Cluster]:
    """A server with one index for each type, in which ``v`` has that type."""
    for kind, (mapping, values) in TYPES.items():
        cluster.create(f"c-{kind}", mappings={"properties": {"v": mapping}})
        cluster.bulk(f"c-{kind}", [(str(n), {"v": value}) for n, value in enumerate(values)])
    cluster.refresh("c-*")
    yield cluster
    cluster.delete("c-*")


def settings(cluster: Cluster, **more: object) -> dict[str, Any]:
    """A stream for each pair of types."""
    streams = [
        {"index": f"c-{one},c-{other}", "name": f"{one}_{other}"}
        for one, other in combinations(TYPES, 2)
    ]
    return {"hosts": [cluster.url], "indices": ["c-integer"], "streams": streams, **more}


def conflicting() -> list[tuple[str, str]]:
    """The pairs that are widened."""
    return [pair for pair in combinations(TYPES, 2) if set(pair) not in ALIKE]


def test_every_pair_of_types(family: Cluster, sandbox: Sandbox) -> None:
    """Each pair gives one valid schema, records that are true to it, and one warning if widened."""
    run = sandbox.run(settings(family))
    assert run.code == 0, run.err
    schemas = {message["stream"]: message["schema"] for message in run.of_type("SCHEMA")}
    counts: dict[str, int] = defaultdict(int)
    for message in run.of_type("RECORD"):
        checker = jsonschema.Draft7Validator(
            schemas[message["stream"]], format_checker=jsonschema.FormatChecker()
        )
        checker.check_schema(schemas[message["stream"]])
        checker.validate(message["record"])
        counts[message["stream"]] += 1
    for one, other in combinations(TYPES, 2):
        stream = f"{one}_{other}"
        assert counts[stream] == len(TYPES[one][1]) + len(TYPES[other][1])
        column = COLUMNS.get(frozenset({one, other}), "string")
        assert schemas[stream]["properties"]["v"]["type"] == [column, "null"]
    warnings = [line for line in run.err.splitlines() if "has different types" in line]
    assert len(warnings) == len(conflicting())
    for one, other in conflicting():
        (warning,) = (line for line in warnings if f"Stream {one}_{other}:" in line)
        assert f"{one} in 1 (such as c-{one})" in warning
        assert f"{other} in 1 (such as c-{other})" in warning


def test_nothing_is_lost(family: Cluster, sandbox: Sandbox) -> None:
    """A value that was widened stands in its column as text."""
    run = sandbox.run(settings(family))
    kept = {record["v"] for record in run.records("date_object")}
    assert {'"2024-01-31"', '{"inner":9}'} <= kept
    assert str(2**62) in {record["v"] for record in run.records("long_keyword")}


def test_conflicts_can_be_refused(family: Cluster, sandbox: Sandbox) -> None:
    """``mapping_conflicts: fail`` is one message that names each, and the ways out."""
    run = sandbox.run(settings(family, mapping_conflicts="fail"), "--discover")
    assert run.code == 2
    assert run.out == ""
    (line,) = run.complaints
    for one, other in conflicting():
        assert f"{one}_{other}: field v has different types: " in line
    assert "exclude_indices" in line
    streams = [{"index": "c-integer,c-long", "name": "whole"}]
    agreeing = settings(family, mapping_conflicts="fail") | {"streams": streams}
    assert sandbox.run(agreeing, "--discover").code == 0


def test_a_type_that_was_set_settles_a_conflict(family: Cluster, sandbox: Sandbox) -> None:
    """Where the user has said what a column shall be, there is nothing to widen or to refuse."""
    config = {
        "hosts": [family.url],
        "indices": [],
        "streams": [{"index": "c-long,c-date", "name": "settled"}],
        "mapping_conflicts": "fail",
        "type_overrides": [{"field": "v", "type": "keyword"}],
    }
    run = sandbox.run(config)
    assert run.code == 0, run.err
    assert "different types" not in run.err
    assert {type(record["v"]) for record in run.records("settled") if "v" in record} <= {
        str,
        type(None),
    }


def test_long_lists_are_cut() -> None:
    """The message names twenty conflicts, and says how many more there are."""
    types = [Field("object", {f"f{n}": Field(kind) for n in range(25)}) for kind in ("ip", "long")]
    _, conflicts = merge(zip(("one", "other"), types, strict=True))
    with pytest.raises(SettingsError, match=r"field f19 .*; and 5 more\. Set"):
        settle({"s": conflicts}, "fail")
