"""Numbers whose digits are more than a double holds, or than Python reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command import Sandbox
    from tests.servers.cluster import Reachable

MAPPING = {
    "properties": {
        "raw": {"type": "object", "enabled": False},
        "loose": {"type": "object", "dynamic": False},
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
