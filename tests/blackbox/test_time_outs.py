"""Searches that servers end since they take too long, on real servers."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from tests.servers import Cluster, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.command import Sandbox

DOCUMENTS = 20_000
#: Servers look at the time so often only that few searches would take longer otherwise.
EXACT = {"thread_pool.estimated_time_interval": "0ms"}
LIMIT = "search.default_search_timeout"


def await_words(log: Path, *words: str) -> None:
    """Wait until the log has these words."""
    end = monotonic() + 60
    while not all(word in log.read_text() for word in words):
        assert monotonic() < end, log.read_text()
        sleep(0.05)


def limit(cluster: Cluster, setting: str, value: str | None) -> None:
    """Set, or take back, how long a search may take."""
    cluster.request("PUT", "/_cluster/settings", {"persistent": {setting: value}})


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("elasticsearch-9", LIMIT),
        ("elasticsearch-7", LIMIT),
        ("opensearch-3", "search.cancel_after_time_interval"),
    ],
)
def test_a_limit_in_the_middle_of_a_run(name: str, setting: str, sandbox: Sandbox) -> None:
    """Pages become smaller while searches take too long; then everything arrives once."""
    with running(name, settings=EXACT) as server:
        cluster = Cluster(server)
        text = {"type": "keyword", "index": False, "doc_values": False}
        cluster.create("slow", mappings={"properties": {"t": text}})
        cluster.bulk("slow", ((str(n), {"t": "x" * 500}) for n in range(DOCUMENTS)))
        cluster.refresh("slow")
        config = {"hosts": [cluster.url], "indices": ["slow"], "page_size": 1_000}
        path = sandbox.folder / "log"
        with (
            path.open("w") as log,
            ThreadPoolExecutor() as pool,
            subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE, stderr=log) as tap,
        ):
            assert tap.stdout is not None
            lines = [tap.stdout.readline() for _ in range(500)]
            limit(cluster, setting, "1ms")
            rest = pool.submit(tap.stdout.readlines)
            await_words(path, "longer than the server allows", "Asking for at most 500 documents")
            limit(cluster, setting, None)
            lines += rest.result()
        assert tap.returncode == 0, path.read_text()
        messages = [json.loads(line) for line in lines]
        ids = [each["record"]["_id"] for each in messages if each["type"] == "RECORD"]
        assert sorted(ids, key=int) == [str(n) for n in range(DOCUMENTS)]
        assert cluster.open_contexts() == 0
