"""What a stream is: where its records come from, what they look like, what tells them apart."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.discovery.listed import near
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import (
    ALL_FIELDS,
    Chosen,
    parse_mapping,
    safe_names,
    to_mapping,
    walk,
    with_safe_names,
)
from tap_elasticsearch.records.form import DEFAULT_FORM, Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_elasticsearch.config import Settings, StreamSettings
    from tap_elasticsearch.fields import Field

logger = logging.getLogger("tap-elasticsearch")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDefinition:
    """A stream, as discovery found it or a catalog remembers it.

    Attributes:
        name: The stream's name.
        index: The expression it reads: an index, alias, data stream, pattern, or several.
        concrete: Is the expression the name of one index? Decided by the expression, never by
            what it matches today, since the keys follow from it.
        routed: Do its documents have a routing? Then one index can hold several of one ``_id``.
        fields: The merged mapping.
        query: The query that documents must match, or None.
        replication_key: The dotted path that incremental runs go by, or None.
        property_names: ``source``, or ``safe`` where columns have other names than fields.
        remembered: Does it come from a catalog, so that the server may have changed since?
        form: What records are made of beside the mapping. The settings say so, no catalog.
    """

    name: str
    index: str
    concrete: bool
    routed: bool
    fields: Field
    query: Mapping[str, Any] | None = None
    replication_key: str | None = None
    property_names: str = "source"
    remembered: bool = field(default=False, compare=False)
    form: Form = DEFAULT_FORM

    @property
    def keys(self) -> tuple[str, ...]:
        """The key properties."""
        return (
            *(() if self.concrete else ("_index",)),
            "_id",
            *(("_routing",) if self.routed else ()),
        )

    @property
    def shaped(self) -> Field:
        """What of documents has columns, as a tree, by the names that it has in documents."""
        return self.form.columns(self.fields)

    @property
    def columns(self) -> Field:
        """As ``shaped``, by the names that columns have in records."""
        return self.shaped if self.property_names == "source" else with_safe_names(self.shaped)

    @property
    def column_paths(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """The path of each field of ``shaped`` with that of its column."""
        paths = ((path for path, _ in walk(tree)) for tree in (self.shaped, self.columns))
        return dict(zip(*paths, strict=True))

    def root_column(self, path: str) -> str:
        """The column that holds the field at a dotted path."""
        root = path.partition(".")[0]
        if self.property_names == "source":
            return root
        return safe_names(self.shaped.properties).get(root, root)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of a record."""
        return self.form.schema(self.columns, self.keys)

    def to_dict(self) -> dict[str, Any]:
        """What a catalog must hold to build this again without the server."""
        return {
            "index": self.index,
            "concrete": self.concrete,
            "routed": self.routed,
            "mapping": to_mapping(self.fields),
            **({} if self.query is None else {"query": self.query}),
            **({"replication_key": self.replication_key} if self.replication_key else {}),
            **({} if self.property_names == "source" else {"property_names": self.property_names}),
        }

    @classmethod
    def from_dict(cls, name: str, remembered: Mapping[str, Any]) -> StreamDefinition:
        """The reverse of ``to_dict``.

        Raises:
            SettingsError: The catalog was changed in a place that is not for people.
        """
        try:
            return cls(
                name=name,
                index=remembered["index"],
                concrete=remembered["concrete"],
                routed=remembered["routed"],
                fields=parse_mapping(remembered["mapping"]),
                query=remembered.get("query"),
                replication_key=remembered.get("replication_key"),
                property_names=remembered.get("property_names", "source"),
                remembered=True,
            )
        except (KeyError, TypeError, AttributeError) as error:
            msg = (
                f"The catalog's metadata of stream {name!r} cannot be read: {lacking(error)}."
                " Run --discover again."
            )
            raise SettingsError(msg) from error


def lacking(error: Exception) -> str:
    """What a catalog lacks in which something was not found, in words."""
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing in it"
    return "it is not in the form in which --discover prints one"


def stream_name(expression: str, style: str) -> str:
    """The name of the stream that reads ``expression``.

    Args:
        expression: An index, alias, data stream, pattern, or several.
        style: ``safe`` (letters, digits, ``_``, without a leading dot) or ``index`` (as it is).
    """
    if style == "index":
        return expression
    name = re.sub(r"[^A-Za-z0-9_]", "_", expression.lstrip("."))
    return (name.strip("_") or "all") if "*" in expression else name


def name_of(entry: StreamSettings, settings: Settings) -> str:
    """The name of the stream that an entry of ``streams`` stands for."""
    return entry.name or stream_name(entry.index, settings.stream_name)


def entry_of(name: str, settings: Settings) -> StreamSettings | None:
    """The entry of ``streams`` for the stream of this name, if there is one."""
    return next((each for each in settings.streams if name_of(each, settings) == name), None)


def reject_equal_names(definitions: Iterable[tuple[str, str]]) -> None:
    """Raise if two streams want one name.

    Args:
        definitions: Names with the expressions they stand for.

    Raises:
        SettingsError: It names both, and the setting that separates them.
    """
    seen: dict[str, str] = {}
    for name, expression in definitions:
        if name in seen:
            msg = (
                f"Both {seen[name]!r} and {expression!r} would be stream {name!r}. Give one of them"
                " another name in streams, leave it out with exclude_indices, or set"
                " stream_name: index."
            )
            raise SettingsError(msg)
        seen[name] = expression


def none_in(definition: StreamDefinition) -> str:
    """What is the case if a run of a stream has found nothing to read."""
    what = "index" if definition.concrete else "what is behind"
    asked = " and that its query matches" if definition.query else ""
    return f"{what} {definition.index} holds no documents{asked}, or none that are left to read"


def formed(definition: StreamDefinition, settings: Settings) -> StreamDefinition:
    """``definition`` with records in the form that the settings ask for."""
    entry = entry_of(definition.name, settings)
    form = Form(
        chosen=ALL_FIELDS
        if entry is None
        else Chosen(entry.fields, entry.exclude_fields, definition.replication_key),
        metadata=settings.metadata_fields,
        whole=settings.record_shape == "document",
        extras=settings.extra_values,
        vectors=settings.include_vectors,
        unsigned_integers=settings.unsigned_long == "integer",
        null_characters=settings.null_characters == "keep",
    )
    return replace(definition, form=form)


def report_choices(definition: StreamDefinition) -> None:
    """Say which patterns of the settings choose no field of a stream.

    Raises:
        SettingsError: A field is wanted that is not there. One that is not wanted may turn up.
    """
    wanted, unwanted = definition.form.chosen.unmatched(definition.fields)
    paths = [".".join(path) for path, _ in walk(definition.fields)]
    if wanted:
        msg = f"fields: stream {definition.name} has no field {wanted[0]}. {near(wanted[0], paths)}"
        raise SettingsError(msg)
    for pattern in unwanted:
        logger.warning(
            "exclude_fields: stream %s has no field %s in its mapping. %s",
            definition.name,
            pattern,
            near(pattern, paths),
        )
