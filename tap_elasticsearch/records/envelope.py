"""From a hit to a record: its metadata, the document's fields, and what has no place."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.exceptions import RequestError, SettingsError
from tap_elasticsearch.fields import ListFinder, apart, read_integer, read_number, type_of, walk
from tap_elasticsearch.records.check import Check, are_objects
from tap_elasticsearch.records.computed import Computed
from tap_elasticsearch.records.cut import Cut
from tap_elasticsearch.records.form import DEFAULT_FORM, DOCUMENT, EXTRA
from tap_elasticsearch.records.indices import Normalisers
from tap_elasticsearch.records.metadata import HitColumns
from tap_elasticsearch.records.normalise import without_extra
from tap_elasticsearch.records.null_characters import (
    column_names,
    may_have_null_characters,
    without_null_characters,
)
from tap_elasticsearch.records.renaming import renaming
from tap_elasticsearch.records.repair import without_halves
from tap_elasticsearch.records.served import put_back, put_served

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msgspec import Raw

    from tap_elasticsearch.fields import Field
    from tap_elasticsearch.records.form import Form
    from tap_elasticsearch.records.hits import Hit

_decode = msgspec.json.Decoder().decode
_decode_digits = msgspec.json.Decoder(float_hook=read_number).decode


def _decode_source(source: Raw | bytes, *, rewritten: bool) -> Any:  # noqa: ANN401
    """A document, with all digits of its numbers, unless those are the server's."""
    try:
        decoded = _decode(source)
        # To look at each number takes far longer than to see that all are written as usual.
        if rewritten or msgspec.json.encode(decoded) == bytes(source):
            return decoded
        return _decode_digits(source)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = without_halves(bytes(source))
        read = _read_double if rewritten else read_number
        return json.loads(text, parse_float=read, parse_int=read_integer)


def _read_double(text: str) -> float | str:
    """As ``read_number``, for who does not want to know how the number is written."""
    number = read_number(text)
    return number if isinstance(number, str) else float(number)


def _is_free(field: Field) -> bool:
    """May values of this column be, or hold, numbers as the document spells them?"""
    return not field.properties and type_of(field.type).schema["type"] == "object"


def _described(value: object) -> str:
    """A value of JSON in words, without what it is: it may not be for the log."""
    kinds = {dict: "an object", str: "a string", bool: "a boolean", int: "a number"}
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return kinds.get(type(value), "a number")


def _passing_without(
    check: Callable[[Sequence[Raw]], list[bool]], sources: Sequence[Raw]
) -> list[bool]:
    """What of ``sources`` passes ``check``, and has no U+0000."""
    return [
        passed and not may_have_null_characters(source)
        for passed, source in zip(check(sources), sources, strict=True)
    ]


def _none(sources: Sequence[Raw]) -> list[bool]:
    """No document stands in a record as it is: names are others there, or values are added."""
    return [False] * len(sources)


