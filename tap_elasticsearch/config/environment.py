"""Settings from the environment, as they are: ``TAP_ELASTICSEARCH_`` and the setting's name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from dotenv import dotenv_values, find_dotenv

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

PREFIX = "TAP_ELASTICSEARCH_"

#: What else has the prefix: the SDK's log level, the variables of the tests, and Meltano's own,
#: which go on with another underscore.
_NO_SETTINGS = ("LOGLEVEL", "TEST_", "CACHE", "_")


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


def report_unused(
    known: Collection[str],
    config: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    read: bool,
) -> Iterator[str]:
    """What to say of variables with our prefix that do nothing.

    Args:
        known: The names of all settings.
        config: What files say.
        environment: As ``from_environment`` takes it.
        read: Are settings taken from it? Then unknown names are told; else those of settings that
            no file gives. (Meltano gives what it sets in both.)
    """
    names = [
        name.removeprefix(PREFIX)
        for name in _variables(environment)
        if not name.removeprefix(PREFIX).startswith(_NO_SETTINGS)
    ]
    variables = {name.upper(): name for name in known}
    if read:
        for name in sorted(set(names) - variables.keys()):
            near = get_close_matches(name, variables, n=1)
            advice = f" Did you mean {PREFIX}{near[0]}?" if near else ""
            yield f"There is no setting for the variable {PREFIX}{name}.{advice}"
        return
    unread = [n for n in names if n in variables and variables[n] not in config]
    if unread:
        shown = ", ".join(PREFIX + name for name in sorted(unread))
        yield f"Not read, since --config ENV is not given: {shown}."
