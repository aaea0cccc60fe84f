"""What records are made of, beside what the mapping says: what the user chose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tap_elasticsearch.fields import (
    ALL_FIELDS,
    Chosen,
    Field,
    json_schema,
    unsigned_as_integers,
    without_vectors,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: What becomes of values that have no place in their column.
Extras: TypeAlias = Literal["keep", "drop", "fail"]

#: The column of what has no place in another.
EXTRA = "_extra"
#: The one column of whole documents.
DOCUMENT = "document"

_STRING = {"type": ["string", "null"]}
_FREE = {"type": ["object", "null"], "additionalProperties": True}
_INTEGER = {"type": ["integer", "null"], "minimum": -(2**63), "maximum": 2**63 - 1}

#: The columns that a hit has beside its document, in the order of a record, with their schemas.
METADATA: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "_id": _STRING,
        "_index": _STRING,
        "_routing": _STRING,
        "_version": _INTEGER,
        "_seq_no": _INTEGER,
        "_primary_term": _INTEGER,
        "_ignored": {"type": ["array", "null"], "items": _STRING},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a user wants records.

    Attributes:
        metadata: Columns of the hit.
        whole: Is the document one column, as it is, rather than a column for each of its fields?
        extras: What becomes of values that have no place in their column.
        vectors: Are vectors columns?
        unsigned_integers: Are the columns of ``unsigned_long`` integers?
        null_characters: Does U+0000 stay in texts?
        chosen: Which fields of documents are columns.
        rewritten: Does the server write documents anew, so that numbers have its own spelling?
    """

    metadata: Collection[str] = ("_id", "_index")
    whole: bool = False
    extras: Extras = "keep"
    vectors: bool = False
    unsigned_integers: bool = False
    null_characters: bool = True
    chosen: Chosen = ALL_FIELDS
    rewritten: bool = False

    def names(self, keys: Collection[str] = ()) -> tuple[str, ...]:
        """The columns of the hit, those of the stream's keys included, in their order."""
        return tuple(name for name in METADATA if name in self.metadata or name in keys)

    def columns(self, fields: Field) -> Field:
        """The columns of documents with these fields, as a tree; with what is dropped from them."""
        if self.whole:
            return Field("object", {DOCUMENT: Field("flattened")})
        fields = self.chosen.of(fields if self.vectors else without_vectors(fields))
        fields = _beside_ours(fields)
        return unsigned_as_integers(fields) if self.unsigned_integers else fields

    def schema(self, columns: Field, keys: Collection[str]) -> dict[str, Any]:
        """The JSON Schema of a record.

        Args:
            columns: What ``columns`` gives, by the names that columns have in records.
            keys: The stream's keys, which are never null.
        """
        metadata = {
            name: {"type": ["string"]} if name in keys else dict(METADATA[name])
            for name in self.names(keys)
        }
        fields = json_schema(columns).get("properties", {})
        extra = {EXTRA: _FREE} if self.extras == "keep" and not self.whole else {}
        return {"type": "object", "properties": {**metadata, **fields, **extra}}


#: What it is where nothing else was asked for.
DEFAULT_FORM = Form()


def _beside_ours(fields: Field) -> Field:
    """``fields`` without those that have the name of a column of the hit, or of what is left."""
    ours = METADATA.keys() | {EXTRA}
    if not ours & fields.properties.keys():
        return fields
    left = {name: field for name, field in fields.properties.items() if name not in ours}
    return replace(fields, properties=left)
