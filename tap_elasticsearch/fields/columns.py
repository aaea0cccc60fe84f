"""Which fields become columns, of all that a mapping has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from tap_elasticsearch.fields.types import UNSIGNED_INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_elasticsearch.fields.tree import Field

    #: Is the field at this path, its names from the root on, to be dropped?
    Drops: TypeAlias = "Callable[[tuple[str, ...], Field], bool]"

#: Types whose values are large, made for searching by machines, and rarely wanted in a table.
VECTORS = frozenset({"dense_vector", "sparse_vector", "rank_vectors", "knn_vector", "semantic"})


def dropping(field: Field, drops: Drops, path: tuple[str, ...] = ()) -> Field:
    """``field``, the root or what is at ``path``, with the fields that ``drops`` says dropped.

    They stay in the tree, so that whatever a document has there is known for theirs, however it is
    spelled, and is not taken for something that the mapping lacks.
    """
    properties = {}
    for name, sub in field.properties.items():
        inner = (*path, name)
        dropped = sub.dropped or drops(inner, sub)
        left = dropping(sub, drops, inner)
        properties[name] = left if dropped == left.dropped else replace(left, dropped=dropped)
    same = all(properties[name] is sub for name, sub in field.properties.items())
    return field if same else replace(field, properties=properties)


def without_vectors(field: Field) -> Field:
    """``field`` with its vectors dropped, and objects that have nothing else."""

    def drops(_: tuple[str, ...], sub: Field) -> bool:
        return sub.type in VECTORS or (
            bool(sub.properties) and all(drops((), each) for each in sub.properties.values())
        )

    return dropping(field, drops)


def unsigned_as_integers(field: Field) -> Field:
    """``field`` with columns of integers for its unsigned integers of 64 bits."""
    properties = {name: unsigned_as_integers(sub) for name, sub in field.properties.items()}
    kind = UNSIGNED_INTEGER if field.type == "unsigned_long" else field.type
    return replace(field, type=kind, properties=properties)
