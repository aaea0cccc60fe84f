"""What servers store and return, and JSON cannot carry, replaced by what comes nearest."""

from __future__ import annotations

import re

#: An escaped backslash, a pair of surrogates, or half of one, in this order.
_ESCAPE = re.compile(
    rb"\\(?:\\"
    rb"|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_REPLACEMENT = rb"\ufffd"
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: What is no JSON, unless it stands inside a string.
_STRANGE = re.compile(rb"/\*|//|\xef\xbb\xbf|(?<=[:,\[\s/])(?:NaN|[+-]?Infinity)(?=[\s,}\]/])")
#: Where what goes ends; a comment at the very end of a document, before what the server puts there.
_ENDS = {
    b"/*": re.compile(rb"\*/|\Z"),
    b"//": re.compile(rb'[\r\n]|(?=,"(?:fields":\{|sort":\[))|\Z'),
    _BYTE_ORDER_MARK: re.compile(b""),
}


def without_halves(text: bytes) -> bytes:
    """``text`` with U+FFFD for each half of a surrogate pair, and for what is no UTF-8."""
    return _ESCAPE.sub(_whole, text).decode("utf-8", "replace").encode()


def _whole(match: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if match[1] else match[0]


def without_strangers(text: bytes) -> bytes:
    """``text`` without what the servers take beside JSON.

    Comments and byte order marks, with which they take documents and give them back, go. ``NaN``
    and ``Infinity`` become strings.
    """
    parts: list[bytes] = []
    taken = seen = at = 0
    inside = False
    while match := _STRANGE.search(text, at):
        inside ^= _quotes(text[seen : match.start()]) % 2 == 1
        seen, at = match.start(), match.end()
        if inside:
            continue
        parts.append(text[taken : match.start()])
        if end := _ENDS.get(match[0]):
            # The end of the text ends a comment, too.
            at = end.search(text, at).end()  # type: ignore[union-attr]
        else:
            parts.append(b'"%b"' % match[0])
        taken = seen = at
    return b"".join([*parts, text[taken:]])


def _quotes(text: bytes) -> int:
    """How many quotes in ``text`` begin or end a string."""
    return _ESCAPED.sub(b"", text).count(b'"')
