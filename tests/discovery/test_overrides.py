"""Types that the user sets."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.discovery.overrides import Overrides
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import Field, json_schema, parse_mapping
from tap_elasticsearch.records.check import Check
from tap_elasticsearch.records.normalise import Normaliser

ROOT = parse_mapping(
    {
        "properties": {
            "code": {"type": "long"},
            "when": {"type": "date", "format": "dd/MM/yyyy"},
            "user": {"properties": {"id": {"type": "long"}, "name": {"type": "keyword"}}},
        }
    }
)


def applied(overrides: object, **config: object) -> Field:
    """The tree of the stream ``orders`` with these overrides."""
    made = Overrides(parse_settings({"type_overrides": overrides, **config}))
    fields = made.apply("orders", ROOT)
    made.reject_unmatched()
    return fields


def column(fields: Field, name: str) -> Any:  # noqa: ANN401
    """The schema of a root column."""
    return json_schema(fields)["properties"][name]


def test_a_type_decides_on_column_and_values() -> None:
    """A field with another type has its column, its check, and its values."""
    fields = applied([{"field": "code", "type": "keyword"}, {"field": "user", "type": "json"}])
    assert column(fields, "code")["type"] == ["string", "null"]
    assert column(fields, "user")["type"] == ["string", "null"]
    document = {"code": 7, "user": {"id": 1}}
    assert Normaliser(fields).record(document) == ({"code": "7", "user": '{"id":1}'}, {})
    assert Check(fields)([Raw(b'{"code":7}'), Raw(b'{"code":"7"}')]) == [False, True]


def test_patterns_and_parameters() -> None:
    """A pattern sets many; what belonged to the old type goes, and with it the order."""
    fields = applied('[{"field": "user.*", "type": "text"}, {"field": "when", "type": "keyword"}]')
    assert {sub.type for sub in fields.properties["user"].properties.values()} == {"text"}
    when = fields.properties["when"]
    assert (when.format, when.indexed) == (None, False)
    nanos = applied([{"field": "when", "type": "date_nanos"}]).properties["when"]
    assert (nanos.format, nanos.indexed) == ("dd/MM/yyyy", True)


def test_the_stream_knows_better() -> None:
    """What an entry of streams says goes before what holds for all, and for this stream alone."""
    own = [{"field": "code", "type": "double"}]
    fields = applied(
        [{"field": "code", "type": "keyword"}],
        streams=[{"index": "o-*", "name": "orders", "type_overrides": own}, {"index": "others"}],
    )
    assert column(fields, "code")["type"] == ["number", "null"]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ([{"field": "code", "type": "keywrod"}], "'keywrod', which is not known. Did you mean key"),
        ([{"field": "cdoe", "type": "long"}], "no stream has a field cdoe. Did you mean code"),
        ([{"field": "x" * 9, "type": "long"}], "Run --discover"),
        ([{"field": "code", "typ": "long"}], "unknown field `typ`"),
        ("code", "type_overrides"),
    ],
)
def test_overrides_that_cannot_be_used(overrides: object, said: str) -> None:
    """A typing error is an error that names what is near."""
    with pytest.raises(SettingsError, match=said):
        applied(overrides)


def test_overrides_of_a_stream_that_cannot_be_used() -> None:
    """So is one in an entry of streams."""
    own = [{"field": "cdoe", "type": "long"}]
    with pytest.raises(SettingsError, match=r"stream orders has no field cdoe\. Did you mean code"):
        applied([], streams=[{"index": "orders", "type_overrides": own}])
