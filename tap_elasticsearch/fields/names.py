"""Names of columns: which fold into one in common targets, and names that never do.

SQL targets made with the Singer SDK drop what is no letter, digit, ``_``, ``-``, ``.`` or space,
write ``_`` for the last three, and ignore case; others only ignore case, which is less. Flattening
joins the names of objects with two underscores.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

from tap_elasticsearch.fields.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_elasticsearch.fields.tree import Field

#: What flattening puts between the names of objects and of what they hold.
_JOINT = "__"
#: How names begin that targets add to every table.
_RESERVED = "_sdc_"
#: Hexadecimal digits that tell a name from one that folds into the same.
_DIGITS = 6


# Thousands of indices have the same few names.
@lru_cache(maxsize=2**16)
def folded(path: tuple[str, ...]) -> str:
    """The column that a flattening SQL target makes of a field; equal where two would be one."""
    # Letters and digits are those of ASCII, spaces all that there are.
    kept = re.sub(r"[^a-zA-Z0-9_.\s-]", "", _JOINT.join(path)).strip().lower()
    name = re.sub(r"[. -]", "_", kept)
    # A leading digit is written as a letter: 0 is a.
    return chr(ord("a") + int(name[0])) + name[1:] if name[:1].isdigit() else name


def clashes(root: Field, others: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """Groups of dotted paths that a target could take for one column.

    What objects hold whose own names clash is not listed with them.

    Args:
        root: The root of a stream's field tree.
        others: Root columns that are no fields.
    """
    groups: dict[str, list[tuple[str, ...]]] = {}
    for path in (*((name,) for name in others), *_flattened(root)):
        groups.setdefault(folded(path), []).append(path)
    return [
        tuple(".".join(path) for path in paths)
        for paths in groups.values()
        if len(paths) > 1 and not _follows(paths)
    ]


def _flattened(field: Field) -> Iterator[tuple[str, ...]]:
    """Paths of all that flattening, which stops at lists, could make a column of."""
    for name, sub in field.properties.items():
        yield (name,)
        if not sub.array:
            yield from ((name, *path) for path in _flattened(sub))


def _follows(paths: list[tuple[str, ...]]) -> bool:
    """Do these clash only since the objects that hold them do?"""
    parents = {path[:-1] for path in paths}
    return len(parents) == len(paths) and len({folded(parent) for parent in parents}) == 1


def reserved(root: Field) -> list[str]:
    """Root columns with names that belong to targets."""
    return [name for name in root.properties if folded((name,)).startswith(_RESERVED)]


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """A safe name for each of the names in one object.

    Safe names consist of ASCII letters, digits and single underscores between them (before them,
    where a digit comes first), and differ in more than case. So they also stay apart when
    flattening joins them to those of objects, and from the metadata columns.

    A name that is safe keeps itself. Of several that fold into one, the plainest gets that name,
    the others have six digits after it that follow from the source's name alone: another field that
    appears beside them changes no name but, at most, the one that it folds into.
    """
    ranked = sorted(names, key=lambda name: (_plain(name) != name, name != name.lower(), name))
    plainest: dict[str, str] = {}
    for name in ranked:
        plainest.setdefault(_plain(name).lower(), name)
    result = {name: _plain(name) for name in plainest.values()}
    taken = set(plainest)
    for name in ranked:
        if name not in result:
            result[name] = next(each for each in _numbered(name) if each.lower() not in taken)
            taken.add(result[name].lower())
    return result


def _plain(name: str) -> str:
    """The name without anything that is not safe."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")
    if not plain:
        # Nothing remains of other scripts.
        return f"field_{_digest(name)[:_DIGITS]}"
    return f"_{plain}" if plain[0].isdigit() else plain


def _numbered(name: str) -> Iterator[str]:
    return (f"{_plain(name)}_{_digest(name)[:digits]}" for digits in count(_DIGITS))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def with_safe_names(field: Field) -> Field:
    """``field`` with safe names for all that it holds."""
    if not field.properties:
        return field
    names = safe_names(field.properties)
    properties = {names[name]: with_safe_names(sub) for name, sub in field.properties.items()}
    return replace(field, properties=properties)


def told_apart(root: Field) -> Mapping[str, str]:
    """Dotted paths with the safe name, where digits had to tell it from another."""
    found = {}
    holders = [((), root), *((path, field) for path, field in walk(root) if field.properties)]
    for path, holder in holders:
        for name, safe in safe_names(holder.properties).items():
            if safe != _plain(name):
                found[".".join((*path, name))] = safe
    return found
