"""The parts of settings: texts, secrets, and the entries of lists of objects."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]
Texts = tuple[Text, ...]


class Secret(str):
    """A text that never shows itself in a ``repr``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class TypeOverride(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of ``type_overrides``.

    Attributes:
        field: A path or pattern.
        type: The type that the fields shall have.
    """

    field: Text
    type: Text


class StreamSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of ``streams``: an expression that becomes one stream.

    Attributes:
        index: Index, alias, data stream or pattern; several separated by commas.
        name: The stream's name; by default made from ``index``.
        query: A query in Elasticsearch's query language that documents must match.
        array_fields: Like the global setting, for this stream alone.
        type_overrides: Like the global setting, for this stream alone; they go before it.
        fields: Paths or patterns of the fields that become columns; by default, all.
        exclude_fields: Paths or patterns of those that do not.
        replication_key: Like the global setting; here it must be a field that can be sorted by.
        start_value: Where the first incremental run begins.
    """

    index: Text
    name: Text | None = None
    query: dict[str, Any] | None = None
    array_fields: Texts = ()
    type_overrides: tuple[TypeOverride, ...] = ()
    fields: Texts = ()
    exclude_fields: Texts = ()
    replication_key: Text | None = None
    start_value: Any = None
