"""The fields that settings choose."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.fields import Chosen, Field, parse_mapping, walk, without_vectors

_LONG = {"type": "long"}
MAPPING = {
    "properties": {
        "id": _LONG,
        "user": {
            "properties": {
                "id": _LONG,
                "mail": _LONG,
                "address": {"properties": {"city": _LONG, "zip": _LONG}},
            }
        },
        "items": {"type": "nested", "properties": {"sku": _LONG, "id": _LONG}},
        "free": {"type": "object"},
        "dotted": {"subobjects": False, "properties": {"a.b": _LONG, "a": _LONG}},
    }
}
TREE = parse_mapping(MAPPING)
PATHS = [".".join(path) for path, _ in walk(TREE)]

CASES: dict[str, tuple[Chosen, set[str]]] = {
    "an object with all that is in it": (
        Chosen(("user",)),
        {"user.id", "user.mail", "user.address.city", "user.address.zip"},
    ),
    "one field of an object": (Chosen(("user.address.city",)), {"user.address.city"}),
    "a pattern over all objects": (Chosen(("*.id", "id")), {"id", "user.id", "items.id"}),
    "all but some": (
        Chosen((), ("user.address", "items", "dotted", "free")),
        {"id", "user.id", "user.mail"},
    ),
    "of some, all but some": (Chosen(("user",), ("user.address", "*.mail")), {"user.id"}),
    "all that an object has": (Chosen(("user",), ("user.address.*", "user.mail")), {"user.id"}),
    "an object without fields": (Chosen(("free",)), {"free"}),
    "names with dots": (Chosen(("dotted.a.b",)), {"dotted.a.b"}),
    "nothing": (Chosen((), ("*",)), set()),
}


def left(root: Field, path: str = "") -> set[str]:
    """The paths of the fields that have values, and are not dropped."""
    found = set()
    for name, field in root.properties.items():
        if not field.dropped:
            inner = left(field, f"{path}{name}.")
            # An object of which nothing is left has no column either.
            assert inner or not field.properties
            found |= inner if field.properties else {path + name}
    return found


@pytest.mark.parametrize(("chosen", "expected"), CASES.values(), ids=CASES.keys())
def test_chosen(chosen: Chosen, expected: set[str]) -> None:
    """What is left are these fields, and the objects that hold them."""
    assert left(chosen.of(TREE)) == expected


#: The path of each field with those of the objects that hold it, and its own.
OBJECTS_OF = {
    ".".join(path): [".".join(path[:end]) for end in range(1, len(path) + 1)]
    for path, _ in walk(TREE)
}
patterns = st.lists(
    st.sampled_from([*PATHS, "*", "*.id", "user.*", "*a*"]), max_size=3, unique=True
).map(tuple)


@given(patterns, patterns)
def test_every_field(wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    """A field is there if it, or an object it is in, is wanted, and neither is unwanted."""

    def named(path: str, names: tuple[str, ...]) -> bool:
        return any(fnmatchcase(each, name) for each in OBJECTS_OF[path] for name in names)

    leaves = left(TREE)
    expected = {p for p in leaves if (not wanted or named(p, wanted)) and not named(p, unwanted)}
    assert left(Chosen(wanted, unwanted).of(TREE)) == expected


def test_unmatched() -> None:
    """Patterns that no field matches are told."""
    chosen = Chosen(("user.mial", "user", "x*"), ("items.skv", "*.zip"))
    assert chosen.unmatched(TREE) == (["user.mial", "x*"], ["items.skv"])


def test_the_key_stays() -> None:
    """The field that a stream is read by is there whatever is chosen, also by a multi-field."""
    assert left(Chosen(("id",), ("*.mail",), "user.mail").of(TREE)) == {"id", "user.mail"}
    assert left(Chosen(("id",), (), "user.mail.raw").of(TREE)) == {"id", "user.mail"}


def test_what_does_not_fit_the_key_stays() -> None:
    """So is the whole value of which only a part has its place there."""
    extra = {"user.mail": [1, 2], "user.id": [3, 4]}
    assert Chosen(("id",), ("user",), "user.mail").left(extra) == {"user.mail": [1, 2]}


def test_what_is_dropped_holds_no_object() -> None:
    """An object whose only other field was dropped before has no column."""
    vectors = {"v": {"type": "dense_vector"}, "t": {"type": "long"}}
    tree = without_vectors(parse_mapping({"properties": {"e": {"properties": vectors}}}))
    assert left(Chosen((), ("e.t",)).of(tree)) == set()


UNKNOWN: dict[str, tuple[Chosen, Any]] = {
    "without one": (Chosen((), ("*secret",)), {"deep": {"a": [{"b": 1}], "c": None}, "n": "x"}),
    "one alone": (Chosen(("deep.a",)), {"deep": {"a": [{"secret": 1, "b": 1}]}}),
    "one by a pattern": (
        Chosen(("*.secret",)),
        {"deep": {"secret": 1, "a": [{"secret": 1}]}, "o.secret": [1, 2], "only": {"secret": 2}},
    ),
    "both": (Chosen(("deep",), ("*.secret",)), {"deep": {"a": [{"b": 1}], "c": None}}),
    "none": (Chosen(("id",)), {}),
}


@pytest.mark.parametrize(("chosen", "expected"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_values_without_a_field(chosen: Chosen, expected: dict[str, Any]) -> None:
    """What the mapping does not know is chosen by its path, also inside of other values."""
    members = {
        "deep": {"secret": 1, "a": [{"secret": 1, "b": 1}], "c": None},
        "o.secret": [1, 2],
        "n": "x",
        "only": {"secret": 2},
    }
    assert chosen.left(members) == expected
