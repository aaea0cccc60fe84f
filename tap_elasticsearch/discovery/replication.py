"""By which field discovery lets the runs of a stream go."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.keys import key_problem, multi_field_problem, sortable_paths
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.exceptions import SettingsError
from tap_elasticsearch.fields import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.discovery.definition import StreamDefinition
    from tap_elasticsearch.discovery.discover import Candidate
    from tap_elasticsearch.fields import Field

logger = logging.getLogger("tap-elasticsearch")


def key_of(client: Client, candidate: Candidate, fields: Field, default: str | None) -> str | None:
    """The stream's replication key: its own, or the global one if it can be.

    Args:
        client: The cluster.
        candidate: The stream.
        fields: Its merged mapping.
        default: The global key.

    Raises:
        SettingsError: Its own cannot be.
    """
    key = candidate.key or default
    if key is None:
        return None
    problem = key_problem(fields, key) or multi_field_problem(
        client, candidate.members, fields, key
    )
    if not problem:
        return key
    if candidate.key is not None:
        msg = f"Stream {candidate.name}: {problem}"
        raise SettingsError(msg)
    if fields.properties:
        logger.warning("Stream %s is read whole every time: %s", candidate.name, problem)
    return None


def reject_unmatched_key(
    key: str | None, definitions: Sequence[StreamDefinition], own: Collection[str]
) -> None:
    """Raise if the global replication key is no field of any stream that it is for.

    Args:
        key: The global key.
        definitions: All streams.
        own: The names of those that have a key of their own.

    Raises:
        SettingsError: It names fields that could be one.
    """
    # What has no fields yet may have this one tomorrow.
    concerned = [d for d in definitions if d.name not in own and d.fields.properties]
    if key is None or not concerned or any(_has(definition, key) for definition in concerned):
        return
    usable = sorted({path for d in concerned for path in sortable_paths(d.fields)})
    meant = get_close_matches(key, usable, n=3)
    advice = f"Use one of: {listed(usable)}." if usable else "No field of them can be."
    if meant:
        advice = f"Did you mean {' or '.join(meant)}?"
    reason = f"no field of any stream matches {key}. {advice}"
    if key in {"_id", "_uid"}:
        reason = str(key_problem(concerned[0].fields, key))
    msg = f"replication_key: {reason}"
    raise SettingsError(msg)


def _has(definition: StreamDefinition, key: str) -> bool:
    paths = (".".join(path) for path, _ in walk(definition.fields))
    return definition.replication_key == key or key in paths
