"""Lines that are too long for what reads them in a usual set-up."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

logger = logging.getLogger("tap-elasticsearch")

#: The longest line that Meltano reads as it comes: half of its ``elt.buffer_size`` (Meltano's
#: settings reference), of which this is the default.
BUFFER_SIZE = 10 * 1024 * 1024
LONGEST = BUFFER_SIZE // 2


class _Record(msgspec.Struct, gc=False):
    # A stream map may have taken it away, or made something else of it.
    id: Any = msgspec.field(name="_id", default=None)


class _Line(msgspec.Struct, gc=False):
    stream: str = ""
    record: _Record | None = None


_decode = msgspec.json.Decoder(_Line).decode


class LongLines:
    """Warns of records that are longer than Meltano reads, once for each stream."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def look(self, lines: bytes) -> None:
        """Warn if one of ``lines`` is too long; no time is spent where they are not together."""
        if len(lines) > LONGEST:
            for line in lines.splitlines():
                if len(line) > LONGEST:
                    self._warn(_decode(line), len(line))

    def _warn(self, line: _Line, length: int) -> None:
        if line.record is None or line.stream in self._warned:
            return
        self._warned.add(line.stream)
        logger.warning(
            "Stream %s: the record of _id %s has %s bytes. A Meltano project reads it only with"
            " elt.buffer_size set to at least %s (default: %s).",
            line.stream,
            line.record.id,
            f"{length:,}",
            f"{2 * length:,}",
            f"{BUFFER_SIZE:,}",
        )
