"""Which fields hold lists, found out with two small requests: mappings do not say.

A sample of documents shows lists; a count of values proves that there are some beyond the sample,
never that there are none. What both miss is kept in ``_extra``.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field, structs

from tap_elasticsearch.discovery.names import chunks
from tap_elasticsearch.exceptions import RefusedError, ServerError, UnreachableError
from tap_elasticsearch.fields import ListFinder, walk
from tap_elasticsearch.records.repair import without_halves, without_strangers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_elasticsearch.connection import Client
    from tap_elasticsearch.fields import Field

logger = logging.getLogger("tap-elasticsearch")

#: Documents of the first request; how large they are decides on the size of the second.
FIRST = 10
#: Bytes that the second request aims at, at most.
SAMPLE_BYTES = 8 * 1024 * 1024
#: Documents of each shard whose values are counted, and fields whose values are.
COUNTED_DOCUMENTS = 10_000
COUNTED_FIELDS = 500
#: After which the server answers with what it has.
TIMEOUT = "10s"


@dataclass(frozen=True, slots=True)
class Sample:
    """What to look at for one stream.

    Attributes:
        name: The stream's name.
        members: The concrete indices.
        query: The query that its documents must match, or None.
        size: How many documents to look at.
        asked: Paths whose values can be counted, each with the name to ask for.
        computed: The names of fields that no document holds.
    """

    name: str
    members: tuple[str, ...]
    query: Mapping[str, Any] | None
    size: int
    asked: Mapping[str, str]
    computed: tuple[str, ...] = ()


def find_lists(client: Client, sample: Sample, fields: Field) -> set[str]:
    """The dotted paths of the columns for one value for which some documents have several.

    The order of the index and a fixed choice of copies give the same answer every time. A request
    that fails costs what it would have shown, and one line in the log.

    Args:
        client: The cluster.
        sample: Where to look.
        fields: The field tree, with the lists that are known already.
    """
    find = ListFinder(fields)
    found: set[str] = set()
    several: dict[str, bool] = {}
    for chunk in chunks(sample.members):
        for document in _documents(client, sample, chunk, several):
            found |= find(document)
    return found | proven(fields, several, found)


class _Hit(Struct, frozen=True):
    source: Any = field(name="_source", default=None)
    computed: dict[str, Any] = field(name="fields", default_factory=dict)


class _Hits(Struct, frozen=True):
    hits: list[_Hit]


class _Value(Struct, frozen=True):
    value: int


class _Count(Struct, frozen=True):
    doc_count: int
    values: _Value


class _Answer(Struct, frozen=True):
    """What is of interest in the answer to a search."""

    found: _Hits = field(name="hits")
    counts: dict[str, _Count] = field(name="aggregations", default_factory=dict)
    #: Of the answer as it came.
    size_in_bytes: int = 0

    def documents(self) -> Iterator[dict[str, Any]]:
        hits = (hit for hit in self.found.hits if isinstance(hit.source, dict))
        # Two each: a computed field may repeat what the document has.
        return (part for hit in hits for part in (hit.source, hit.computed))


_NOTHING = _Answer(_Hits([]))


def _documents(
    client: Client, sample: Sample, indices: list[str], several: dict[str, bool]
) -> Iterator[dict[str, Any]]:
    """Documents of ``indices``; what was counted is added to ``several``."""
    asked = dict(islice(sample.asked.items(), COUNTED_FIELDS))
    first = min(FIRST, sample.size)
    answer = (
        _answer(client, sample, indices, {"size": first, **_counting(asked)}) if asked else None
    )
    answer = answer or _answer(client, sample, indices, {"size": first}) or _NOTHING
    for path, many in _counted(asked, answer):
        several[path] = many or several.get(path, False)
    yield from answer.documents()
    average = answer.size_in_bytes // first + 1
    rest = min(sample.size - first, SAMPLE_BYTES // average)
    if len(answer.found.hits) == first and rest:
        answer = _answer(client, sample, indices, {"from": first, "size": rest}) or _NOTHING
        yield from answer.documents()


def _answer(
    client: Client, sample: Sample, indices: list[str], body: Mapping[str, Any]
) -> _Answer | None:
    """The answer to a request, without documents if it failed; None if it can do without counts."""
    whole = {"sort": ["_doc"], "track_total_hits": False, "timeout": TIMEOUT, **body}
    if sample.computed:
        whole["fields"] = sample.computed
    if sample.query is not None:
        whole["query"] = sample.query
    what = f"Looking for lists in stream {sample.name}"
    try:
        answer = client.look(indices, whole, what)
        return structs.replace(_decoded(answer), size_in_bytes=len(answer))
    except (RefusedError, ServerError, UnreachableError, ValueError) as error:
        # A server that cannot answer now is not asked in another way.
        counting = "aggs" in body and isinstance(error, RefusedError)
        lost = "values are not counted" if counting else "documents are not looked at"
        level = logging.INFO if counting else logging.WARNING
        logger.log(level, "%s: %s, so some may not be found: %s", what, lost, error)
        return None if counting else _NOTHING


def _decoded(answer: bytes) -> _Answer:
    try:
        return msgspec.json.decode(answer, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Half a surrogate pair, or a number beyond a double, somewhere in a document.
        plain = without_strangers(without_halves(answer))
        return msgspec.convert(json.loads(plain), _Answer)


def _counting(asked: Mapping[str, str]) -> dict[str, Any]:
    """The part of a request that counts documents with a value and their values."""
    return {
        "terminate_after": COUNTED_DOCUMENTS,
        "aggs": {
            str(number): {
                "filter": {"exists": {"field": name}},
                "aggs": {"values": {"value_count": {"field": name}}},
            }
            for number, name in enumerate(asked.values())
        },
    }


def _counted(asked: Iterable[str], answer: _Answer) -> Iterator[tuple[str, bool]]:
    """The paths that some documents have, with whether one of these has several values."""
    for number, path in enumerate(asked):
        count = answer.counts.get(str(number))
        if count is not None and count.doc_count:
            yield path, count.values.value > count.doc_count


def proven(fields: Field, several: Mapping[str, bool], known: Collection[str]) -> set[str]:
    """The columns that must be lists, given whose values are more than their documents.

    Where that is a field of an object, either can be the list. Inside a known list it proves
    nothing. If all fields of an object have several values, the object has several. Otherwise it
    is the field; a wrong guess costs no value, only its place.

    Args:
        fields: The field tree, with the lists that are known already.
        several: Paths with values, and whether there are more of these than documents.
        known: Further lists.
    """
    lists = {".".join(path) for path, each in walk(fields) if each.array} | set(known)
    found = set()
    for names, _ in walk(fields):
        path = ".".join(names)
        outer = [".".join(names[:length]) for length in range(1, len(names))]
        if several.get(path) and path not in lists and not lists.intersection(outer):
            found.add(next((each for each in outer if _all_inside(each, several)), path))
    return found


def _all_inside(path: str, several: Mapping[str, bool]) -> bool:
    inside = [many for inner, many in several.items() if inner.startswith(f"{path}.")]
    return len(inside) > 1 and all(inside)
