"""The one exception of the type table."""

from __future__ import annotations


class Misfit(ValueError):  # noqa: N818 - a verdict on a value that callers expect, not a fault
    """The value has no canonical form in its column."""
