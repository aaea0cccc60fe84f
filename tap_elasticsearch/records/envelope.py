"""From a hit to a record: its metadata, the document's fields, and what has no place."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.exceptions import RequestError
from tap_elasticsearch.fields import ListFinder
from tap_elasticsearch.records.check import Check
from tap_elasticsearch.records.normalise import Normaliser, without_extra
from tap_elasticsearch.records.renaming import renaming
from tap_elasticsearch.records.repair import without_halves
from tap_elasticsearch.records.served import put_back, put_served

if TYPE_CHECKING:
    from msgspec import Raw

    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.records.hits import Hit

_decode = msgspec.json.Decoder().decode


def _decode_source(source: Raw) -> Any:  # noqa: ANN401
    try:
        return _decode(source)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A number beyond a double, which only fields that are not indexed can hold: its digits.
        return json.loads(without_halves(bytes(source)), parse_float=_number)


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _never(_: Raw) -> bool:
    """No document stands in a record as it is, where fields have other names there."""
    return False


class Recorder:
    """Makes the records of one stream.

    Attributes:
        routed: Is the routing a part of its records?
        passes: Can a document stand in a record as it is?
        extras: Dotted paths of values that had no place in their column, each with how often, and
            the ``_id`` of one document.
        lists: The paths among them where documents have lists, and the column is for one value.
    """

    def __init__(self, fields: Field, *, routed: bool, safe_names: bool = False) -> None:
        self._normaliser = Normaliser(fields)
        self._rename = renaming(without_extra(fields).properties) if safe_names else None
        self.passes = Check(fields) if self._rename is None else _never
        self.routed = routed
        self.extras: dict[str, tuple[int, str]] = {}
        self.lists: set[str] = set()
        self._find_lists = ListFinder(fields)

    def record(self, hit: Hit) -> dict[str, Any]:
        """``{"_id", "_index", <the document's fields>, "_extra"?}``, true to the schema.

        Raises:
            RequestError: The index does not keep the documents it was given.
        """
        if self.passes(hit.source):
            return {**self._envelope(hit), **_decode(hit.source)}
        return self.normalised(hit)

    def normalised(self, hit: Hit) -> dict[str, Any]:
        """As ``record``, for documents that do not pass."""
        record = self._envelope(hit)
        if not hit.source:
            msg = (
                f"Document {record['_id']!r} of index {record['_index']!r} came without its source:"
                " the index does not keep it (_source is disabled in its mapping). Leave it out"
                " with exclude_indices."
            )
            raise RequestError(msg)
        source = _decode_source(hit.source)
        replaced = put_served(source, _decode(hit.served))
        fields, extra = self._normaliser.record(source)
        record.update(fields if self._rename is None else self._rename(fields))
        if extra:
            put_back(extra, replaced)
            record["_extra"] = extra
            self._note(extra, record["_id"])
            if any(type(extra[path]) is list for path in extra.keys() - self.lists):
                self.lists.update(self._find_lists(source) & extra.keys())
        return record

    def _envelope(self, hit: Hit) -> dict[str, Any]:
        envelope = {"_id": _decode(hit.id), "_index": _decode(hit.index)}
        if self.routed:
            # A part of the key, which must not be null.
            envelope["_routing"] = _decode(hit.routing) or ""
        return envelope

    def _note(self, extra: dict[str, Any], document: str) -> None:
        for path in extra:
            count, example = self.extras.get(path, (0, document))
            self.extras[path] = (count + 1, example)
