"""Files of JSON that the user gives: which of them cannot be read, and why."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from simplejson import JSONDecodeError, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What reading a text, or JSON in it, raises.
UNREADABLE = (UnicodeDecodeError, JSONDecodeError)


def unreadable(error: Exception) -> str:
    """Why a file cannot be read, for whoever has written it."""
    if isinstance(error, UnicodeDecodeError):
        return "is not written in UTF-8. Save it so (PowerShell's > and Out-File write UTF-16)."
    return f"is not valid JSON: {error}."


def which_is_unreadable(files: Mapping[str, TextIO | None]) -> str | None:
    """What is wrong with the first of ``files`` that cannot be read, with its name.

    Args:
        files: Open files by the names of their options; what is not a file on disk, and so cannot
            be read twice, is passed over.
    """
    for name, file in files.items():
        with suppress(OSError):
            if file is not None:
                file.seek(0)
                try:
                    loads(file.read())
                except UNREADABLE as error:
                    return f"The file of {name} {unreadable(error)}"
    return None
