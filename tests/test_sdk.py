"""The Singer SDK's own tests of a tap, on real documents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers import Cluster

MAPPING = {
    "properties": {
        "n": {"type": "long"},
        "at": {"type": "date"},
        "flag": {"type": "boolean"},
        "ratio": {"type": "double"},
        "inner": {"properties": {"name": {"type": "keyword"}}},
    }
}


def test_the_sdk_is_content(cluster: Cluster) -> None:
    """The SDK's standard tests pass, with a limit of records and without."""
    cluster.create("sdk", mappings=MAPPING, settings={"number_of_shards": 2})
    # The list fills _extra: every column of the schema must be in a record.
    document = {"n": [1, 2], "at": "2024-01-02T03:04:05Z", "flag": True, "ratio": 0.5}
    cluster.bulk("sdk", ((str(n), {**document, "inner": {"name": "x"}}) for n in range(20)))
    cluster.refresh()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "tests/sdk_suite.py"],
            cwd=Path(__file__).parent.parent,
            env={
                **os.environ,
                "TAP_ELASTICSEARCH_HOSTS": cluster.url,
                "TAP_ELASTICSEARCH_INDICES": "sdk",
                "TAP_ELASTICSEARCH_ARRAYS": "never",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        cluster.delete("sdk")
    assert done.returncode == 0, done.stdout + done.stderr
