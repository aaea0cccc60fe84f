"""What becomes of fields that have different types in the indices of one stream."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_elasticsearch.fields import Conflict

logger = logging.getLogger("tap-elasticsearch")

#: How many conflicts the message of an error lists.
_LISTED = 20


def settle(conflicts: Mapping[str, Sequence[Conflict]], mode: str) -> None:
    """Say what was widened, each conflict in one line, or refuse it all in one message.

    Args:
        conflicts: Names of streams with what was widened in each.
        mode: ``widen`` or ``fail``.

    Raises:
        SettingsError: The mode is ``fail``, and there is a conflict.
    """
    each = [(stream, conflict) for stream, found in conflicts.items() for conflict in found]
    if mode == "fail" and each:
        listed = "; ".join(f"{stream}: {conflict.found}" for stream, conflict in each[:_LISTED])
        more = f"; and {len(each) - _LISTED:,} more" if len(each) > _LISTED else ""
        msg = (
            f"mapping_conflicts: fail: {listed}{more}. Set their types with type_overrides, leave"
            " indices out with exclude_indices, read them as separate streams, or set"
            " mapping_conflicts: widen."
        )
        raise SettingsError(msg)
    for stream, conflict in each:
        logger.warning("Stream %s: %s", stream, conflict)
