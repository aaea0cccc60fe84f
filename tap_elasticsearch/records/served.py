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
    #: The names that lead to a value, ``LIST`` for each list on it.
    Way: TypeAlias = "tuple[str | None, ...]"
    #: The object or list that holds a value, under what, and the way there.
    Place: TypeAlias = "tuple[Any, Any, Way]"

#: Stands for a list in a way.
LIST = None


def put_served(
    source: dict[str, JSON], served: Mapping[str, list[JSON]]
) -> dict[str, dict[str, JSON]]:
    """Replace the values at the paths of ``served``, in place.

    The server leaves out what it could not read, and does not say which. Where it gives less than
    the document has, or in an order that is not certain, the document keeps its own. Of values some
    of which stand deeper in lists, Elasticsearch 9 and OpenSearch 3 give the deeper ones later,
    each server in a way of its own (seen): their order is never certain.

    Args:
        source: A document.
        served: Dates with nine decimals at their dotted paths, in the order of the document.
            Elasticsearch groups those inside of ``nested`` by its objects, and leaves out objects
            without dates: ``{"nested": [{"date": [...]}, ...]}``.

    Returns:
        What was replaced: paths to the new values, each with the document's own.
    """
    replaced: dict[str, dict[str, JSON]] = {}
    for path, values in _ungrouped(served).items():
        places = list(_places(source, path, ()))
        certain = len({way for _, _, way in places}) == 1
        if certain and len(places) == len(values):
            for (holder, name, _), value in zip(places, values, strict=True):
                date = short(value)
                replaced.setdefault(path, {})[date] = holder[name]
                holder[name] = date
    return replaced


def _ungrouped(served: Mapping[str, list[JSON]]) -> dict[str, list[str]]:
    """All dates at their whole paths."""
    found: dict[str, list[str]] = {}
    for path, values in served.items():
        for value in values:
            inner = _ungrouped(value) if isinstance(value, dict) else {"": [value]}
            for name, dates in inner.items():
                found.setdefault(f"{path}.{name}" if name else path, []).extend(dates)
    return found


def put_back(extra: dict[str, JSON], replaced: Mapping[str, dict[str, JSON]]) -> None:
    """Put the document's own values in the place of those that ``put_served`` put there."""
    for path, own in replaced.items():
        for name, value in extra.items():
            if path == name or path.startswith(f"{name}."):
                extra[name] = _own(value, own)


def _own(value: JSON, own: Mapping[str, JSON]) -> JSON:
    if isinstance(value, dict):
        return {name: _own(member, own) for name, member in value.items()}
    if isinstance(value, list):
        return [_own(member, own) for member in value]
    return own.get(value, value) if isinstance(value, str) else value


def _places(node: JSON, path: str, way: Way) -> Iterator[Place]:
    """Where the values at ``path`` below ``node`` are, in its order."""
    for holder, here in _objects(node, way):
        for name, value in holder.items():
            if name == path:
                yield from _values(holder, name, (*here, name))
            elif path.startswith(f"{name}."):
                yield from _places(value, path[len(name) + 1 :], (*here, name))


def _objects(node: JSON, way: Way) -> Iterator[tuple[dict[str, JSON], Way]]:
    """The object that ``node`` is, or those that it holds, each with the way there."""
    if isinstance(node, dict):
        yield node, way
    elif isinstance(node, list):
        for each in node:
            yield from _objects(each, (*way, LIST))


def _values(holder: JSON, name: str | int, way: Way) -> Iterator[Place]:
    value = holder[name]
    if isinstance(value, list):
        for number in range(len(value)):
            yield from _values(value, number, (*way, LIST))
    elif value is not None:
        yield holder, name, way


def short(date: str) -> str:
    """A date without the zeros at the end of its fraction."""
    return f"{date[:-1].rstrip('0').removesuffix('.')}Z" if "." in date else date
