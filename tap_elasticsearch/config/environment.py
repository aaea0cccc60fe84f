"""Settings from the environment, as they are: ``TAP_ELASTICSEARCH_`` and the setting's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotenv import dotenv_values, find_dotenv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "TAP_ELASTICSEARCH_"


def from_environment(names: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Values of the settings ``names`` that ``environment`` or a ``.env`` file holds.

    The ``.env`` file is looked for in the working directory and above it; what ``environment``
    says goes first. Values stay texts; ``parse_settings`` reads them. A blank one is as none: CI
    and docker compose pass such for what is not set.
    """
    values = _variables(environment)
    return {
        name: values[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in values
    }


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with our prefix that say something, those of a ``.env`` file included."""
    path = find_dotenv(usecwd=True)
    file = dotenv_values(path) if path else {}
    return {
        name: value
        for source in (file, environment)
        for name, value in source.items()
        if name.startswith(PREFIX) and value and value.strip()
    }
