"""Hypothesis strategies: field trees, documents of any shape, values that types take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tap_elasticsearch.fields import OBJECTS, TYPES, Field, dropping
from tests.fields.canonical import CANONICAL

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

#: Few names, so that documents and trees meet; some with dots, one that is ours.
NAMES = st.sampled_from(["a", "b", "c", "a.b", "b.c", "a.b.c", "_extra", "gte", "lat", ""])
#: Every type; keyword most often, since of its values nothing may change.
_LEAVES = [
    *["keyword"] * 30,
    *["long"] * 10,
    *sorted(TYPES.keys() - OBJECTS),
    "unsigned_integer",
    "made_up",
]
_FORMATS = st.sampled_from(
    [None, "epoch_second", "dd/MM/yyyy||yyyy", "basic_date", "epoch_millis|||epoch_second", "QQQ"]
)


def leaves() -> SearchStrategy[Field]:
    """Fields of every type that is no object."""
    return st.sampled_from(_LEAVES).flatmap(
        lambda kind: st.builds(
            Field,
            st.just(kind),
            format=_FORMATS if kind.startswith("date") else st.none(),
            locale=st.sampled_from([None, "fr"]) if kind.startswith("date") else st.none(),
            element_type=st.sampled_from([None, "byte"]) if "vector" in kind else st.none(),
            value=st.sampled_from([None, "x"]) if kind == "constant_keyword" else st.none(),
            null_value=st.sampled_from([None, None, "1", "x"]),
            coerce=st.booleans(),
            array=st.booleans(),
            indexed=st.booleans(),
        )
    )


def _objects(inner: SearchStrategy[Field]) -> SearchStrategy[Field]:
    properties = st.dictionaries(NAMES, inner, max_size=4)
    return st.one_of(
        st.builds(Field, st.just("object"), properties, array=st.booleans()),
        st.builds(Field, st.just("nested"), properties, array=st.just(True)),
    )


def trees() -> SearchStrategy[Field]:
    """Roots."""
    fields = st.recursive(leaves(), _objects, max_leaves=8)
    return st.builds(Field, st.just("object"), st.dictionaries(NAMES, fields, max_size=5))


def thinned_trees() -> SearchStrategy[Field]:
    """Roots with some fields dropped."""
    return st.builds(
        lambda field, names: dropping(field, lambda path, _: path[-1] in names),
        trees(),
        st.frozensets(NAMES, max_size=3),
    )


_SCALARS: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "true", "12", "1.7", "-1e3", "2024-02-30", "2024-02-29T01:02:03.1+02:00"]),
    st.sampled_from(["1.5,2", "POINT (1 2)", "u4pru", "0aff", "P4AAAA==", "10.0.0.0/8", "x"]),
    st.text(max_size=3),
)


def documents() -> SearchStrategy[dict[str, Any]]:
    """Any JSON object, with values that some type takes among them."""
    values = st.recursive(
        _SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)
        ),
        max_leaves=10,
    )
    return st.dictionaries(NAMES, values, max_size=5)


def _values_of(field: Field) -> SearchStrategy[Any]:
    """Values that a field often has, in their canonical form or not."""
    if field.properties:
        one = documents_of(field)
    else:
        clean = [value for kind, _, value in CANONICAL if kind == field.type]
        one = st.sampled_from(clean) | _SCALARS if clean else _SCALARS
    return st.lists(one, max_size=3) if field.array else one


def documents_of(root: Field) -> SearchStrategy[dict[str, Any]]:
    """Documents with the fields of a tree, most values of which are of their types."""
    known = {name: _values_of(field) for name, field in root.properties.items()}
    return st.fixed_dictionaries({}, optional=known)
