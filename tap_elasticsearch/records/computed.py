"""Columns of fields that no document holds, from what the server says beside the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tap_elasticsearch.fields import DATES
from tap_elasticsearch.records.normalise import Normaliser
from tap_elasticsearch.records.served import short

if TYPE_CHECKING:
    from tap_elasticsearch.fields import Field

    #: Any decoded JSON.
    JSON: TypeAlias = "Any"


class Computed:
    """Makes these columns; false where there are none."""

    def __init__(self, root: Field) -> None:
        """Prepare.

        Args:
            root: A root that has these fields alone.
        """
        self._dates = {name: each.type in DATES for name, each in root.properties.items()}
        self._normaliser = Normaliser(root)

    def __bool__(self) -> bool:
        return bool(self._dates)

    def taken(self, served: dict[str, list[JSON]]) -> dict[str, list[JSON]]:
        """What of ``served`` is theirs; it is taken out there."""
        return {
            name: [short(value) for value in served.pop(name)] if is_date else served.pop(name)
            for name, is_date in self._dates.items()
            if name in served
        }

    def add(
        self, values: dict[str, list[JSON]], record: dict[str, JSON], extra: dict[str, JSON]
    ) -> None:
        """Add the columns with these values to a record, and what does not fit to ``extra``.

        What a document has under the name of such a field is in ``extra``, as the mapping does not
        have it; but not where the field only repeats it.
        """
        for name, each in values.items():
            if name in extra and extra[name] in (each, each[0]):
                del extra[name]
        columns, left = self._normaliser.record(values)
        record.update(columns)
        extra.update({name: each for name, each in left.items() if name not in extra})
