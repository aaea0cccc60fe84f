"""What the project holds its own code to, beside what it does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
}


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS)
def test_checks(command: list[str]) -> None:
    """The linter, the formatter, the type checker and the import rules have nothing to say."""
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def functions() -> list[tuple[str, int]]:
    """Every function of the package, with its lines."""
    return [
        (f"{path.name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in (ROOT / "tap_elasticsearch").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]


def test_small_pieces() -> None:
    """Functions stay below 40 lines, nine in ten below 25, modules below 350."""
    lengths = sorted(length for _, length in functions())
    assert [name for name, length in functions() if length > 40] == []
    assert lengths[int(len(lengths) * 0.9)] <= 25
    modules = (ROOT / "tap_elasticsearch").rglob("*.py")
    assert [path for path in modules if path.read_text().count("\n") > 350] == []


def test_only_the_tap_reads_a_configuration() -> None:
    """Below the composition root, nobody reads a configuration dict."""
    readers = [
        path.name
        for path in (ROOT / "tap_elasticsearch").rglob("*.py")
        if "self.config" in path.read_text()
    ]
    assert readers == []
