"""What the tests with Meltano share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.meltano.project import Project, new_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A new Meltano project that has the tap and the target."""
    return new_project(tmp_path)
