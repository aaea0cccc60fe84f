"""Mappings, and documents for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.properties.dates import LOCALES, formats
from tests.properties.options import Options, options, plain
from tests.properties.values import STRANGE, values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

#: What the types that need some parameter are created with.
NEEDED: dict[str, dict[str, Any]] = {
    "scaled_float": {"scaling_factor": 100},
    "dense_vector": {"dims": 3},
    "knn_vector": {"dimension": 3},
    "rank_vectors": {"dims": 3},
    "aggregate_metric_double": {
        "metrics": ["min", "max", "sum", "value_count"],
        "default_metric": "max",
    },
    "join": {"relations": {"question": "answer"}},
    "passthrough": {"priority": 1},
    "constant_keyword": {"value": "x"},
    "token_count": {"analyzer": "standard"},
}
OBJECTS = frozenset({"object", "passthrough", "nested"})
_INTEGERS = ("byte", "short", "integer", "long")
_REALS = ("double", "float", "half_float", "scaled_float")
_RANGES = ("integer_range", "long_range", "float_range", "double_range", "date_range")
_FLAG = st.booleans()
_NULLS: dict[str, SearchStrategy[Any]] = {
    **{kind: st.sampled_from([-1, "7"]) for kind in _INTEGERS},
    **{kind: st.sampled_from([-1, 0.5]) for kind in _REALS},
    "unsigned_long": st.just(3),
    "boolean": st.sampled_from([True, "false"]),
    "keyword": st.just("none"),
    "wildcard": st.just("none"),
    "ip": st.sampled_from(["::1", "10.0.0.9"]),
    "geo_point": st.sampled_from(["1,2", [3, 4]]),
}
#: Parameters that some types take, with their values.
_PARAMETERS: dict[str, dict[str, SearchStrategy[Any]]] = {
    "format": dict.fromkeys(("date", "date_nanos", "date_range"), formats()),
    "locale": dict.fromkeys(("date", "date_nanos", "date_range"), LOCALES),
    "null_value": _NULLS,
    "coerce": dict.fromkeys((*_INTEGERS, *_REALS, *_RANGES), _FLAG),
    "ignore_malformed": dict.fromkeys(
        (*_INTEGERS, *_REALS, "unsigned_long", "date", "date_nanos", "geo_point", "ip", "boolean"),
        _FLAG,
    ),
    "copy_to": {"keyword": st.just("copies")},
    "ignore_above": {"keyword": st.just(3)},
    **{
        name: dict.fromkeys((*_INTEGERS, "keyword", "date", "boolean"), strategy)
        for name, strategy in {
            "index": st.just(False),
            "doc_values": st.just(False),
            "fields": st.just({"text": {"type": "text"}}),
        }.items()
    },
    "element_type": {"dense_vector": st.just("byte")},
}
_DEFAULTS = ["index.mapping.ignore_malformed", "index.mapping.coerce"]
_NAMES = ["a", "b", "c", "d", "e", "f"]


@dataclass(frozen=True)
class Case:
    """An index, documents, and what its records are to look like.

    Attributes:
        mapping: What stands under ``mappings``.
        settings: The index's settings.
        options: What the tap is told, one run after the other; the first are plain.
        documents: What is to be indexed; the server may refuse it.
    """

    mapping: dict[str, Any]
    settings: dict[str, Any]
    options: tuple[Options, Options]
    documents: list[dict[str, Any]]


@st.composite
def _leaf(draw: st.DrawFn, kinds: tuple[str, ...]) -> dict[str, Any]:
    kind = draw(st.sampled_from(kinds))
    definition: dict[str, Any] = {"type": kind, **NEEDED.get(kind, {})}
    for name, strategies in _PARAMETERS.items():
        if kind in strategies and draw(st.integers(0, 2)) == 2:
            definition[name] = draw(strategies[kind])
    return definition


def _objects(inner: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    properties = st.dictionaries(st.sampled_from(_NAMES), inner, min_size=1, max_size=3)
    dynamic = st.sampled_from([{}, {}, {"dynamic": False}, {"dynamic": "strict"}])
    return st.one_of(
        st.builds(lambda p, d: {"properties": p, **d}, properties, dynamic),
        st.builds(lambda p: {"type": "nested", "properties": p}, properties),
        st.just({"type": "object", "enabled": False}),
        st.just({"type": "object"}),
    )


@st.composite
def cases(
    draw: st.DrawFn, kinds: tuple[str, ...], *, subobjects: bool, settings: Mapping[str, Any]
) -> Case:
    """Indices of these types of fields, each with documents.

    Args:
        draw: Hypothesis's own.
        kinds: Types of fields that the server knows.
        subobjects: Does it know ``subobjects: false``?
        settings: Settings of every index.
    """
    leaves = _leaf(tuple(kind for kind in kinds if kind not in {*OBJECTS, "join"}))
    inner = leaves | leaves | leaves | _objects(leaves)
    field = st.one_of(leaves, leaves, leaves, _objects(inner))
    properties = draw(st.dictionaries(st.sampled_from(_NAMES), field, min_size=3, max_size=6))
    properties["copies"] = {"type": "keyword"}
    properties["alias"] = {"type": "alias", "path": "copies"}
    if "join" in kinds and draw(st.integers(0, 4)) == 4:
        properties["join"] = {"type": "join", **NEEDED["join"]}
    if subobjects and draw(st.integers(0, 2)) == 2:
        properties["flat"] = {
            "subobjects": False,
            "properties": {"x": draw(leaves), "x.y": draw(leaves), "z.w": draw(leaves)},
        }
    mapping = {"dynamic": draw(st.sampled_from([False, False, True])), "properties": properties}
    paths = [path for path, _ in leaf_definitions(mapping, objects=True)]
    names = [".".join(path) for path in paths]
    lists = draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
    return Case(
        mapping,
        {**settings, **draw(st.dictionaries(st.sampled_from(_DEFAULTS), _FLAG))},
        (plain(lists), draw(options(lists, paths))),
        draw(st.lists(_document(properties), min_size=15, max_size=30)),
    )


def uncoerced(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """``mapping`` with what an index says of coercion said of each field that does not say."""
    if "properties" in mapping:
        inner = {name: uncoerced(each) for name, each in mapping["properties"].items()}
        return {**mapping, "properties": inner}
    coerced = mapping.get("type") in _PARAMETERS["coerce"]
    return {"coerce": False, **mapping} if coerced else dict(mapping)


def leaf_definitions(
    mapping: Mapping[str, Any], *, objects: bool = False, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every field of a mapping that documents have a value for, with the names that lead to it.

    Its definition is the mapping's, with its ``type`` in any case, and ``in_nested`` where it is.

    Args:
        mapping: What stands under ``mappings``, or the definition of an object.
        objects: Also objects.
        path: The names that lead to that object.
    """
    nested = mapping.get("type") == "nested" or mapping.get("in_nested", False)
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for name, definition in mapping.get("properties", {}).items():
        whole = {"type": "object", **definition, "in_nested": nested}
        if whole["type"] == "alias":
            continue
        if objects or whole["type"] not in OBJECTS:
            found.append(((*path, name), whole))
        found += leaf_definitions(whole, objects=objects, path=(*path, name))
    return found


