"""What users may ask of the records of one index, in any combination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tap_elasticsearch.records.form import METADATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

#: They and the vectors, so that nothing of a document is left out by itself.
_ALL = {"include_vectors": True}
_METADATA = {"metadata_fields": st.lists(st.sampled_from(list(METADATA)), unique=True)}


@dataclass(frozen=True)
class Options:
    """What one run is told.

    Attributes:
        settings: Settings of the tap.
        deselected: The paths of columns that are not selected, by their names in documents.
    """

    settings: dict[str, Any]
    deselected: Sequence[tuple[str, ...]] = ()

    @property
    def leaves_out(self) -> bool:
        """Are the records those of the plain options, less something?"""
        return bool(self.deselected) or "extra_values" in self.settings

    @property
    def whole(self) -> bool:
        """Are documents one column?"""
        return "record_shape" in self.settings


def plain(lists: Sequence[str]) -> Options:
    """Each run's own: columns for one value but for those of ``lists``."""
    return Options({**_ALL, "arrays": "never", "array_fields": lists})


def options(lists: Sequence[str], paths: Sequence[tuple[str, ...]]) -> SearchStrategy[Options]:
    """Anything else.

    Args:
        lists: As for ``plain``.
        paths: The paths of all fields.
    """
    columns = {
        "arrays": st.sampled_from(["auto", "auto", "always", "never"]),
        "property_names": st.sampled_from(["source", "safe"]),
        "unsigned_long": st.sampled_from(["string", "integer"]),
        **_METADATA,
    }
    other = st.fixed_dictionaries(columns).map(lambda given: Options({**_ALL, **given}))
    whole = st.fixed_dictionaries({"record_shape": st.just("document"), **_METADATA}).map(
        lambda given: Options({**_ALL, **given})
    )
    less = st.builds(
        lambda extras, left_out: Options({**plain(lists).settings, **extras}, left_out),
        st.sampled_from([{}, {"extra_values": "drop"}]),
        st.lists(st.sampled_from(paths), unique=True, min_size=1, max_size=3),
    )
    return st.one_of(other, other, other, less, less, whole)
