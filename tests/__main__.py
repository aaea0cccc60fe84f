"""The project's three commands, for a fresh clone on a machine with nothing but Python.

``python3 -m tests [pytest's arguments]`` runs the tests, ``python3 -m tests demo`` the demo, and
``python3 -m tests benchmark [its options]`` the benchmark. They make the virtual environment
``.venv`` first, so this module needs the standard library alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What can be run beside pytest, by its name.
MODULES = {"demo": "tests.demo", "benchmark": "tests.benchmarks"}
#: How all tests are run, in little more than half of the time that they take one by one. A file
#: stays together, since its tests share what takes long to start; there are two at a time, since a
#: small machine has memory for the servers of no more.
ALL = ("--numprocesses=2", "--dist=loadfile")
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare() -> None:
    """Make ``.venv`` with the tap and all that its tests need, unless it is there and current."""
    stamp = ENVIRONMENT / "stamp"
    current = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == current:
        return
    print("Installing into .venv …", file=sys.stderr)
    if Path(sys.prefix).resolve() != ENVIRONMENT:
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Dependency groups need pip 25.1.
    subprocess.run([*pip, "--upgrade", "pip>=25.1"], check=True)
    subprocess.run([*pip, "--editable", ".", "--group", "dev"], check=True, cwd=ROOT)
    stamp.write_text(current)


def main(arguments: list[str]) -> int:
    """Run the command; its exit code."""
    prepare()
    module = ["pytest", *(arguments or ALL)]
    if arguments and arguments[0] in MODULES:
        module = [MODULES[arguments[0]], *arguments[1:]]
    return subprocess.run([str(PYTHON), "-m", *module], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
