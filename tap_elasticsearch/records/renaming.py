"""Records under names that every target can hold, where the source's names are not such."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields import safe_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_elasticsearch.fields import Field

    #: Gives an object its safe names.
    Rename: TypeAlias = "Callable[[dict[str, Any]], dict[str, Any]]"


def renaming(properties: Mapping[str, Field]) -> Rename | None:
    """What gives normalised objects with these fields their safe names, None if they have them."""
    names = safe_names(properties)
    # No record has the others, but what they are called follows from all.
    kept = {name: field for name, field in properties.items() if not field.dropped}
    inner = {
        name: rename
        for name, field in kept.items()
        if (rename := renaming(field.properties)) is not None
    }
    if not inner and all(name == names[name] for name in kept):
        return None
    return partial(_renamed, names, inner)


def _renamed(
    names: Mapping[str, str], inner: Mapping[str, Rename], fields: dict[str, Any]
) -> dict[str, Any]:
    return {
        names[name]: _each(inner[name], value) if name in inner else value
        for name, value in fields.items()
    }


def _each(rename: Rename, value: Any) -> Any:  # noqa: ANN401 - a column's value
    """``value`` with the objects renamed that it is or holds."""
    if isinstance(value, list):
        return [_each(rename, element) for element in value]
    return rename(value) if isinstance(value, dict) else value
