"""Normalisers of numbers, and of lists and objects of them."""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from decimal import Decimal
from functools import partial
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

_DIGITS = r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?)"
_WHOLE = re.compile(_DIGITS)
#: What Java reads as a double, save for hexadecimal digits: it allows for space and a suffix.
_REAL = re.compile(rf"[\x00-\x20]*{_DIGITS}[dDfF]?[\x00-\x20]*")
#: The bits of integers that are narrower than 64.
_BITS = {"byte": 8, "short": 16, "integer": 32, "integer_range": 32}
#: From here on, a number that is stored in fewer bits than a double's would be infinite.
FLOAT_LIMIT = 2.0**128 - 2.0**103
HALF_FLOAT_LIMIT = 65520.0
_LIMITS = {"half_float": HALF_FLOAT_LIMIT, "float": FLOAT_LIMIT, "float_range": FLOAT_LIMIT}
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


def whole(field: Field) -> Callable[[object], int | None]:
    """The normaliser of an integer column: ``integer``, as far as the type and ``coerce`` allow.

    What is beyond, the servers have not indexed (Elasticsearch reference, mapping/types/numeric,
    mapping/params/ignore-malformed).
    """
    bits = _BITS.get(field.type)
    limit = 1 << (bits or 64) - 1
    # The servers read texts for narrow integers as doubles.
    read = partial(_whole, pattern=_REAL if bits else _WHOLE) if field.coerce else _exact

    def normalise(value: object) -> int | None:
        result = value if type(value) is int else read(value)
        if result is None or -limit <= result < limit:
            return result
        raise Misfit

    return normalise


def unsigned(value: object) -> str | None:
    """The digits of a whole number up to 2^64 - 1, which a 64-bit column can't hold as a number."""
    number = unsigned_integer(value)
    return None if number is None else str(number)


def unsigned_integer(value: object) -> int | None:
    """A whole number up to 2^64 - 1.

    The servers refuse fractions here (Elasticsearch reference, mapping/types/unsigned-long).
    """
    number = value if type(value) is int else _whole(value, truncate=False)
    if number is None or 0 <= number <= _MAX_UNSIGNED:
        return number
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
    if type(value) is int or isinstance(value, float):
        return _float(value)
    exact = _decimal(value, _REAL)
    return None if exact is None else _float(exact)


def of_field(field: Field) -> Callable[[object], float | None]:
    """The normaliser of a floating point column."""
    return _bounded(real if field.array else number, field)


def bound(field: Field) -> Callable[[object], float | None]:
    """The normaliser of an end of a range of floating point numbers."""
    return _bounded(real, field)


def vector(field: Field) -> Callable[[object], list[float]]:
    """The normaliser of a vector: a list, or a string of packed numbers.

    Bytes and bits come as hexadecimal digits or base64, floats as base64 of big-endian 32-bit
    numbers (Elasticsearch reference, mapping/types/dense-vector).
    """
    unpack = _UNPACK.get(field.element_type or "float", _no_string)

    def normalise(value: object) -> list[float]:
        if isinstance(value, str):
            return unpack(value)
        if isinstance(value, list):
            return [component(element) for element in value]
        raise Misfit

    return normalise


def weights(value: object) -> dict[str, float]:
    """An object of numbers, such as the tokens of a sparse vector."""
    if isinstance(value, dict):
        return {key: component(member) for key, member in value.items()}
    raise Misfit


def component(value: object) -> float:
    """A number of several that belong together, none of which can be null."""
    result = real(value)
    if result is None:
        raise Misfit
    return result


def _bounded(
    read: Callable[[object], float | None], field: Field
) -> Callable[[object], float | None]:
    limit = _LIMITS.get(field.type, math.inf)
    if field.coerce and limit == math.inf:
        return read

    def normalise(value: object) -> float | None:
        if isinstance(value, str) and not field.coerce:
            raise Misfit
        result = read(value)
        if result is None or -limit < result < limit:
            return result
        raise Misfit

    return normalise


def _float(value: Any) -> float:  # noqa: ANN401 - anything that float() takes
    try:
        result = float(value)
    except OverflowError as error:
        raise Misfit from error
    if math.isfinite(result):
        return result
    raise Misfit


def _decimal(value: object, pattern: re.Pattern[str] = _WHOLE) -> Decimal | None:
    """The exact value of a number or numeric string; None for ``""``."""
    if value == "":
        return None
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(value)
    if isinstance(value, str) and (match := pattern.fullmatch(value)):
        exact = Decimal(match[1])
        if exact.adjusted() <= _MAX_EXPONENT:
            return exact
    raise Misfit


def _whole(
    value: object, *, pattern: re.Pattern[str] = _WHOLE, truncate: bool = True
) -> int | None:
    exact = _decimal(value, pattern)
    if exact is None:
        return None
    result = int(exact)
    if truncate or result == exact:
        return result
    raise Misfit


def _exact(value: object) -> int | None:
    """A whole number that is written as one; JSON may write it with a fraction of zero."""
    if isinstance(value, str):
        raise Misfit
    return _whole(value, truncate=False)


def _no_string(_: str) -> list[float]:
    raise Misfit


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misfit from error


def _bytes(text: str) -> list[float]:
    try:
        packed = bytes.fromhex(text)
    except ValueError:
        packed = _from_base64(text)
    return [float(number) for number in struct.unpack(f">{len(packed)}b", packed)]


def _floats(text: str) -> list[float]:
    packed = _from_base64(text)
    if not packed or len(packed) % _FLOAT_BYTES:
        raise Misfit
    return [_float(number) for number in struct.unpack(f">{len(packed) // _FLOAT_BYTES}f", packed)]


_UNPACK = {"float": _floats, "byte": _bytes, "bit": _bytes}
