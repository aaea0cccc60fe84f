"""A Meltano project in a folder of its own, with the plugins that ``meltano.yml`` names."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from filelock import FileLock

from tests.command import Run
from tests.meltano.definition import MELTANO_YML
from tests.targets import CACHE, Target

if TYPE_CHECKING:
    from pathlib import Path

MELTANO = Target("meltano", ("meltano>=4,<5",))
ROOT = MELTANO_YML.parent
#: Where the plugins are installed, once for all tests.
PLUGINS = CACHE.parent / "meltano"


@dataclass(frozen=True, slots=True)
class Project:
    """A project.

    Attributes:
        folder: Where its ``meltano.yml`` is.
    """

    folder: Path

    @property
    def file(self) -> Path:
        """Its definition."""
        return self.folder / "meltano.yml"

    def write(self, config: dict[str, Any], **extras: object) -> None:
        """Write the repository's ``meltano.yml`` as somebody with a server would complete it.

        Args:
            config: The tap's settings.
            extras: What else stands at the plugin: ``select``, ``metadata``.
        """
        definition = deepcopy(yaml.safe_load(MELTANO_YML.read_text()))
        (tap,) = definition["plugins"]["extractors"]
        # "-e ." is the project's folder, which for these tests is not the repository.
        tap |= {"pip_url": f"-e {shlex.quote(str(ROOT))}", "config": config, **extras}
        self.file.write_text(yaml.safe_dump(definition, sort_keys=False))

    def meltano(self, *arguments: str, **environment: str) -> Run:
        """Run Meltano to its end."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("MELTANO_", "TAP_"))}
        settings = {"MELTANO_CLI_DISABLE_VERSION_CHECK": "1", "MELTANO_CLI_LOG_FORMAT": "plain"}
        done = subprocess.run(
            [str(MELTANO.installed()), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**ours, **settings, "NO_COLOR": "1", **environment},
            timeout=180,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the target's database answers."""
        program = (
            "import duckdb, json, sys\n"
            "found = duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2])\n"
            "names = [column[0] for column in found.description]\n"
            "rows = [dict(zip(names, row)) for row in found.fetchall()]\n"
            "print(json.dumps(rows, default=str))"
        )
        python = self.folder / ".meltano" / "loaders" / "target-duckdb" / "venv" / "bin" / "python"
        database = self.folder / "warehouse.duckdb"
        answer = subprocess.run([python, "-c", program, database, query], stdout=-1, check=True)
        rows: list[dict[str, Any]] = json.loads(answer.stdout)
        return rows


def install() -> None:
    """Install the plugins, unless they are there and current."""
    project = Project(PLUGINS)
    PLUGINS.mkdir(parents=True, exist_ok=True)
    stamp = PLUGINS / "stamp"
    wanted = _fingerprint()
    with FileLock(PLUGINS / "lock"):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(PLUGINS / ".meltano", ignore_errors=True)
        project.write({})
        run = project.meltano("install")
        assert run.code == 0, run.err
        stamp.write_text(wanted)


def _fingerprint() -> str:
    """What the installed plugins depend on."""
    files = [MELTANO_YML, ROOT / "pyproject.toml"]
    parts = [sys.version, *MELTANO.requirements, *(path.read_text() for path in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def new_project(folder: Path) -> Project:
    """A project with nothing but the plugins; its database and its runs are its own."""
    install()
    (folder / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        (folder / ".meltano" / kind).symlink_to(PLUGINS / ".meltano" / kind)
    return Project(folder)
