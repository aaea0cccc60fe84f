"""elasticdump, from npm, where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

VERSION = "6.125.1"
HOME = Path(__file__).resolve().parent.parent.parent / ".cache" / "elasticdump"


def available() -> bool:
    """Are there Node and npm?"""
    return all(map(shutil.which, ("node", "npm")))


def path() -> str:
    """The path of the command, installed now if it is not yet."""
    stamp = HOME / "stamp"
    if not stamp.exists() or stamp.read_text() != VERSION:
        HOME.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        wanted = ["--prefix", str(HOME), f"elasticdump@{VERSION}"]
        subprocess.run(["npm", "install", *quiet, *wanted], check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(VERSION)
    return str(HOME / "node_modules" / ".bin" / "elasticdump")
