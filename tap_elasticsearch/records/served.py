"""Dates that are written as only the server can read them, in the words of the server.

A mapping may name a format that has no faithful translation, such as names of months in another
language. Of such fields the server is asked what it has indexed (``fields`` of a search).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    #: Any decoded JSON.
    JSON: TypeAlias = "Any"
    #: The object or list that holds a value, and under what.
    Place: TypeAlias = "tuple[Any, Any]"


def put_served(source: dict[str, JSON], served: Mapping[str, list[str]]) -> None:
    """Replace the values at the paths of ``served``, in place.

    The server leaves out what it could not read, and does not say which. Where it gives less than
    the document has, or in an order that is not certain, the document keeps its own.

    Args:
        source: A document.
        served: Dates with nine decimals at their dotted paths, in the order of the document.
    """
    for path, values in served.items():
        places = list(_places(source, path))
        certain = len(places) == 1 or not any("." in name for name in source)
        if certain and len(places) == len(values):
            for (holder, name), value in zip(places, values, strict=True):
                holder[name] = _short(value)


def _places(node: JSON, path: str) -> Iterator[Place]:
    """Where the values at ``path`` below ``node`` are, in its order."""
    for holder in _objects(node):
        for name, value in holder.items():
            if name == path:
                yield from _values(holder, name)
            elif path.startswith(f"{name}."):
                yield from _places(value, path[len(name) + 1 :])


def _objects(node: JSON) -> Iterator[dict[str, JSON]]:
    """The object that ``node`` is, or those that it holds."""
    if isinstance(node, dict):
        yield node
    elif isinstance(node, list):
        for each in node:
            yield from _objects(each)


def _values(holder: JSON, name: str | int) -> Iterator[Place]:
    value = holder[name]
    if isinstance(value, list):
        for number in range(len(value)):
            yield from _values(value, number)
    elif value is not None:
        yield holder, name


def _short(date: str) -> str:
    """A date without the zeros at the end of its fraction."""
    return f"{date[:-1].rstrip('0').removesuffix('.')}Z" if "." in date else date
