"""Points in time as whole nanoseconds since 1970: exact, ordered, and one number for all dates."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEXT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d)?)?"
)


def parse_instant(text: str) -> int:
    """Nanoseconds since 1970 of an ISO date or date-time; without a zone it is UTC.

    Raises:
        ValueError: ``text`` is neither.
    """
    found = _TEXT.fullmatch(text.strip())
    moment = None if found is None else _moment(found)
    if found is None or moment is None:
        msg = f"{text!r} is no date: write it like 2024-12-31 or 2024-12-31T23:59:59Z"
        raise ValueError(msg)
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds * SECOND + int((found["fraction"] or "0").ljust(9, "0"))


def _moment(found: re.Match[str]) -> datetime | None:
    """The second that a match names; None if there is no such day or time."""
    zone = (found["zone"] or "Z").replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{zone}")
    except ValueError:
        return None


#: The first and the last instant that a date-time with a year of four digits can name.
FIRST = parse_instant("0001-01-01")
LAST = parse_instant("9999-12-31T23:59:59.999999999Z")


def format_instant(nanoseconds: int) -> str:
    """``YYYY-MM-DDThh:mm:ss.fffffffffZ``: always as long, so that texts are in the order of time.

    What lies before year 1 or after year 9999 is written as that border.
    """
    seconds, rest = divmod(min(max(nanoseconds, FIRST), LAST), SECOND)
    moment = _EPOCH + timedelta(seconds=seconds)
    # strftime does not pad years everywhere.
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{rest:09d}Z"
