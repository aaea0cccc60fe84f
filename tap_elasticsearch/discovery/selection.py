"""What of a stream is selected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import DATES, VECTORS, dropping, unreadable_dates, walk
from tap_elasticsearch.records.form import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_elasticsearch.discovery.definition import StreamDefinition
    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.records.form import Form


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a stream goes into records.

    Attributes:
        columns: The columns of its documents, as a tree, by their names in documents; what is not
            selected is dropped.
        form: What records are made of beside them.
        vectors: The paths of all its vectors, each with whether it is selected.
        left_out: The paths of columns that are not selected.
        mapped: The settings by which the SDK makes other records of these.
    """

    columns: Field
    form: Form
    vectors: dict[str, bool]
    left_out: tuple[str, ...] = ()
    mapped: Mapping[str, Any] = field(default_factory=dict)

    @property
    def served(self) -> tuple[str, ...]:
        """The paths of dates that the server must read."""
        computed = (name for name, field in self._computed if field.type in DATES)
        return (*unreadable_dates(self.columns), *computed)

    @property
    def computed(self) -> tuple[str, ...]:
        """The names of other fields that no document holds."""
        return tuple(name for name, field in self._computed if field.type not in DATES)

    @property
    def _computed(self) -> Iterator[tuple[str, Field]]:
        fields = self.columns.properties.items()
        return ((name, field) for name, field in fields if field.computed and not field.dropped)

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """What of it the user chose: the same as long as that is the same."""
        computed = sorted(name for name, _ in self._computed)
        form = self.form
        kinds = (form.whole, form.extras, form.vectors, form.unsigned_integers)
        left_out = sorted(self.left_out)
        chosen = (form.chosen.wanted, form.chosen.unwanted)
        columns = (left_out, sorted(form.metadata), computed, *chosen)
        return *columns, *kinds, form.null_characters, dict(self.mapped)


def select(
    definition: StreamDefinition,
    is_selected: Callable[[tuple[str, ...]], bool],
    mapped: Mapping[str, Any] = MappingProxyType({}),
) -> Selection:
    """What of a stream is selected.

    Args:
        definition: The stream.
        is_selected: Is the column at this path, its names from the record on?
        mapped: The settings by which the SDK makes other records.
    """
    form = definition.form
    names = definition.column_paths
    shaped = definition.shaped
    columns = dropping(shaped, lambda path, _: not is_selected(names[path]))
    # A document that is one column has all or none of its vectors.
    fields = definition.fields if form.whole else columns
    vectors = {
        ".".join(path): form.vectors and not field.dropped
        for path, field in walk(fields)
        if field.type in VECTORS
    }
    return Selection(
        mapped=mapped,
        columns=columns,
        form=replace(
            form,
            metadata=[name for name in form.names(definition.keys) if is_selected((name,))],
            extras="drop" if form.extras == "keep" and not is_selected((EXTRA,)) else form.extras,
            # To leave one out, the server takes documents apart.
            rewritten=not all(vectors.values()),
        ),
        vectors=vectors,
        left_out=tuple(
            ".".join(path)
            for (path, before), (_, after) in zip(walk(shaped), walk(columns), strict=True)
            if after.dropped and not before.dropped
        ),
    )
