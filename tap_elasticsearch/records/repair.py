"""What servers store and return, and JSON cannot carry, replaced by what comes nearest."""

from __future__ import annotations

import re

#: An escaped backslash, a pair of surrogates, or half of one, in this order.
_ESCAPE = re.compile(
    rb"\\\\"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_REPLACEMENT = rb"\ufffd"
_QUOTED_QUOTE = re.compile(rb"\\.", re.DOTALL)
#: What could be a number that is none; inside a string it is text.
_NOT_A_NUMBER = re.compile(rb"(?<=[:,\[\s])(?:NaN|[+-]?Infinity)(?=[\s,}\]])")


def repaired(text: bytes) -> bytes:
    """``text``, JSON that a strict decoder refuses, with as little changed as can be.

    Half a surrogate pair becomes U+FFFD, as does what is no UTF-8; ``NaN`` and ``Infinity``, which
    the servers keep where a field is not indexed, become strings.
    """
    return _quoted(_ESCAPE.sub(_whole, text).decode("utf-8", "replace").encode())


def _whole(match: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if match[1] else match[0]


def _quoted(text: bytes) -> bytes:
    parts: list[bytes] = []
    end, inside = 0, False
    for match in _NOT_A_NUMBER.finditer(text):
        before = text[end : match.start()]
        inside ^= _QUOTED_QUOTE.sub(b"", before).count(b'"') % 2 == 1
        parts += (before, match[0] if inside else b'"%b"' % match[0])
        end = match.end()
    return b"".join([*parts, text[end:]])
