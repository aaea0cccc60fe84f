"""What is measured: this tap in several situations, and what else one could use."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks import elasticdump
from tests.benchmarks.data import CLEAN, DIRTY_1, DIRTY_100, SHARDS, SMALL, WIDE, Kind
from tests.benchmarks.documents import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable

TAP = str(Path(sys.executable).parent / "tap-elasticsearch")
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Setup:
    """What all commands have in common.

    Attributes:
        url: The server.
        folder: Where configurations are written.
        page_size: Documents in a page.
    """

    url: str
    folder: Path
    page_size: int

    def write(self, name: str, content: object) -> str:
        """Write ``content`` as JSON; the file's path."""
        path = self.folder / name
        path.write_text(json.dumps(content))
        return str(path)


@dataclass(frozen=True, slots=True)
class Row:
    """Something to measure.

    Attributes:
        name: What ``--only`` calls it.
        title: What the table calls it.
        command: Makes the command line that reads an index.
        kind: The documents that it reads.
    """

    name: str
    title: str
    command: Callable[[Setup, str], list[str]]
    kind: Kind = CLEAN


def tap(setup: Setup, index: str, **settings: Any) -> list[str]:  # noqa: ANN401
    """This tap, with more settings."""
    config = {
        "hosts": [setup.url],
        "indices": [index],
        "array_fields": LISTS,
        "page_size": setup.page_size,
        **settings,
    }
    name = "-".join(["tap", index, *settings])
    return [TAP, "--config", setup.write(f"{name}.json", config)]


#: In pages of the size that the tap gives them.
_small = partial(tap, array_fields=(), page_size="auto")


def _plain(setup: Setup, index: str) -> list[str]:
    """A plain tap, with the schema that this one found."""
    found = subprocess.run([*tap(setup, index), "--discover"], stdout=-1, stderr=-1, check=True)
    (stream,) = json.loads(found.stdout)["streams"]
    config = {
        "host": setup.url,
        "index": index,
        "page_size": setup.page_size,
        "schema": setup.write(f"schema-{index}.json", stream["schema"]),
    }
    path = setup.write(f"plain-{index}.json", config)
    return [sys.executable, str(HERE / "plain_tap.py"), "--config", path]


def _scan(setup: Setup, index: str) -> list[str]:
    return [sys.executable, str(HERE / "scan.py"), setup.url, index, str(setup.page_size)]


def _elasticdump(setup: Setup, index: str) -> list[str]:
    source = [f"--input={setup.url}/{index}", "--output=$", "--type=data"]
    return [elasticdump.path(), *source, f"--limit={setup.page_size}"]


def _drain(setup: Setup, index: str) -> list[str]:
    size = str(setup.page_size)
    return [sys.executable, str(HERE / "drain.py"), setup.url, index, size, str(SHARDS)]


#: A stream map that changes nothing, so that records must be made as objects all the same.
_SAME: dict[str, dict[str, str]] = {"*": {}}

ROWS = (
    Row("full", "full table", tap),
    Row("incremental", "incremental", partial(tap, replication_key="created")),
    Row("dirty-1", "1 % of the documents dirty", tap, DIRTY_1),
    Row("dirty-100", "all documents dirty", tap, DIRTY_100),
    Row("wide", "30 of 1,000 fields", partial(tap, array_fields=()), WIDE),
    Row("small", "small documents", _small, SMALL),
    Row("small-1", "small documents, one page at a time", partial(_small, parallel=1), SMALL),
    Row("object", "as with stream maps", partial(tap, stream_maps=_SAME)),
    Row("plain", "plain singer-sdk tap", _plain),
    Row("scan", "helpers.scan, json.dumps", _scan),
    Row("elasticdump", f"elasticdump {elasticdump.VERSION}", _elasticdump),
    Row("drain", "bare drain", _drain),
)
