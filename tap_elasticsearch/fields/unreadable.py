"""The dates that only the server can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_elasticsearch.fields.dates import is_readable

if TYPE_CHECKING:
    from tap_elasticsearch.fields.tree import Field

#: The types of dates.
DATES = frozenset({"date", "date_nanos"})
#: The types whose values are dates or hold some.
DATED = DATES | {"date_range"}


def unreadable_dates(root: Field) -> tuple[str, ...]:
    """The dotted paths of dates in formats without a faithful translation.

    Not those of ranges: OpenSearch 3 fails a whole search for a range with an end that is null.
    """
    found: list[str] = []
    for name, field in root.properties.items():
        if field.dropped:
            continue
        if field.type in DATES and not is_readable(field):
            found.append(name)
        else:
            found.extend(f"{name}.{path}" for path in unreadable_dates(field))
    return tuple(found)
