"""Names of columns: which fold into one in targets, and which never do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from singer_sdk.sql import SQLSink

from tap_elasticsearch.fields import Field, clashes, reserved, safe_names, walk, with_safe_names
from tap_elasticsearch.fields.names import folded
from tests.fields.trees import trees

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SAFE = re.compile(r"_?[A-Za-z0-9]+(_[A-Za-z0-9]+)*")
KEYWORD = Field("keyword")


def names() -> SearchStrategy[str]:
    """Names that meet often once they are folded."""
    return st.one_of(st.text("aA_. @-é1", max_size=4), st.text(max_size=4))


def root(**properties: Field) -> Field:
    """A mapping."""
    return Field("object", properties)


@example("0\xa00")
@given(names().filter(lambda name: re.search("[A-Za-z0-9_]", name)))
def test_folded_as_the_sdk_does(name: str) -> None:
    """A column's name is folded as SQL targets of the SDK fold it."""
    assert folded((name,)) == SQLSink.conform_name(None, name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (root(agent=KEYWORD, Agent=KEYWORD), [("agent", "Agent")]),
        (Field("object", {"@timestamp": KEYWORD, "timestamp": KEYWORD}),
         [("@timestamp", "timestamp")]),
        (Field("object", {"user.name": KEYWORD, "user_name": KEYWORD}),
         [("user.name", "user_name")]),
        (root(user=root(name=KEYWORD), user__name=KEYWORD), [("user.name", "user__name")]),
        (root(a=root(x=KEYWORD), A=root(x=KEYWORD, y=KEYWORD)), [("a", "A")]),
        (root(a=root(x=KEYWORD, X=KEYWORD)), [("a.x", "a.X")]),
        (root(_ID=KEYWORD), [("_id", "_ID")]),
        (root(a=Field("nested", {"x": KEYWORD, "X": KEYWORD}, array=True)), []),
        (root(user=root(name=KEYWORD), user_name=KEYWORD), []),
    ],
)  # fmt: skip
def test_clashes(mapping: Field, expected: list[tuple[str, ...]]) -> None:
    """Names that differ by case, by what targets drop, or until they are flattened, are found."""
    assert clashes(mapping, ["_id"]) == expected


def test_reserved_names() -> None:
    """Names that targets give to columns of their own are found at the root."""
    mapping = root(_sdc_batched_at=KEYWORD, _SDC_x=KEYWORD, a=root(_sdc_x=KEYWORD))
    assert reserved(mapping) == ["_sdc_batched_at", "_SDC_x"]


@given(st.sets(names()))
def test_safe_names_are_safe(given_names: set[str]) -> None:
    """They hold nothing a target could drop, differ by more than case, and never change again."""
    safe = safe_names(given_names)
    assert safe.keys() == given_names
    assert len({name.lower() for name in safe.values()}) == len(given_names)
    assert all(SAFE.fullmatch(name) for name in safe.values())
    assert safe_names(safe.values()) == {name: name for name in safe.values()}


@given(trees())
def test_safe_trees_never_clash(tree: Field) -> None:
    """Whatever the mapping, its safe names clash neither with each other nor with our columns."""
    safe = with_safe_names(tree)
    assert clashes(safe, ["_id", "_index", "_routing", "_extra"]) == []
    assert reserved(safe) == []
    assert [field.type for _, field in walk(safe)] == [field.type for _, field in walk(tree)]


@given(st.sets(names()), names())
def test_new_names_leave_others_alone(given_names: set[str], new: str) -> None:
    """A new field changes at most the name of the one that it folds into."""
    before, after = safe_names(given_names), safe_names({*given_names, new})
    changed = [name for name in before if before[name] != after[name]]
    assert len(changed) <= 1
    assert all(before[name].lower() == after[new].lower() for name in changed)


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        (["@timestamp", "user.name"], ["timestamp", "user_name"]),
        (["agent", "Agent"], ["agent", "Agent_11b39c"]),
        (["@timestamp", "timestamp"], ["timestamp_0b6e6f", "timestamp"]),
        (["_sdc_x", "__typename", "1st", "prénom"], ["sdc_x", "typename", "_1st", "prenom"]),
        (["日本", ""], ["field_cf2abf", "field_e3b0c4"]),
    ],
)
def test_safe_names(given_names: list[str], expected: list[str]) -> None:
    """What is safe stays; of two that fold into one, the plainer gets the name."""
    assert list(map(safe_names(given_names).get, given_names)) == expected