@st.composite
def _document(draw: st.DrawFn, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A few of the fields, in one of their spellings or two, and perhaps one that is unmapped."""
    document: dict[str, Any] = {}
    names = [name for name in properties if name != "alias"]
    for name in draw(st.lists(st.sampled_from(names), max_size=4, unique=True)):
        definition = properties[name]
        if "properties" not in definition:
            document |= draw(_spelled(name, _values_of(definition)))
            continue
        spelling = draw(st.integers(0, 5))
        if spelling:
            document[name] = draw(_wrapped(_document(definition["properties"])))
        if spelling < 2:
            inner = draw(_document(definition["properties"]))
            document |= {f"{name}.{key}": value for key, value in inner.items()}
    if draw(st.integers(0, 7)) == 7:
        document[draw(st.sampled_from(["u", "u.v", "a.u"]))] = draw(STRANGE)
    return document


def _spelled(name: str, values: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """A field by its name; where that has dots, also by objects."""
    plain = values.map(lambda value: {name: value})
    if "." not in name:
        return plain
    outer, inner = name.split(".", 1)
    objects = _wrapped(_spelled(inner, values)).map(lambda value: {outer: value})
    return st.one_of(plain, objects, st.builds(lambda one, other: {**one, **other}, plain, objects))


def _values_of(definition: Mapping[str, Any]) -> SearchStrategy[Any]:
    if definition.get("type", "object") in OBJECTS:
        return STRANGE if definition.get("enabled") is False else values({"type": "flattened"})
    usual = values(definition)
    return st.one_of(usual, usual, usual, _wrapped(usual), _wrapped(usual | STRANGE), STRANGE)


def _wrapped(one: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """A value, null, or lists of them."""
    several = st.lists(one | one | st.none(), max_size=3)
    return st.one_of(one, one, st.none(), several, several, several.map(lambda values: [values]))
