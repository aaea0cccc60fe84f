"""Lines made of a document's own bytes say what records made of objects say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_elasticsearch.exceptions import RequestError, SettingsError
from tap_elasticsearch.fields import Field, dropping
from tap_elasticsearch.output import RecordLines
from tap_elasticsearch.output.lines import CHUNK
from tap_elasticsearch.records.envelope import Recorder
from tap_elasticsearch.records.form import DEFAULT_FORM, METADATA, Form
from tap_elasticsearch.records.hits import Hit
from tests.fields.trees import documents, documents_of, thinned_trees

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Field("object", {"a": Field("keyword"), "n": Field("long")})


def hit(source: bytes, number: int = 0, routing: bytes = b"null") -> Hit:
    """A hit with this document."""
    return Hit(
        id=msgspec.Raw(b'"%d"' % number),
        index=msgspec.Raw(b'"i"'),
        routing=msgspec.Raw(routing),
        source=msgspec.Raw(source),
    )


def written(
    field: Field,
    hits: Sequence[Hit],
    *,
    routed: bool = False,
    form: Form = DEFAULT_FORM,
    version: int | None = None,
) -> bytes:
    """The lines of ``hits``."""
    recorder = Recorder(field, routed=routed, form=form)
    lines = RecordLines("s", recorder, version=version)
    return b"".join(lines.chunks(hits))


def records(
    field: Field, hits: Sequence[Hit], *, routed: bool = False, form: Form = DEFAULT_FORM
) -> list[dict[str, Any]]:
    """Their records, each made the long way."""
    recorder = Recorder(field, routed=routed, form=form)
    return [recorder.normalised(each) for each in hits]


#: Everything that a user can choose, but to fail.
FORMS = st.builds(
    Form,
    metadata=st.lists(st.sampled_from(sorted(METADATA)), unique=True),
    whole=st.sampled_from([False, False, True]),
    extras=st.sampled_from(["keep", "drop"]),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from([None, 1, " \t"]), st.booleans(), FORMS)
def test_both_ways(data: st.DataObject, indent: int | str | None, routed: bool, form: Form) -> None:
    """Whatever the mapping, what is selected and the documents, both ways give one record."""
    field = data.draw(thinned_trees())
    sources = data.draw(st.lists(documents_of(field) | documents(), max_size=5))
    texts = [json.dumps(source, indent=indent).replace("\n", " ").encode() for source in sources]
    hits = [hit(text, number) for number, text in enumerate(texts)]
    lines = [
        json.loads(line) for line in written(field, hits, routed=routed, form=form).splitlines()
    ]
    expected = records(field, hits, routed=routed, form=form)
    assert [line["record"] for line in lines] == expected
    recorder = Recorder(field, routed=routed, form=form)
    assert [recorder.record(each) for each in hits] == expected
    assert all(line.keys() == {"type", "stream", "record", "time_extracted"} for line in lines)


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_chunks(count: int) -> None:
    """Every hit has its line, in order, however many there are."""
    lines = written(ROOT, [hit(b'{"n":1}', number) for number in range(count)]).splitlines()
    assert [json.loads(line)["record"]["_id"] for line in lines] == list(map(str, range(count)))


def test_bytes_stay() -> None:
    """A document that passes keeps the spelling of its numbers and texts."""
    source = rb'{"a":"\u00e9","n":5}'
    assert rb'"record":{"_id":"0","_index":"i","a":"\u00e9","n":5}' in written(ROOT, [hit(source)])


@pytest.mark.parametrize("source", [b"{}", b"{ }", b'{ "a":null}', b'{"a":["x"]}'])
def test_unusual_documents(source: bytes) -> None:
    """An empty document, and one with spaces, have their lines too."""
    line = json.loads(written(ROOT, [hit(source)]))
    assert [line["record"]] == records(ROOT, [hit(source)])


def test_the_version() -> None:
    """Lines carry the version that was activated for their stream."""
    assert json.loads(written(ROOT, [hit(b'{"n":1}')], version=7))["version"] == 7


@pytest.mark.parametrize(("routing", "expected"), [(b"null", ""), (b'"r"', "r")])
def test_routing(routing: bytes, expected: str) -> None:
    """Where the routing is a part of the key, it is never null."""
    line = json.loads(written(ROOT, [hit(b'{"n":1}', routing=routing)], routed=True))
    assert line["record"]["_routing"] == expected


def test_whole_documents() -> None:
    """A document as one column goes out as it is, and one that is no JSON repaired."""
    form = Form(whole=True, metadata=["_id"])
    columns = form.columns(ROOT)
    plain = written(columns, [hit(b'{"x": [1.10, "12"]}')], form=form)
    assert b'"record":{"_id":"0","document":{"x": [1.10, "12"]}}' in plain
    (line,) = written(columns, [hit(b'{"x": 1e400}')], form=form).splitlines()
    assert json.loads(line)["record"] == {"_id": "0", "document": {"x": "1e400"}}
    cut = dropping(columns, lambda _path, _field: True)
    assert b'"record":{"_id":"0"}' in written(cut, [hit(b'{"x":1}')], form=form)


def test_failing() -> None:
    """Where nothing may be lost, the first value without a place is an error that names it."""
    form = Form(extras="fail")
    assert written(ROOT, [hit(b'{"n":1}')], form=form)
    with pytest.raises(
        SettingsError, match=r"'7' of index 'i' has a list of 2 in n, .*extra_values"
    ):
        written(ROOT, [hit(b'{"n":[1,2]}', 7)], form=form)


def test_metadata() -> None:
    """Columns of the hit come as they are asked for, in one order, null where there is nothing."""
    form = Form(metadata=["_ignored", "_seq_no", "_id"])
    found = Hit(id=msgspec.Raw(b'"1"'), index=msgspec.Raw(b'"i"'), source=msgspec.Raw(b'{"n":1}'))
    line = written(ROOT, [found], form=form)
    assert b'"record":{"_id":"1","_seq_no":null,"_ignored":null,"n":1}' in line


def test_no_source() -> None:
    """A document that came without its source is an error, not an empty record."""
    with pytest.raises(RequestError, match="without its source"):
        written(ROOT, [hit(b"")])