class Recorder:
    """Makes the records of one stream.

    Attributes:
        form: What records are made of beside the columns of the document.
        head: The columns of the hit.
        passing: Which documents can stand in a record as they are, but for what is cut out?
        cut: Cuts out what is not wanted; false where there is nothing to cut.
        extras: Dotted paths of values that had no place in their column, each with how often, and
            the ``_id`` of one document.
        lists: The paths among them where documents have lists, and the column is for one value.
    """

    def __init__(
        self, columns: Field, *, routed: bool, form: Form = DEFAULT_FORM, safe_names: bool = False
    ) -> None:
        """Prepare.

        Args:
            columns: The columns of documents, as a tree, by their names in documents; some of its
                fields may be dropped.
            routed: Is the routing a part of the key?
            form: What records are made of beside them.
            safe_names: Do columns have safe names in records?
        """
        self.form = form
        names = form.names(("_id", "_routing") if routed else ("_id",))
        self.head = HitColumns(names, routed=routed, null_characters=form.null_characters)
        self.cut = Cut(columns)
        self._names = column_names(columns)
        self._free = any(_is_free(field) for _, field in walk(columns))
        of_documents, computed = apart(columns)
        self._of_documents = of_documents
        self._normalisers = Normalisers(of_documents)
        self._computed = Computed(computed)
        self._rename = renaming(without_extra(columns).properties) if safe_names else None
        self.passing = self._passing(columns)
        self.extras: dict[str, tuple[int, str]] = {}
        self.lists: set[str] = set()
        self._find_lists = ListFinder(columns)

    def _passing(self, columns: Field) -> Callable[[Sequence[Raw]], list[bool]]:
        if self._rename or self._computed:
            return _none
        check = are_objects if self.form.whole else Check(columns)
        return check if self.form.null_characters else partial(_passing_without, check)

    def tell_apart(self, own: Mapping[str, Field]) -> None:
        """From now on, take the values of each index for what they mean there.

        Args:
            own: What the mapping of each says, as a tree, by its name.
        """
        self._normalisers = Normalisers(self._of_documents, own)

    def record(self, hit: Hit) -> dict[str, Any]:
        """``{"_id", "_index", <the document's fields>, "_extra"?}``, true to the schema.

        Or ``{"_id", "_index", "document"}``, and other columns of the hit in both.

        Raises:
            RequestError: The index does not keep the documents it was given.
            SettingsError: A value has no place in its column, and that is not to be.
        """
        if self.form.whole or not self.passing([hit.source])[0]:
            return self.normalised(hit)
        source = self.cut(hit.source) if self.cut else hit.source
        plain = self.form.rewritten or not self._free
        return {**self.head.of(hit), **_decode_source(source, rewritten=plain)}

    def normalised(self, hit: Hit) -> dict[str, Any]:
        """As ``record``, for documents that do not pass."""
        return {**self.head.of(hit), **self._columns(hit)}

    def _columns(self, hit: Hit) -> dict[str, Any]:
        """The columns of the document."""
        source = self._source(hit)
        if self.form.whole:
            return {} if self.cut else {DOCUMENT: source}
        served = self._cleaned(_decode(hit.served))
        computed = self._computed.taken(served)
        replaced = put_served(source, served)
        fields, extra = self._normalisers.of(hit.index).record(source)
        extra = self.form.chosen.left(extra)
        self._computed.add(computed, fields, extra)
        columns = fields if self._rename is None else self._rename(fields)
        if extra:
            put_back(extra, replaced)
            self._note(extra, hit)
            if any(type(extra[path]) is list for path in extra.keys() - self.lists):
                self.lists.update(self._find_lists({**source, **computed}) & extra.keys())
            if self.form.extras == "keep":
                return {**columns, EXTRA: extra}
        return columns

    def _source(self, hit: Hit) -> dict[str, Any]:
        if not hit.source:
            msg = (
                f"Document {_decode(hit.id)!r} of index {_decode(hit.index)!r} came without its"
                " source: the index does not keep it (_source is disabled in its mapping). Leave it"
                " out with exclude_indices."
            )
            raise RequestError(msg)
        return self._cleaned(_decode_source(hit.source, rewritten=self.form.rewritten))

    def _cleaned(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.form.null_characters:
            return values
        cleaned: dict[str, Any] = without_null_characters(values, self._names)
        return cleaned

    def _note(self, extra: dict[str, Any], hit: Hit) -> None:
        document = _decode(hit.id)
        if self.form.extras == "fail":
            path, value = next(iter(extra.items()))
            msg = (
                f"Document {document!r} of index {_decode(hit.index)!r} has {_described(value)} in"
                f" {path}, which has no place in its column. Mend the document, name the field in"
                " array_fields if it holds lists, or set extra_values to keep (into the column"
                " _extra) or drop."
            )
            raise SettingsError(msg)
        for path in extra:
            count, example = self.extras.get(path, (0, document))
            self.extras[path] = (count + 1, example)
