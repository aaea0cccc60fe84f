"""The README says what the code does."""

from __future__ import annotations

import re

from tap_elasticsearch.config import Settings
from tests.docs import README, generated

TEXT = README.read_text()


def test_generated_parts() -> None:
    """The tables of settings and types are those of the code; python -m tests.docs writes them."""
    assert generated(TEXT) == TEXT


def test_settings_in_the_text() -> None:
    """Every setting that the text names exists."""
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", TEXT.split("<!-- types -->")[0]))
    allowed = {
        *("stream_maps", "flattening_enabled", "batch_config", "view_index_metadata"),
        *("use_cached_catalog", "pip_url", "exclude_fields"),
        *("constant_keyword", "null_value"),
    }
    assert named - allowed <= set(Settings.__struct_fields__)


def test_messages() -> None:
    """The messages that the troubleshooting lists are those of the code."""
    package = README.parent / "tap_elasticsearch"
    code = "\n".join(path.read_text() for path in package.rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", code)
    chapter = TEXT.split("## When something is wrong")[1]
    listed = re.findall(r"^\| `([^`]+)` \| ", chapter, re.MULTILINE)
    parts = [part.strip(" '.?") for message in listed for part in message.split("…")]
    assert len(listed) > 5
    assert [part for part in parts if len(part) > 3 and part not in joined] == []


def test_commands() -> None:
    """The two commands are the ones that continuous integration and a newcomer run."""
    assert "python3 -m tests demo " in TEXT
    assert "python3 -m tests  " in TEXT
    run = (README.parent / ".ci" / "run").read_text()
    assert "exec python3 -m tests\n" in run
