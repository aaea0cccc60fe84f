"""Records of streams whose indices differ in what values mean."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_elasticsearch.fields import Field, merge
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.hits import Hit
from tests.fields.trees import documents_of, trees

if TYPE_CHECKING:
    from collections.abc import Mapping


def hit(index: str, document: Mapping[str, Any]) -> Hit:
    """A document of an index."""
    return msgspec.json.decode(
        msgspec.json.encode({"_id": "1", "_index": index, "_source": document}), type=Hit
    )


def root(**properties: Field) -> Field:
    """A mapping."""
    return Field("object", properties)


def recorder(own: Mapping[str, Field]) -> Recorder:
    """What makes the records of a stream over these indices."""
    made = Recorder(merge(own.items())[0], routed=False)
    made.tell_apart(own)
    return made


CONSTANTS = {
    name: root(o=root(c=Field("constant_keyword", value=name), k=Field("keyword")))
    for name in ("x", "y")
}


@pytest.mark.parametrize("index", CONSTANTS)
def test_constants(index: str) -> None:
    """A document has the constant of its index, which it need not repeat to go out as it is."""
    made = recorder(CONSTANTS)
    for document in ({}, {"o": {"k": "a"}}, {"o.k": "a"}):
        assert made.record(hit(index, document))["o"]["c"] == index
    full = {"o": {"c": index}}
    assert made.passing([hit(index, full).source]) == [True]


def test_an_index_that_is_not_known() -> None:
    """Without its mapping, nothing is said of what differs."""
    made = Recorder(merge(CONSTANTS.items())[0], routed=False)
    assert made.record(hit("x", {"o": {"k": "a"}})) == {"_id": "1", "_index": "x", "o": {"k": "a"}}


def test_a_constant_in_a_column_of_another_type() -> None:
    """It has the form that other values have there."""
    own = {"x": root(f=Field("constant_keyword", value="v")), "y": root(f=Field("flattened"))}
    assert recorder(own).record(hit("x", {}))["f"] == '"v"'


@pytest.mark.parametrize("document", [{"f": None}, {"fs": [None, "a"]}])
def test_nulls(document: dict[str, Any]) -> None:
    """A null that stands for another value in each index goes out as it is in none."""
    own = {
        name: root(
            f=Field("keyword", null_value=name), fs=Field("text", null_value=name, array=True)
        )
        for name in ("x", "y")
    }
    made = recorder(own)
    for index in own:
        assert made.passing([hit(index, document).source]) == [False]
        assert index in str(made.record(hit(index, document)).popitem())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), trees(), trees())
def test_what_passes(data: st.DataObject, one: Field, other: Field) -> None:
    """What goes out as it is, is what the normaliser of its own index leaves as it is."""
    own = {"i": one, "j": other}
    made = recorder(own)
    index = data.draw(st.sampled_from(sorted(own)))
    document = hit(index, data.draw(documents_of(own[index])))
    if made.passing([document.source]) == [True]:
        assert made.record(document) == made.normalised(document)


def test_shared_parts() -> None:
    """What is the same in all indices is made once, so that hundreds of them take little memory."""
    large = root(**{f"f{n}": Field("long") for n in range(1_000)})
    own = {str(n): root(large=large, c=Field("constant_keyword", value=str(n))) for n in range(100)}
    made = recorder(own)
    made.record(hit("0", {}))
    tracemalloc.start()
    for index in own:
        assert made.record(hit(index, {}))["c"] == index
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 2**20
