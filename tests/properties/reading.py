"""An index of a case on a real server: filled, read by the tap, and asked what it has indexed."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import requests

from tap_elasticsearch.streams import IndexStream
from tap_elasticsearch.tap import TapElasticsearch
from tests.properties.mappings import NEEDED, leaf_definitions, uncoerced
from tests.properties.places import DATE_FORMAT, DATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_elasticsearch.discovery import StreamDefinition
    from tests.properties.mappings import Case
    from tests.properties.options import Options
    from tests.servers import Cluster

_INDEX = "property"
#: Every document, and what the server knows of it.
_ALL = {"size": 1_000, "version": True, "seq_no_primary_term": True}


@dataclass(frozen=True)
class Run:
    """What the tap says of an index.

    Attributes:
        options: What it was told.
        definition: What it has found out.
        schema: The stream's schema.
        records: Its records, by ``_id``.
    """

    options: Options
    definition: StreamDefinition
    schema: dict[str, Any]
    records: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Reading:
    """What the server and the tap say of an index.

    Attributes:
        mapping: What stands under ``mappings``, once all documents are in.
        hits: The server's hits, with ``_source`` and ``fields``, by ``_id``.
        runs: The tap's.
    """

    mapping: dict[str, Any]
    hits: dict[str, dict[str, Any]]
    runs: list[Run]


def known_types(cluster: Cluster, types: Iterable[str]) -> tuple[str, ...]:
    """Those of ``types`` that the server takes in a mapping."""
    return tuple(
        kind
        for kind in sorted(types)
        if accepts(cluster, {"f": {"type": kind, **NEEDED.get(kind, {})}})
    )


def accepts(
    cluster: Cluster, properties: Mapping[str, Any], settings: dict[str, Any] | None = None
) -> bool:
    """Does the server take an index with these properties and settings?"""
    try:
        cluster.create(_INDEX, mappings={"properties": properties}, settings=settings)
    except requests.HTTPError:
        return False
    cluster.request("DELETE", f"/{_INDEX}")
    return True


@contextmanager
def _index(cluster: Cluster, case: Case) -> Iterator[bool]:
    """The index, filled; False where the server does not take the mapping."""
    try:
        cluster.create(_INDEX, mappings=case.mapping, settings=case.settings)
    except requests.HTTPError:
        yield False
        return
    try:
        # One refused document is no fault: only what the server has is looked at.
        with suppress(requests.HTTPError):
            cluster.bulk(_INDEX, ((str(n), each) for n, each in enumerate(case.documents)))
        cluster.refresh(_INDEX)
        yield True
    finally:
        cluster.request("DELETE", f"/{_INDEX}")


def read(cluster: Cluster, case: Case) -> Reading | None:
    """Index the documents, and read them in both ways; None if the mapping was refused."""
    with _index(cluster, case) as created:
        if not created:
            return None
        mapping = cluster.request("GET", f"/{_INDEX}/_mapping")[_INDEX]["mappings"]
        if case.settings.get("index.mapping.coerce") is False:
            mapping = uncoerced(mapping)
        runs = [_run(cluster, options) for options in case.options]
        return Reading(mapping, _hits(cluster, mapping), runs)


def _hits(cluster: Cluster, mapping: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    fields: list[Any] = []
    for path, definition in leaf_definitions(mapping):
        field = {"field": ".".join(path)}
        fields.append({**field, **({"format": DATE_FORMAT} if definition["type"] in DATES else {})})
    try:
        answer = cluster.request("POST", f"/{_INDEX}/_search", {**_ALL, "fields": fields})
    except requests.HTTPError:
        # Where one document has a value that was forgiven, OpenSearch may report none at all.
        return _one_by_one(cluster, fields)
    return {hit["_id"]: hit for hit in answer["hits"]["hits"]}


def _one_by_one(cluster: Cluster, fields: list[Any]) -> dict[str, dict[str, Any]]:
    """The hits; without ``fields`` and with ``unreported`` where those cannot be told."""
    plain = cluster.request("POST", f"/{_INDEX}/_search", _ALL)["hits"]["hits"]
    hits = {}
    for hit in plain:
        body = {**_ALL, "query": {"ids": {"values": [hit["_id"]]}}, "fields": fields}
        hits[hit["_id"]] = {**hit, "unreported": True}
        with suppress(requests.HTTPError):
            answer = cluster.request("POST", f"/{_INDEX}/_search", body)
            hits[hit["_id"]] = answer["hits"]["hits"][0]
    return hits


def _run(cluster: Cluster, options: Options) -> Run:
    config = {"hosts": [cluster.url], "indices": [_INDEX], **options.settings}
    with _handlers_kept():
        tap = TapElasticsearch(config=config)
        if options.deselected:
            catalog = tap.catalog_dict
            for entry in catalog["streams"][0]["metadata"]:
                if tuple(entry["breadcrumb"][1::2]) in options.deselected:
                    entry["metadata"]["selected"] = False
            tap = TapElasticsearch(config=config, catalog=catalog)
        messages = _messages(tap)
        (stream,) = tap.streams.values()
    assert isinstance(stream, IndexStream)
    return Run(
        options,
        stream.definition,
        next(each["schema"] for each in messages if each["type"] == "SCHEMA"),
        {m["record"]["_id"]: m["record"] for m in messages if m["type"] == "RECORD"},
    )


@contextmanager
def _handlers_kept() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _messages(tap: TapElasticsearch) -> list[dict[str, Any]]:
    """What the tap writes; in this process, since the start of one costs more than the reading."""
    written = BytesIO()
    with redirect_stdout(TextIOWrapper(written, write_through=True)) as out:
        tap.sync_all()
        out.flush()
        return [json.loads(line) for line in written.getvalue().splitlines()]
