"""Normalisers of numbers, and of lists and objects of them."""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.misfit import Misfit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_elasticsearch.fields.tree import Field

#: Integer columns of every width have these bounds: a narrower column breaks a load when a mapping
#: widens, one without bounds is 128 bits wide in some targets.
MIN_LONG = -(2**63)
MAX_LONG = 2**63 - 1
_MAX_UNSIGNED = 2**64 - 1

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
#: An exponent beyond any number type; spelling it out would fill the memory.
_MAX_EXPONENT = 400
_FLOAT_BYTES = 4


def integer(value: object) -> int | None:
    """A whole number of 64 bits; fractions are cut off, and ``""`` is null.

    So do the servers (Elasticsearch reference, mapping/params/coerce).
    """
    number = value if type(value) is int else _whole(value)
    if number is None or MIN_LONG <= number <= MAX_LONG:
        return number
    raise Misfit


def unsigned(value: object) -> str | None:
    """The digits of a whole number up to 2^64 - 1, which a 64-bit column can't hold as a number.

    The servers refuse fractions here (Elasticsearch reference, mapping/types/unsigned-long).
    """
    number = value if type(value) is int else _whole(value, truncate=False)
    if number is None:
        return None
    if 0 <= number <= _MAX_UNSIGNED:
        return str(number)
    raise Misfit


def number(value: object) -> float | None:
    """A finite number, an integer as it is; ``""`` is null."""
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int:
        _float(value)
        return value
    return real(value)


def real(value: object) -> float | None:
    """A finite float, also of an integer: target-postgres can't load a list of both kinds."""
    if type(value) in {int, float}:
        return _float(value)
    exact = _decimal(value)
    return None if exact is None else _float(exact)


def of_field(field: Field) -> Callable[[object], float | None]:
    """The normaliser of a floating point column."""
    return real if field.array else number


def vector(field: Field) -> Callable[[object], list[float | None]]:
    """The normaliser of a vector: a list, or a string of packed numbers.

    Bytes and bits come as hexadecimal digits or base64, floats as base64 of big-endian 32-bit
    numbers (Elasticsearch reference, mapping/types/dense-vector).
    """
    unpack = _UNPACK.get(field.element_type or "float", _no_string)

    def normalise(value: object) -> list[float | None]:
        if isinstance(value, str):
            return unpack(value)
        if isinstance(value, list):
            return [real(element) for element in value]
        raise Misfit

    return normalise


def weights(value: object) -> dict[str, float | None]:
    """An object of numbers, such as the tokens of a sparse vector."""
    if isinstance(value, dict):
        return {key: real(member) for key, member in value.items()}
    raise Misfit


def _float(value: Any) -> float:  # noqa: ANN401 - anything that float() takes
    try:
        result = float(value)
    except OverflowError as error:
        raise Misfit from error
    if math.isfinite(result):
        return result
    raise Misfit


def _decimal(value: object) -> Decimal | None:
    """The exact value of a number or numeric string; None for ``""``."""
    if value == "":
        return None
    if type(value) is float and math.isfinite(value):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        exact = Decimal(text)
        if exact.adjusted() <= _MAX_EXPONENT:
            return exact
    raise Misfit


def _whole(value: object, *, truncate: bool = True) -> int | None:
    exact = _decimal(value)
    if exact is None:
        return None
    result = int(exact)
    if truncate or result == exact:
        return result
    raise Misfit


def _no_string(_: str) -> list[float | None]:
    raise Misfit


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misfit from error


def _bytes(text: str) -> list[float | None]:
    try:
        packed = bytes.fromhex(text)
    except ValueError:
        packed = _from_base64(text)
    return [float(number) for number in struct.unpack(f">{len(packed)}b", packed)]


def _floats(text: str) -> list[float | None]:
    packed = _from_base64(text)
    if not packed or len(packed) % _FLOAT_BYTES:
        raise Misfit
    return [_float(number) for number in struct.unpack(f">{len(packed) // _FLOAT_BYTES}f", packed)]


_UNPACK = {"float": _floats, "byte": _bytes, "bit": _bytes}
