"""The properties: true to the schema, what the server has indexed, nothing lost, stable."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker

from tap_elasticsearch.fields import JSON_TEXT, type_of, walk
from tap_elasticsearch.fields.dates import is_canonical
from tap_elasticsearch.records.form import METADATA
from tap_elasticsearch.records.normalise import Normaliser
from tests.properties.comparison import comparable, leaves
from tests.properties.forms import by_source, lists_not_found, not_cut, unlike_the_hit
from tests.properties.mappings import leaf_definitions
from tests.properties.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_elasticsearch.fields import Field
    from tests.properties.options import Options
    from tests.properties.reading import Reading

_NO_FIELDS = METADATA.keys() | {"_extra"}
#: An empty text is null there.
_NUMBERS = {"integer", "number"}
_UNSIGNED = "unsigned_long"


class Difference(NamedTuple):
    """Where a record is not what it must be.

    Attributes:
        what: What is wrong, in words.
        definition: What the mapping says of the field.
        document: The document.
        record: Its record.
        options: What the tap was told.
    """

    what: str
    definition: object
    document: Mapping[str, Any]
    record: Mapping[str, Any]
    options: Options


def differences(reading: Reading) -> Iterator[Difference]:
    """Every place where a record is not what it must be."""
    definitions = leaf_definitions(reading.mapping)
    whole = reading.runs[0].records
    for run in reading.runs:
        validator = _validator(run.schema)
        normaliser = Normaliser(run.definition.shaped)
        for name, hit in reading.hits.items():
            record = run.records[name]
            wrong: list[tuple[str, object]] = [
                *((e.message, e.json_path) for e in validator.iter_errors(record)),
                *unlike_the_hit(run, hit, record),
            ]
            if run.options.leaves_out:
                wrong += not_cut(run, whole[name], record)
            elif not run.options.whole:
                record = by_source(run.definition, record)
                wrong += [
                    *_not_as_indexed(definitions, hit, record),
                    *_lost(definitions, hit["_source"], record),
                    *_unstable(normaliser, run.definition.shaped, record),
                    *lists_not_found(run, hit),
                ]
            for what, definition in wrong:
                yield Difference(what, definition, hit["_source"], record, run.options)


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    formats = FormatChecker(())
    formats.checks("date-time")(lambda value: not isinstance(value, str) or is_canonical(value))
    return Draft202012Validator({**schema, "additionalProperties": False}, format_checker=formats)


def _kept_apart(record: Mapping[str, Any], name: str) -> list[str]:
    """The paths in ``_extra`` that are ``name`` or have it below: several, without subobjects."""
    return [path for path in record.get("_extra", ()) if f"{name}.".startswith(f"{path}.")]


def _not_as_indexed(
    definitions: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]],
    hit: Mapping[str, Any],
    record: Mapping[str, Any],
) -> Iterator[tuple[str, object]]:
    if "unreported" in hit:
        return
    # What is copied is not in the document.
    copies = {name for _, definition in definitions for name in definition.get("copy_to", ())}
    for path, definition in definitions:
        place = Place(path, definition, hit, record)
        if place.name not in copies and place.is_telling():
            yield from _compared(place)


def _compared(place: Place) -> Iterator[tuple[str, object]]:
    plain = comparable(place.definition)
    if plain is None:
        return
    theirs, ours = place.indexed(), place.column()
    if place.definition["type"] == "ip" and place.ignored:
        return
    missing = Counter(map(plain, theirs)) - Counter(map(plain, ours))
    more = Counter(map(plain, ours)) - Counter(map(plain, theirs))
    if more and not place.may_have_more():
        yield f"{place.name} has {ours}, of which the server has only {theirs}", place.definition
    apart = _kept_apart(place.record, place.name)
    # A column for one value has the first, and a list of objects in a column for one is apart.
    excused = any(place.is_filled() or path != place.name for path in apart)
    if missing and not excused and not place.may_have_less():
        yield f"{place.name} has {ours}, and the server {theirs}", place.definition


def _lost(
    definitions: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]],
    source: Mapping[str, Any],
    record: Mapping[str, Any],
) -> Iterator[tuple[str, object]]:
    """Values of the document that are neither in a column nor, as they were, in ``_extra``."""
    by_name = {".".join(path): definition for path, definition in definitions}
    columns = {name: value for name, value in record.items() if name not in _NO_FIELDS}
    found = Counter(path for path, _ in leaves(columns))
    wanted: Counter[str] = Counter()
    for path, value in leaves(source):
        owner = _owner(path, by_name)
        apart = _kept_apart(record, path)
        if any(_has(record["_extra"][way], path[len(way) + 1 :], value) for way in apart):
            continue
        if value == "" and _empty_is_null(by_name.get(owner)):
            continue
        wanted[owner] += 1
    for name, count in wanted.items():
        kept = sum(n for path, n in found.items() if _same_branch(path, name))
        if kept < (count if _counts(by_name.get(name)) else 1):
            yield f"{name} has {kept} of the document's {count} values", by_name.get(name)


def _same_branch(one: str, other: str) -> bool:
    """Is one path the other or a part of it? An object may be a column of JSON text."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _owner(path: str, definitions: Mapping[str, object]) -> str:
    """The field that a value at ``path`` belongs to."""
    names = [name for name in definitions if f"{path}.".startswith(f"{name}.")]
    return max(names, key=len, default=path)


def _has(value: object, path: str, leaf: object) -> bool:
    return any(where == path and json.dumps(leaf) == json.dumps(v) for where, v in leaves(value))


def _empty_is_null(definition: Mapping[str, Any] | None) -> bool:
    kind = (definition or {}).get("type", "")
    return kind == _UNSIGNED or type_of(kind).schema["type"] in _NUMBERS


def _counts(definition: Mapping[str, Any] | None) -> bool:
    """Is each leaf of the document one of the record?"""
    row = type_of((definition or {}).get("type", ""))
    return row.schema["type"] in {*_NUMBERS, "boolean", "string"} and row is not type_of(JSON_TEXT)


def _unstable(
    normaliser: Normaliser, fields: Field, record: Mapping[str, Any]
) -> Iterator[tuple[str, object]]:
    """A record is its own record, save for JSON text and where a null stands for a value."""
    every = [field for _, field in walk(fields)]
    if any(type_of(field.type) is type_of(JSON_TEXT) or field.null_value for field in every):
        return
    columns = {name: value for name, value in record.items() if name not in _NO_FIELDS}
    again, extra = normaliser.record(columns)
    if json.dumps(again) != json.dumps(columns) or extra:
        yield f"its record's record is {again}, {extra}", None
