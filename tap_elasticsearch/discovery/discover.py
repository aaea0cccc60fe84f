"""Which streams there are."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.discovery.arrays import Sample, find_lists
from tap_elasticsearch.discovery.beside import for_each
from tap_elasticsearch.discovery.columns import report_names
from tap_elasticsearch.discovery.conflicts import settle
from tap_elasticsearch.discovery.countable import asked_names
from tap_elasticsearch.discovery.definition import (
    StreamDefinition,
    formed,
    name_of,
    reject_equal_names,
    report_choices,
    stream_name,
)
from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.discovery.mappings import Mapping, computing, read_mappings
from tap_elasticsearch.discovery.names import alias_filters, find, is_pattern, visible
from tap_elasticsearch.discovery.overrides import Overrides
from tap_elasticsearch.discovery.replication import key_of, reject_unmatched_key
from tap_elasticsearch.discovery.routing import in_key, routed_indices
from tap_elasticsearch.discovery.sent import NOTHING
from tap_elasticsearch.discovery.shapes import in_force
from tap_elasticsearch.discovery.sources import REWRITTEN, is_kept, is_rewritten, missing
from tap_elasticsearch.exceptions import NotFoundError, RequestError, SettingsError
from tap_elasticsearch.fields import is_known, merge, walk, with_arrays

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Collection, Iterable, Sequence

    from tap_elasticsearch.config import Settings, StreamSettings
    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.discovery.names import Found
    from tap_elasticsearch.discovery.sent import Sent
    from tap_elasticsearch.fields import Conflict, Field

#: Streams whose documents are looked at at the same time.
AT_ONCE = 4

logger = logging.getLogger("tap-elasticsearch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stream to be, before its mapping has been read.

    Attributes:
        name: The stream's name.
        index: The expression that it reads.
        concrete: Is that the name of one index?
        members: Open concrete indices behind it now.
        query: The query that its documents must match.
        key: The replication key that was given for this stream, which must be usable.
        given: Is it an entry of ``streams``?
    """

    name: str
    index: str
    concrete: bool
    members: tuple[str, ...]
    query: collections.abc.Mapping[str, Any] | None = None
    key: str | None = None
    given: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A stream to be, whose mapping has been read.

    Attributes:
        candidate: The stream.
        parts: The mapping of each of its indices.
        fields: These merged.
    """

    candidate: Candidate
    parts: collections.abc.Mapping[str, Mapping]
    fields: Field


def discover(
    client: Client,
    settings: Settings,
    sent: collections.abc.Mapping[str, Sent] = MappingProxyType({}),
    wanted: Collection[str] | None = None,
) -> list[StreamDefinition]:
    """Every stream that the settings ask for, by name.

    Args:
        client: The cluster.
        settings: What the user set.
        sent: What was sent before, by stream.
        wanted: The streams whose documents may be looked at; None: all.

    Raises:
        NotFoundError: A name is not there or closed, or nothing at all matches.
        SettingsError: Two streams want one name, a setting names a field that is not there, or
            types conflict that must not.
    """
    overrides = Overrides(settings)
    candidates = _candidates(client, settings)
    reject_equal_names((candidate.name, candidate.index) for candidate in candidates)
    _report_renamed(candidates)
    members = dict.fromkeys(index for candidate in candidates for index in candidate.members)
    mappings = computing(read_mappings(client, members), settings.computed_fields)
    candidates = _with_sources(candidates, mappings, settings)
    drafts = _drafts(candidates, mappings, overrides, settings.mapping_conflicts)
    shape = partial(_shaped, client, settings, sent, wanted)
    drafts = for_each(shape, drafts, at_once=AT_ONCE)
    looked_at = [each for each in drafts if wanted is None or each.candidate.name in wanted]
    routed = routed_indices(client, {i: m for each in looked_at for i, m in each.parts.items()})
    definitions = [_definition(client, draft, settings, sent, routed) for draft in drafts]
    for definition in definitions if settings.record_shape == "columns" else ():
        report_names(definition)
        report_choices(formed(definition, settings))
    _reject_unmatched(settings.array_fields, definitions)
    own = {candidate.name for candidate in candidates if candidate.key is not None}
    reject_unmatched_key(settings.replication_key, definitions, own)
    overrides.reject_unmatched()
    return sorted(definitions, key=lambda definition: definition.name)


def _candidates(client: Client, settings: Settings) -> list[Candidate]:
    named = [_named(client, entry, settings) for entry in settings.streams]
    covered = {index for candidate in named for index in candidate.members}
    found = find(client, settings.indices, hidden=settings.include_hidden)
    groups = _groups(found, settings)
    filters = alias_filters(client, found)
    own = [
        Candidate(
            name=stream_name(index, settings.stream_name),
            index=index,
            concrete=index not in found.data_streams,
            members=members,
            query=filters.get(index),
        )
        for index, members in groups.items()
        if not covered.intersection(members)
    ]
    if not own and not named:
        raise NotFoundError(_nothing(client, found, settings))
    return named + own


def _nothing(client: Client, found: Found, settings: Settings) -> str:
    """Why there is nothing to read, in words."""
    matched = ", ".join(settings.indices)
    if settings.exclude_indices and found.members():
        excluded = ", ".join(settings.exclude_indices)
        return (
            f"exclude_indices ({excluded}) leaves out all that indices ({matched}) matches. Change"
            " one of them."
        )
    return f"No open index, alias or data stream matches {matched}. {visible(client)}"


def _named(client: Client, entry: StreamSettings, settings: Settings) -> Candidate:
    """The candidate for one entry of ``streams``."""
    found = find(client, entry.index.split(","), hidden=settings.include_hidden)
    if not found.members():
        msg = (
            f"No open index matches {entry.index!r} in streams; patterns do not match aliases, name"
            f" those. {visible(client)}"
        )
        raise NotFoundError(msg)
    return Candidate(
        name=name_of(entry, settings),
        index=entry.index,
        concrete=found.indices == (entry.index,) and not is_pattern(entry.index),
        members=found.members(),
        query=entry.query,
        key=entry.replication_key,
        given=True,
    )


def _groups(found: Found, settings: Settings) -> dict[str, tuple[str, ...]]:
    """The indices and data streams of ``indices``, less the excluded ones, with their members."""
    aliased = (index for group in found.aliases.values() for index in group)
    indices = {index: (index,) for index in (*found.indices, *aliased) if index not in found.closed}
    return {
        name: members
        for name, members in {**indices, **found.data_streams}.items()
        if not any(fnmatchcase(name, pattern) for pattern in settings.exclude_indices)
    }


def _report_renamed(candidates: Iterable[Candidate]) -> None:
    """Say which streams, of those that nobody has named, are not called as what they read."""
    renamed = [f"{c.index} is {c.name}" for c in candidates if not c.given and c.name != c.index]
    if renamed:
        logger.info(
            "Some streams have other names than their indices (stream_name: index would keep"
            " these): %s.",
            listed(renamed),
        )


def _drafts(
    candidates: Sequence[Candidate],
    mappings: collections.abc.Mapping[str, Mapping],
    overrides: Overrides,
    mode: str,
) -> list[Draft]:
    """Each stream with its mappings merged, and types as they were set."""
    drafts = []
    conflicts: dict[str, list[Conflict]] = {}
    for each in candidates:
        parts = {index: mappings[index] for index in each.members if index in mappings}
        fields, found = merge((index, mapping.fields) for index, mapping in parts.items())
        conflicts[each.name] = [c for c in found if not overrides.settle(each.name, c.path)]
        drafts.append(Draft(each, parts, overrides.apply(each.name, fields)))
    settle(conflicts, mode)
    return drafts


def _shaped(
    client: Client,
    settings: Settings,
    sent: collections.abc.Mapping[str, Sent],
    wanted: Collection[str] | None,
    draft: Draft,
) -> Draft:
    """``draft`` with columns of lists."""
    candidate = draft.candidate
    shapes = in_force(candidate.name, settings, sent)
    if wanted is not None and candidate.name not in wanted:
        return replace(draft, fields=shapes.settled(draft.fields))
    different = {id(mapping): mapping.countable for mapping in draft.parts.values()}
    sample = Sample(
        candidate.name,
        candidate.members,
        candidate.query,
        settings.sample_size,
        asked_names(different.values()),
        tuple(name for name, field in draft.fields.properties.items() if field.computed),
    )
    return replace(draft, fields=shapes.apply(draft.fields, partial(find_lists, client, sample)))


def _definition(
    client: Client,
    draft: Draft,
    settings: Settings,
    sent: collections.abc.Mapping[str, Sent],
    routed: Collection[str],
) -> StreamDefinition:
    candidate, fields = draft.candidate, draft.fields
    _warn_of_unknown_types(candidate.name, fields)
    _warn_of_sources(candidate.name, fields, [mapping.source for mapping in draft.parts.values()])
    return StreamDefinition(
        name=candidate.name,
        index=candidate.index,
        concrete=candidate.concrete,
        routed=in_key(
            candidate.name,
            seen=any(index in routed for index in draft.parts),
            sent=sent.get(candidate.name, NOTHING).routed,
        ),
        fields=fields,
        query=candidate.query,
        replication_key=key_of(client, candidate, fields, settings.replication_key),
        property_names=settings.property_names,
    )


def _with_sources(
    candidates: Iterable[Candidate],
    mappings: collections.abc.Mapping[str, Mapping],
    settings: Settings,
) -> list[Candidate]:
    """The candidates whose indices keep their documents; others must not have been named."""
    left: list[Candidate] = []
    reasons: list[str] = []
    for candidate in candidates:
        lost = [i for i in candidate.members if i in mappings and not is_kept(mappings[i].source)]
        if not lost:
            left.append(candidate)
            continue
        reason = (
            f"Index {lost[0]!r} does not keep its documents (_source is disabled in its mapping),"
            " so they cannot be read"
        )
        if candidate.given or candidate.index in settings.indices:
            msg = f"{reason}. Take {candidate.index!r} out of the settings."
            raise RequestError(msg)
        reasons.append(reason)
        logger.warning("Stream %s is left out: %s.", candidate.name, reason)
    if reasons and not left:
        msg = f"Nothing is left to read: {reasons[0]}."
        raise RequestError(msg)
    return left


def _warn_of_sources(
    name: str, fields: Field, sources: Sequence[collections.abc.Mapping[str, Any]]
) -> None:
    if paths := missing(fields, sources):
        logger.warning(
            "Stream %s: documents come without %s: an index's mapping leaves them out of _source"
            " (includes, excludes). Where that holds, these columns are empty.",
            name,
            listed(paths),
        )
    if any(is_rewritten({}, source) for source in sources):
        logger.info(REWRITTEN, name)


def _warn_of_unknown_types(name: str, fields: Field) -> None:
    for path, found in walk(fields):
        if not is_known(found.type):
            logger.warning(
                "Stream %s: field %s has the type %r, which this tap does not know; its values"
                " come as JSON text.",
                name,
                ".".join(path),
                found.type,
            )


def _reject_unmatched(patterns: Sequence[str], definitions: Iterable[StreamDefinition]) -> None:
    """Raise if a pattern of the global ``array_fields`` matches no field of any stream."""
    left = set(patterns)
    for definition in definitions:
        left &= set(with_arrays(definition.fields, patterns)[1])
    if left:
        msg = f"array_fields: no field of any stream matches {', '.join(sorted(left))}."
        raise SettingsError(msg)
