"""Many dates at once, told to be canonical or not: a third of what one at a time takes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tap_elasticsearch.fields.dates import is_canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What canonical dates look like with a zero for every digit.
_SHAPES = frozenset(
    b"0000-00-00T00:00:00%bZ" % fraction
    for fraction in (b"", *(b"." + b"0" * digits for digits in range(1, 10)))
)
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
#: Stands between dates, as in a list of JSON.
_BETWEEN = b'","'
_decode = msgspec.json.Decoder(list[datetime]).decode


def are_canonical(values: Sequence[Any]) -> bool:
    """Is each of ``values`` a canonical date, and a day of the calendar?

    It may say no of the last instant that there is.
    """
    if not values:
        return True
    try:
        dates = _BETWEEN.decode().join(values).encode()
        # msgspec reads offsets, too, and spaces, small letters, and any number of decimals: the
        # shapes are what it is not asked. That they are numbers in their bounds, it knows.
        if not _have_shape(dates.translate(_ZEROS), len(values)):
            return False
        _decode(b'["%b"]' % dates)
    except (TypeError, UnicodeEncodeError, msgspec.DecodeError):
        return False
    return True


def _have_shape(zeros: bytes, count: int) -> bool:
    """Do so many dates, with zeros for digits, have the shape of canonical ones?"""
    first, _, _ = zeros.partition(b'"')
    # Mostly, all have the same one, and that is seen at once.
    if first in _SHAPES and zeros == _BETWEEN.join([first] * count):
        return True
    shapes = zeros.split(_BETWEEN)
    # A text that looks like two dates of a list is none.
    return len(shapes) == count and _SHAPES.issuperset(shapes)


def is_canonical_date(value: object) -> bool:
    """Is ``value``, of any type, a canonical date?"""
    return type(value) is str and is_canonical(value)
