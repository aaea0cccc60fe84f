"""Mistakes before anything is asked of a server: one line each, and no traceback."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import TAP

if TYPE_CHECKING:
    from tests.command import Sandbox

JSONL = {"format": "jsonl", "compression": "gzip"}


def arguments(sandbox: Sandbox, option: str, content: bytes) -> list[str]:
    """A command line on which the file of ``option`` holds ``content``; all others are right."""
    config = sandbox.write("config.json", {"hosts": "127.0.0.1:9", "max_retry_time": 0})
    files = {
        "--config": config,
        "--state": sandbox.write("state.json", {}),
        "--catalog": sandbox.write("catalog.json", {"streams": []}),
    }
    broken = sandbox.folder / "broken.json"
    broken.write_bytes(content)
    files[option] = str(broken)
    return [part for pair in files.items() for part in pair]


def ended(sandbox: Sandbox, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A shell's command, run to its end."""
    return subprocess.run(
        ["sh", "-c", f"exec {command}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=sandbox.folder,
        env={**os.environ, **environment},
        timeout=60,
    )


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"bookmarks": {}}'.encode("utf-16"), "is not written in UTF-8. Save it so"),
        (b'{"bookmarks": {}', "is not valid JSON: "),
    ],
)
def test_files_that_cannot_be_read(
    sandbox: Sandbox, option: str, content: bytes, words: str
) -> None:
    """A file in another encoding, or that is no JSON, is named by its option, with what to do."""
    done = ended(sandbox, shlex.join([TAP, *arguments(sandbox, option, content)]))
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if "| ERROR" in line]
    assert option in line
    assert words in line
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("batches", "words"),
    [
        ({"encoding": JSONL, "storage": {"root": "s3://bucket"}}, "Install s3fs"),
        ({"encoding": JSONL, "storage": {"root": "nosuch://bucket"}}, "Protocol not known"),
        ({"encoding": JSONL}, "Setting batch_config is not whole. Write it like"),
        ({"storage": {"root": "file:///tmp"}}, "Setting batch_config is not whole. Write it like"),
    ],
)
def test_storage_that_cannot_be_reached(
    sandbox: Sandbox, batches: dict[str, Any], words: str
) -> None:
    """Before anything is read, the package that is missing for a storage is named."""
    run = sandbox.run({"hosts": "127.0.0.1:9", "batch_config": batches})
    (line,) = run.complaints
    assert words in line
    assert "Traceback" not in run.err
    assert run.code == 2


def test_no_output(sandbox: Sandbox) -> None:
    """A command whose stdout is closed says so."""
    config = sandbox.write("config.json", {})
    done = ended(sandbox, shlex.join([TAP, "--config", config]) + " >&-")
    assert done.returncode == 2
    assert "stdout is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_signal_while_the_command_starts(sandbox: Sandbox) -> None:
    """Ctrl-C before the run has begun ends it as later, without a traceback."""
    # Takes the place of a library that is imported then.
    (sandbox.folder / "tenacity.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    )
    done = ended(sandbox, f"{TAP} --version", PYTHONPATH=str(sandbox.folder))
    assert done.returncode == 130
    assert done.stderr == ""
