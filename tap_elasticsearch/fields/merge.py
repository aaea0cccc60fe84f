"""Many mappings as one: what a stream over several indices has for columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tap_elasticsearch.fields.dates import DEFAULT_FORMAT, MERGED
from tap_elasticsearch.fields.tree import JSON_TEXT, OBJECTS, OWN, Field
from tap_elasticsearch.fields.types import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_INTEGERS = frozenset({"byte", "short", "integer", "long"})
_NUMBERS = _INTEGERS | {"double", "float", "half_float", "scaled_float", "rank_feature"}
_DATES = frozenset({"date", "date_nanos"})
_WITH_FORMAT = _DATES | {"date_range"}
_KEYWORDS = frozenset({"keyword", "constant_keyword"})
_STRINGS = _KEYWORDS | {
    "annotated_text",
    "counted_keyword",
    "icu_collation_keyword",
    "match_only_text",
    "murmur3",
    "pattern_text",
    "search_as_you_type",
    "semantic_text",
    "text",
    "token_count",
    "version",
    "wildcard",
}
_SCALARS = _NUMBERS | _DATES | _STRINGS | {"binary", "boolean", "ip", "unsigned_long"}

#: What a set of different types becomes: the first row that holds all of them, else JSON text.
#: No row loses a value. ``unsigned_long`` beside another number becomes text, since neither its
#: digits fit a ``long`` nor a ``long``'s sign fits it. The widest string is ``text`` rather than
#: ``keyword``: the same column, but no server can sort by it across these indices.
_WIDER: tuple[tuple[frozenset[str], str], ...] = (
    (_INTEGERS, "long"),
    (_NUMBERS, "double"),
    (_DATES, "date_nanos"),
    (_KEYWORDS, "keyword"),
    (_SCALARS, "text"),
    (frozenset({"object", "passthrough"}), "object"),
    (OBJECTS, "nested"),
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One path with types that need different columns.

    Attributes:
        path: The dotted path.
        types: Each type with the number of indices that have it, most frequent first.
        examples: One index for each type.
        became: The type that the merged field has.
    """

    path: str
    types: Mapping[str, int]
    examples: Mapping[str, str]
    became: str

    @property
    def found(self) -> str:
        """What was found, in words."""
        counts = ", ".join(
            f"{kind} in {count:,} (such as {self.examples[kind]})"
            for kind, count in self.types.items()
        )
        return f"field {self.path} has different types: {counts}"

    def __str__(self) -> str:
        return f"{self.found}; its column is {self.became}."


@dataclass(frozen=True, slots=True)
class _Part:
    """A field that ``count`` indices share, ``example`` being one of them."""

    field: Field
    count: int
    example: str


def merge(mappings: Iterable[tuple[str, Field]]) -> tuple[Field, tuple[Conflict, ...]]:
    """One tree with every field of ``mappings``, and the conflicts that were widened.

    Commutative up to the order of properties, associative, idempotent. Indices that share one
    tree object cost nothing beyond the first.

    Args:
        mappings: Names of indices with their trees.
    """
    counts: Counter[int] = Counter()
    first: dict[int, tuple[str, Field]] = {}
    for index, field in mappings:
        counts[id(field)] += 1
        first.setdefault(id(field), (index, field))
    parts = [_Part(field, counts[key], index) for key, (index, field) in first.items()]
    if not parts:
        return Field("object"), ()
    conflicts: list[Conflict] = []
    return _merged((), parts, conflicts), tuple(conflicts)


def _merged(path: tuple[str, ...], parts: Sequence[_Part], conflicts: list[Conflict]) -> Field:
    fields = [part.field for part in parts]
    first = fields[0]
    if all(field is first for field in fields):
        return first
    kind = _widest({field.type for field in fields})
    if conflict := _conflict(path, parts, kind):
        conflicts.append(conflict)
    return Field(
        type=kind,
        properties=_properties(path, parts, conflicts) if kind in OBJECTS else {},
        format=_formats(fields) if kind in _WITH_FORMAT else None,
        locale=_shared([field.locale for field in fields], "und"),
        element_type=_shared([field.element_type for field in fields], "mixed"),
        value=_shared([field.value for field in fields], None),
        null_value=_shared([field.null_value for field in fields], None),
        coerce=any(field.coerce for field in fields),
        array=kind == "nested" or any(field.array for field in fields),
        indexed=all(field.indexed for field in fields),
        computed=any(field.computed for field in fields),
        varying=_varying(kind, fields),
    )


def _varying(kind: str, fields: Sequence[Field]) -> frozenset[str]:
    """What the indices have each of its own, and a field of type ``kind`` makes a difference of."""
    apart = {name for name in OWN if len({getattr(field, name) for field in fields}) > 1}
    without = set() if kind in _WITH_FORMAT else {"format"}
    return frozenset(apart.union(*(field.varying for field in fields)) - without)


def _widest(types: set[str]) -> str:
    if len(types) == 1:
        return next(iter(types))
    return next((wider for narrower, wider in _WIDER if types <= narrower), JSON_TEXT)


def _column(kind: str) -> tuple[object, bool]:
    return type_of(kind).schema, kind == "nested"


def _conflict(path: tuple[str, ...], parts: Sequence[_Part], became: str) -> Conflict | None:
    """The conflict of ``parts``, unless all their types have the same column."""
    if all(_column(part.field.type) == _column(became) for part in parts):
        return None
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.field.type] += part.count
    return Conflict(
        path=".".join(path),
        types=dict(counts.most_common()),
        examples={part.field.type: part.example for part in reversed(parts)},
        became=became,
    )


def _properties(
    path: tuple[str, ...], parts: Sequence[_Part], conflicts: list[Conflict]
) -> dict[str, Field]:
    found: dict[str, list[_Part]] = {}
    for part in parts:
        for name, field in part.field.properties.items():
            found.setdefault(name, []).append(_Part(field, part.count, part.example))
    result = {}
    for name, subs in found.items():
        merged = _merged((*path, name), subs, conflicts)
        result[name] = merged if len(subs) == len(parts) else _without_values(merged)
    return result


def _without_values(field: Field) -> Field:
    """``field`` without the values that not every index has, for documents or for nulls."""
    properties = {name: _without_values(sub) for name, sub in field.properties.items()}
    same = all(properties[name] is sub for name, sub in field.properties.items())
    lost = {name for name in ("value", "null_value") if getattr(field, name) is not None}
    if same and not lost:
        return field
    varying = field.varying | lost
    return replace(field, properties=properties, value=None, null_value=None, varying=varying)


def _formats(fields: Sequence[Field]) -> str | None:
    """All date formats; None stays None where none has one."""
    given = {field.format for field in fields}
    if len(given) == 1:
        return fields[0].format
    every = {part for text in given for part in (text or DEFAULT_FORMAT).split(MERGED)}
    return MERGED.join(sorted(every))


def _shared(values: Sequence[str | None], otherwise: str | None) -> str | None:
    return values[0] if len(set(values)) == 1 else otherwise
