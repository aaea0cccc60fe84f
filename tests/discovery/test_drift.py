"""Mappings that have changed since the catalog was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.discovery.drift import Drift, drift
from tap_elasticsearch.fields import Field

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.servers import Cluster

KEYWORD = Field("keyword")


def root(**properties: Field) -> Field:
    """A mapping."""
    return Field("object", properties)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (root(a=KEYWORD), root(a=Field("long")), Drift((), ())),
        (root(a=KEYWORD), root(a=KEYWORD, b=KEYWORD), Drift(("b",), ())),
        (root(a=KEYWORD, b=KEYWORD), root(b=KEYWORD), Drift((), ("a",))),
        (root(o=root(a=KEYWORD)), root(o=root(b=KEYWORD)), Drift(("o.b",), ("o.a",))),
        (root(), root(o=root(a=KEYWORD, b=KEYWORD)), Drift(("o.a", "o.b"), ())),
        (root(o=root()), root(o=root(a=KEYWORD)), Drift((), ())),
        (root(o=root(a=KEYWORD)), Field("object", {"o.a": KEYWORD}), Drift((), ())),
        (root(o=root(**{"a.b": KEYWORD})), root(o=root(a=root(b=KEYWORD))), Drift((), ())),
    ],
)
def test_drift(earlier: Field, later: Field, expected: Drift) -> None:
    """Fields without a column are new, columns without a field have vanished; types may differ."""
    assert drift(earlier, later) == expected


def test_long_lists_are_cut() -> None:
    """A message names ten fields, and says how many there are."""
    text = str(Drift(tuple(f"f{number}" for number in range(1_200)), ("gone",)))
    assert text == (
        "1,200 fields are new since the catalog was made (f0, f1, f2, f3, f4, f5, f6, f7, f8, f9,"
        " …): values go to _extra; run --discover again for columns. 1 field has vanished from"
        " the mapping (gone)."
    )


def test_a_sync_with_an_older_catalog(cluster: Cluster, sandbox: Sandbox) -> None:
    """What is new and what is gone is one warning; the sync goes on, and nothing is lost."""
    mapping = {"properties": {"a": {"type": "long"}, "o": {"properties": {"x": {"type": "long"}}}}}
    cluster.create("drift-1", mappings=mapping)
    cluster.create("drift-2", mappings={"properties": {"gone": {"type": "keyword"}}})
    cluster.bulk("drift-1", [("1", {"a": 1})])
    cluster.refresh("drift-*")
    config = {
        "hosts": [cluster.url],
        "indices": ["drift-1"],
        "streams": [{"index": "drift-*", "name": "drift"}],
    }
    try:
        catalog = sandbox.write("catalog.json", sandbox.discover(config))
        assert "since the catalog" not in sandbox.run(config, "--catalog", catalog).err
        cluster.delete("drift-2")
        cluster.bulk("drift-1", [("2", {"a": 2, "new": "x", "o": {"x": 1, "y": 2}})])
        cluster.refresh("drift-*")
        run = sandbox.run(config, "--catalog", catalog)
        assert run.code == 0, run.err
        (line,) = [line for line in run.err.splitlines() if "since the catalog" in line]
        assert line.endswith(
            "2 fields are new since the catalog was made (new, o.y): values go to _extra; run"
            " --discover again for columns. 1 field has vanished from the mapping"
            " (gone)."
        )
        extras = {record["_id"]: record.get("_extra") for record in run.records("drift")}
        assert extras == {"1": None, "2": {"new": "x", "o.y": 2}}
        assert "since the catalog" not in sandbox.run(config).err
    finally:
        cluster.delete("drift-1", "drift-2")
