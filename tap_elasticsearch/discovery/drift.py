"""What has changed in the mapping since the catalog was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.mappings import read_mappings
from tap_elasticsearch.exceptions import RefusedError
from tap_elasticsearch.fields import merge, walk

if TYPE_CHECKING:
    import logging
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.fields import Field

#: How many fields a message lists.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Drift:
    """The difference between two field trees.

    Attributes:
        new: Dotted paths that only the later tree has.
        vanished: Dotted paths that only the earlier tree has.
    """

    new: tuple[str, ...]
    vanished: tuple[str, ...]

    def __str__(self) -> str:
        sentences = []
        if self.new:
            fields = _counted(self.new, "field is", "fields are")
            sentences.append(
                f"{fields} new since the catalog was made ({_some(self.new)}): values go to _extra;"
                " run --discover again for columns."
            )
        if self.vanished:
            fields = _counted(self.vanished, "field has", "fields have")
            sentences.append(f"{fields} vanished from the mapping ({_some(self.vanished)}).")
        return " ".join(sentences)


def _counted(paths: Sequence[str], one: str, several: str) -> str:
    return f"{len(paths):,} {one if len(paths) == 1 else several}"


def _some(paths: Sequence[str]) -> str:
    return ", ".join([*paths[:_LISTED], *(["…"] if len(paths) > _LISTED else [])])


def drift(earlier: Field, later: Field) -> Drift:
    """What of ``later`` has no column in ``earlier``, and the other way around."""
    return Drift(new=_lacking(earlier, later), vanished=_lacking(later, earlier))


def _lacking(here: Field, there: Field) -> tuple[str, ...]:
    """Paths of ``there`` without a place ``here``; a column without fields takes any.

    Dotted, since a field whose name has dots holds the same as one inside of objects.
    """
    known = {".".join(path): field for path, field in walk(here)}
    free = {path for path, field in known.items() if not field.properties}
    # What is computed has been asked for, and mappings are read without it.
    fields = ((path, field) for path, field in walk(there) if not field.computed)
    paths = (".".join(path) for path, field in fields if not field.properties)
    return tuple(path for path in paths if path not in known and free.isdisjoint(_outer(path)))


def _outer(path: str) -> Iterator[str]:
    """``a`` and ``a.b`` of ``a.b.c``."""
    return (path[:at] for at, character in enumerate(path) if character == ".")


def trees_of(
    client: Client, indices: Iterable[str], strict: Collection[str], log: logging.Logger
) -> dict[str, Field]:
    """The field tree of each index as it is now; none where that is not to be seen.

    Args:
        client: The cluster.
        indices: Names of the concrete indices that a stream reads.
        strict: Those that coerce no number, unless a field says so.
        log: The stream's own.
    """
    try:
        mappings = read_mappings(client, indices, strict)
    except RefusedError as error:
        # A sync by a catalog needs no more than the privilege to read.
        log.debug("The mapping cannot be compared with the catalog's: %s", error)
        return {}
    return {index: mapping.fields for index, mapping in mappings.items()}


def report_drift(earlier: Field, later: Mapping[str, Field], log: logging.Logger) -> None:
    """Warn of drift in one line.

    Args:
        earlier: The field tree that a catalog remembers.
        later: That of each index now.
        log: The stream's own.
    """
    if not later:
        return
    merged, _ = merge(later.items())
    found = drift(earlier, merged)
    if found.new or found.vanished:
        log.warning("%s", found)
