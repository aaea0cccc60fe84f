"""Can a field be a replication key? If not, why, and which can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.names import chunks
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import DATES, is_sortable, walk

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from tap_elasticsearch.connection import Client, FieldCapabilities
    from tap_elasticsearch.fields import Field

#: How many fields a message lists.
_LISTED = 10


def sortable_paths(fields: Field) -> Iterator[str]:
    """Dotted paths that a sync can be sorted by; not inside lists of objects."""
    nested = [path for path, field in walk(fields) if field.type == "nested"]
    for path, field in walk(fields):
        if is_sortable(field) and not any(path[: len(outer)] == outer for outer in nested):
            yield ".".join(path)


def key_problem(fields: Field, key: str) -> str | None:
    """Why ``key`` cannot be a replication key, with what can; None if nothing speaks against it.

    A path that is not in ``fields`` may still be a multi-field (``name.keyword``), which only the
    server knows; nothing speaks against one whose beginning is there.
    """
    paths = {".".join(path): field for path, field in walk(fields)}
    usable = sorted(sortable_paths(fields))
    if key in usable:
        return None
    advice = f"Use one of: {', '.join(usable[:_LISTED])}." if usable else "No field of it can be."
    if key in {"_id", "_uid"}:
        return (
            "_id cannot be a replication key: sorting by it loads every id into the server's memory"
            f" and can take the cluster down. {advice}"
        )
    if key in paths:
        return f"{key} is {_described(paths[key])} and cannot be sorted by. {advice}"
    parent = key.rpartition(".")[0]
    if parent in paths and not paths[parent].properties:
        return None
    return f"there is no field {key}. {advice}"


def multi_field_problem(
    client: Client, indices: Sequence[str], fields: Field, key: str
) -> str | None:
    """Why ``key``, if it looks like a multi-field, is none; the server is asked only then."""
    if key in {".".join(path) for path, _ in walk(fields)}:
        return None
    for chunk in chunks(indices):
        if client.field_types(chunk, key).keys() - {"unmapped"}:
            return None
    return f"there is no field {key}, nor a multi-field of this name."


def may_be_date(fields: Field, key: str) -> bool:
    """Is the field at a dotted path a date, or one that only the server knows?"""
    return all(field.type in DATES for path, field in walk(fields) if ".".join(path) == key)


def _described(field: Field) -> str:
    article = "an" if field.type[0] in "aeiou" else "a"
    lacking = "" if field.indexed else " that is not indexed"
    return f"{article} {field.type} field{lacking}"


def key_types(
    client: Client, indices: Sequence[str], key: str, kinds: Mapping[str, str]
) -> dict[str, str]:
    """The type of ``key`` in each of ``indices`` that has it.

    Args:
        client: The cluster.
        indices: Concrete, open indices.
        key: The field's dotted path.
        kinds: Types that can be sorted by, each with its kind of order.

    Raises:
        SettingsError: It cannot be sorted by in one of them, or not in one order in all.
    """
    types: dict[str, str] = {}
    for kind, can, where in _types(client, indices, key):
        if kind not in kinds or not (can.get("searchable") and can.get("aggregatable")):
            msg = (
                f"replication_key {key} is of type {kind} in {_some(where)} and cannot be"
                " sorted by there. Use another one, or leave these indices out."
            )
            raise SettingsError(msg)
        types.update(dict.fromkeys(where, kind))
    if len({kinds[kind] for kind in types.values()}) > 1:
        examples = {kind: index for index, kind in types.items()}
        shown = ", ".join(f"{kind} in {index}" for kind, index in sorted(examples.items()))
        msg = (
            f"replication_key {key} has types without a common order: {shown}."
            " Read these indices as separate streams."
        )
        raise SettingsError(msg)
    return types


def indices_with(
    client: Client, indices: Sequence[str], path: str, kinds: Container[str]
) -> Iterator[str]:
    """Those of ``indices`` in which the field at ``path`` is of one of these types.

    That is the type which searches know: a runtime field may hide one of the mapping.
    """
    for kind, _, where in _types(client, indices, path):
        if kind in kinds:
            yield from where


def _types(
    client: Client, indices: Sequence[str], path: str
) -> Iterator[tuple[str, FieldCapabilities, Sequence[str]]]:
    """Each type that a field has, what it can do there, and in which indices."""
    for chunk in chunks(indices):
        for kind, can in client.field_types(chunk, path).items():
            named = can.get("indices")
            where = chunk if named is None else [named] if isinstance(named, str) else named
            if kind != "unmapped":
                yield kind, can, where


def _some(names: Iterable[str]) -> str:
    return listed(sorted(names), 3)
