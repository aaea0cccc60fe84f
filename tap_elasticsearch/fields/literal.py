"""Numbers that are written otherwise than a double is, digit by digit.

The servers index the text of a number in fields of texts (Elasticsearch source, KeywordFieldMapper:
``XContentParser.textOrNull``): ``1.10`` and ``1e5`` as they stand.
"""

from __future__ import annotations

import math

import msgspec
from msgspec import Raw

_encode = msgspec.json.encode


class Literal(float):
    """A number that knows how it is written.

    Attributes:
        text: That, which is JSON.
    """

    __slots__ = ("text",)
    text: str


def read_number(text: str) -> float | str:
    """The number that is written so; a ``Literal`` if JSON of its double would not be ``text``.

    ``text`` itself if it is beyond a double, which only fields that are not indexed can hold.
    """
    value = float(text)
    if _encode(value).decode() == text:
        return value
    if math.isinf(value):
        return text
    literal = Literal(value)
    literal.text = text
    return literal


def read_integer(text: str) -> int | str:
    """The integer that is written so; ``text`` if it has more digits than Python reads.

    Who reads our output may be written in Python, too.
    """
    try:
        return int(text)
    except ValueError:  # more than sys.get_int_max_str_digits
        return text


def as_written(value: object) -> Raw:
    """JSON of a ``Literal``, for msgspec, which asks for what it does not know.

    Raises:
        NotImplementedError: It is something else.
    """
    if isinstance(value, Literal):
        return Raw(value.text.encode())
    raise NotImplementedError
