"""Records of indices that differ in what their values mean."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from tap_elasticsearch.fields import in_index
from tap_elasticsearch.records.normalise import Normaliser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Raw

    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.records.normalise import Made

_decode = msgspec.json.Decoder(str).decode


class Normalisers:
    """Finds the normaliser of a document by its index."""

    def __init__(self, columns: Field, own: Mapping[str, Field] = MappingProxyType({})) -> None:
        """Prepare; what one index needs is made when its first document comes.

        Args:
            columns: The columns of the stream's documents, as a tree.
            own: What the mapping of each index says, as a tree, by its name. That of others is not
                known.
        """
        self._columns = columns
        self._own = own
        self._made: Made = {}
        self._usual = Normaliser(in_index(columns, None), self._made)
        self._of_tree: dict[int, Normaliser] = {}

    def of(self, index: Raw) -> Normaliser:
        """The normaliser for documents of an index.

        Args:
            index: Its name, as JSON.
        """
        own = self._own.get(_decode(index)) if self._own else None
        if own is None:
            return self._usual
        # Equal mappings are one object, which ``own`` keeps.
        found = self._of_tree.get(id(own))
        if found is None:
            found = Normaliser(in_index(self._columns, own), self._made)
            self._of_tree[id(own)] = found
        return found
