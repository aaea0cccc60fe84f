"""Numbers that remember how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.singerlib.json import serialize_json

from tap_elasticsearch.fields import TYPES, Field, Misfit, as_written, read_number, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = ("1.10", "1e5", "0.10e+3", "12345678901234567890123456789.5")
#: What a document may have in a field, made of one number.
FORMS: dict[str, Callable[[Any], Any]] = {
    "alone": lambda number: number,
    "list": lambda number: [number, number],
    "point": lambda number: {"lat": number, "lon": number},
    "plane": lambda number: {"x": number, "y": number},
    "range": lambda number: {"gte": number},
}
_encode = msgspec.json.Encoder(enc_hook=as_written).encode


def outcome(kind: str, value: object) -> tuple[object, bool]:
    """The value of a column, or that there is none; and whether it is one value."""
    row = type_of(kind)
    made: object
    try:
        made = row.normaliser(Field(kind))(value)
    except Misfit:
        made = Misfit
    return made, isinstance(value, list) and row.is_value(value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", NUMBERS)
def test_other_columns_have_the_number(text: str, form: str) -> None:
    """But in texts, dates and free objects, a number counts as the double that it is."""
    literal, plain = FORMS[form](read_number(text)), FORMS[form](float(text))
    for kind, row in TYPES.items():
        # The name of a relation is a text.
        is_text = row.schema["type"] == "string" or kind in {"join", "date_range"}
        if not is_text:
            assert outcome(kind, literal) == outcome(kind, plain), kind


@pytest.mark.parametrize(
    ("kind", "format_", "number", "date"),
    [
        ("date", "H.m", "12.30", "1970-01-01T12:30:00Z"),
        ("date", "uuuu.MM", "2020.10", "2020-10-01T00:00:00Z"),
        ("date_nanos", "epoch_millis", "1577836800123.456789", "2020-01-01T00:00:00.123456789Z"),
    ],
)
def test_dates_have_the_digits(kind: str, format_: str, number: str, date: str) -> None:
    """A date that is a number is read as it is written, as the servers read it."""
    normalise = type_of(kind).normaliser(Field(kind, format=format_))
    assert normalise(read_number(number)) == normalise(number) == date


@pytest.mark.parametrize("text", NUMBERS)
def test_number_columns_hold_doubles(text: str) -> None:
    """A number column has no digits that its target would have to round."""
    for kind in ("double", "float", "half_float", "scaled_float"):
        made, _ = outcome(kind, read_number(text))
        assert made is Misfit or type(made) is float


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["{!r}", "{:e}", "{:.3f}"])
)
def test_every_number_is_written_as_it_was(number: float, form: str) -> None:
    """Whatever JSON has for a number, it is decoded and encoded to the same; its value is there."""
    text = form.format(number)
    read = msgspec.json.Decoder(float_hook=read_number).decode(f"[{text}]")
    assert _encode(read).decode() == f"[{text}]"
    assert read == [float(text)]


def test_the_sdk_writes_doubles() -> None:
    """The SDK, which makes files of batches and JSON text, has a number to write."""
    assert serialize_json({"x": read_number("1.10")}) == '{"x":1.1}'
    assert read_number("1e400") == "1e400"
