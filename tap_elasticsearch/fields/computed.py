"""Fields that no document holds: the server works them out when it is asked (alias, runtime)."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.tree import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Of these the server gives objects of other documents, or none.
_NO_COLUMN = frozenset({"lookup", "object"})


def computed_fields(mapping: Mapping[str, Any]) -> dict[str, Field]:
    """The computed fields of a mapping by their whole names, each with the type of its values.

    Not those inside of ``nested``, which the server gives in another form, nor those that hide a
    field of the mapping.

    Args:
        mapping: What stands under ``mappings`` in an answer of ``GET /<index>/_mapping``.
    """
    known = dict(_leaves(mapping, ""))
    kinds = {
        name: known[definition["path"]]
        for name, definition in known.items()
        if definition.get("type") == "alias" and definition.get("path") in known
    }
    kinds |= {
        name: definition
        for part in ("runtime", "derived")
        for name, definition in _scripts(mapping.get(part, {}), "")
        if name not in known
    }
    return {
        name: Field(definition["type"], indexed=False, computed=True)
        for name, definition in kinds.items()
        if definition["type"] not in _NO_COLUMN
    }


def _leaves(mapping: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in mapping.get("properties", {}).items():
        path = prefix + name
        if "properties" not in definition:
            yield path, {"type": "object", **definition}
            multi = definition.get("fields", {})
            yield from ((f"{path}.{inner}", each) for inner, each in multi.items())
        elif definition.get("type") != "nested":
            yield from _leaves(definition, f"{path}.")


def _scripts(
    fields: Mapping[str, Mapping[str, Any]], prefix: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in fields.items():
        if definition["type"] == "composite":
            yield from _scripts(definition["fields"], f"{prefix}{name}.")
        else:
            yield prefix + name, definition


def apart(root: Field) -> tuple[Field, Field]:
    """The fields of ``root`` that documents hold, and those that no document holds.

    One that is dropped is among the former: what documents have there has no place, either.
    """
    of_documents = {
        name: each for name, each in root.properties.items() if not each.computed or each.dropped
    }
    computed = {
        name: each for name, each in root.properties.items() if each.computed and not each.dropped
    }
    return replace(root, properties=of_documents), replace(root, properties=computed)


def with_computed(root: Field, computed: Mapping[str, Field], patterns: Sequence[str]) -> Field:
    """``root`` with those of ``computed`` that match a pattern, as fields with their whole name.

    They stand beside what documents have, never inside of it: an object of theirs may be a list.
    """
    asked = {
        name: field
        for name, field in computed.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    return replace(root, properties={**root.properties, **asked}) if asked else root
