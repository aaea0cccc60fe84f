"""Runs that bring only what is new: nothing missing, at most the ties again."""

from __future__ import annotations

import gzip
import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.command import Run, Sandbox
    from tests.servers.cluster import Reachable

#: Types that can be a key on every server, with values in their order; the last ones are new.
KEYS: dict[str, tuple[str, list[Any]]] = {
    "date": ("date", ["1969-07-20", "2024-01-01", "2024-01-01T00:00:00.123Z", "2024-05-05"]),
    "dmy": ("date:dd/MM/yyyy", ["31/12/1960", "02/01/2024", "01/02/2024", "03/03/2024"]),
    "nanos": (
        "date_nanos",
        [0, "2024-01-01T00:00:00.000000001Z", "2024-01-01T00:00:00.000000002Z", "2024-05-05"],
    ),
    "long": ("long", [-9223372036854775808, -1, 9007199254740993, 9223372036854775807]),
    "double": ("double", [-1.5, 0.1, 0.30000000000000004, 1e300]),
    "float": ("float", [-1.5, 0.1, 0.3, 1e30]),
    "half_float": ("half_float", [-1.5, 0.1, 0.3, 1000]),
    "keyword": ("keyword", ["Z", "a", "é", "😀"]),
    "boolean": ("boolean", [False, False, True, True]),
    "object.inner": ("date", ["2023-01-01", "2024-01-01", "2024-02-01", "2024-05-05"]),
}


def mapping_of(path: str, kind: str) -> dict[str, Any]:
    """A mapping in which ``path`` is of ``kind``."""
    name, _, form = kind.partition(":")
    parameter = {"scaled_float": "scaling_factor"}.get(name, "format")
    field: dict[str, Any] = {"type": name, **({parameter: form} if form else {})}
    for part in reversed(path.split(".")):
        field = {"properties": {part: field}}
    return field


def nested(path: str, value: object) -> dict[str, Any]:
    """A document with ``value`` at ``path``."""
    for part in reversed(path.split(".")):
        value = {part: value}
    assert isinstance(value, dict)
    return value


def next_run(sandbox: Sandbox, config: dict[str, Any], before: Run | None) -> Run:
    """A run that goes on from the last STATE of the run ``before``."""
    arguments = []
    if before is not None:
        state = before.of_type("STATE")[-1]["value"]
        arguments = ["--state", sandbox.write("state.json", state)]
    run = sandbox.run(config, *arguments)
    assert run.code == 0, run.err
    return run


def ids(run: Run, stream: str) -> list[str]:
    """The ids of a stream's records, in their order."""
    return [record["_id"] for record in run.records(stream)]


def bookmark(run: Run, stream: str) -> Any:  # noqa: ANN401
    """The last bookmark of a stream."""
    return run.of_type("STATE")[-1]["value"]["bookmarks"][stream]["replication_key_value"]


#: Types that only OpenSearch can be asked for here: the modules of Elasticsearch are not public.
OPENSEARCH_KEYS: dict[str, tuple[str, list[Any]]] = {
    "unsigned": ("unsigned_long", [0, 9223372036854775808, 2**64 - 2, 2**64 - 1]),
    "scaled": ("scaled_float:10", [-1.5, 0.1, 0.3, 1000.5]),
}


@pytest.mark.parametrize("path", KEYS)
def test_each_kind_of_key(cluster: Cluster, sandbox: Sandbox, path: str) -> None:
    """By every kind of key, the second run brings the new and the ties, the third the ties."""
    three_runs(cluster, sandbox, path, *KEYS[path])


@pytest.mark.parametrize("path", OPENSEARCH_KEYS)
def test_each_other_kind_of_key(opensearch: Cluster, sandbox: Sandbox, path: str) -> None:
    """The same holds for integers beyond 64 bits with a sign, and for scaled floats."""
    three_runs(opensearch, sandbox, path, *OPENSEARCH_KEYS[path])


@pytest.mark.parametrize(("factor", "tie"), [(100, 0.57), (10, 0.3)])
def test_scaled_floats(
    start: Callable[[str], Reachable], sandbox: Sandbox, factor: int, tie: float
) -> None:
    """Ties are found that Elasticsearch sorts a little above the value by which it finds them."""
    values = [-1.5, 0.1, tie, tie + 0.1]
    elasticsearch = Cluster(start("elasticsearch-7"))
    three_runs(elasticsearch, sandbox, "scaled", f"scaled_float:{factor}", values)


def three_runs(cluster: Cluster, sandbox: Sandbox, path: str, kind: str, values: list[Any]) -> None:
    """Three runs by the key at ``path``, with a new document after the first."""
    index = f"inc-{path.replace('.', '-').replace('_', '-')}"
    stream = index.replace("-", "_")
    cluster.create(index, mappings=mapping_of(path, kind), settings={"number_of_shards": 3})
    try:
        old = [(f"old{n}", nested(path, value)) for n, value in enumerate(values[:3])]
        cluster.bulk(index, [*old, ("none", {})])
        cluster.refresh()
        config = {"hosts": [cluster.url], "indices": [index], "replication_key": path}
        first = next_run(sandbox, config, None)
        assert sorted(ids(first, stream)) == ["old0", "old1", "old2"]
        cluster.bulk(index, [("new", nested(path, values[3]))])
        cluster.refresh()
        second = next_run(sandbox, config, first)
        expected = {"old2", "new"}
        assert set(ids(second, stream)) == expected
        third = next_run(sandbox, config, second)
        assert "new" in ids(third, stream)
        assert set(ids(third, stream)) <= expected
        assert bookmark(third, stream) == bookmark(second, stream)
    finally:
        cluster.delete(index)


def moment(seconds: float = 0) -> str:
    """The time so many seconds from now."""
    when = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def events(cluster: Cluster) -> Iterator[Cluster]:
    """Two indices of one pattern, dates in the one, nanoseconds in the other, ties everywhere."""
    shards = {"number_of_shards": 3}
    cluster.create("ev-a", mappings=mapping_of("at", "date"), settings=shards)
    cluster.create("ev-b", mappings=mapping_of("at", "date_nanos"), settings=shards)
    cluster.create("ev-c", mappings=mapping_of("other", "keyword"))
    ties = [(f"tie{n}", {"at": "2024-01-01T00:00:00.000Z"}) for n in range(30)]
    for index in ("ev-a", "ev-b"):
        cluster.bulk(index, [(f"{index}{i}", source) for i, source in ties])
        cluster.bulk(index, [(f"{index}late", {"at": "2024-01-02"}), (f"{index}none", {})])
    cluster.bulk("ev-a", [("ev-aold", {"at": "1960-01-01"})])
    cluster.bulk("ev-c", [("ev-cnone", {})])
    cluster.refresh()
    yield cluster
    cluster.delete("ev-a", "ev-b", "ev-c")


def events_config(cluster: Cluster, **more: object) -> dict[str, Any]:
    """The settings for one stream of all ``ev-`` indices."""
    stream = {"index": "ev-*", "name": "ev", "replication_key": "at"}
    return {"hosts": [cluster.url], "indices": ["ev-c"], "streams": [stream], **more}


@pytest.mark.parametrize("page_size", [7, "auto"])
def test_ties_and_mixed_precision(events: Cluster, sandbox: Sandbox, page_size: object) -> None:
    """Equal times across pages, shards, indices and precisions: each once, in their order.

    In any order in a first run that leaves how far it is in another way; the bookmark is the same.
    """
    config = events_config(events, page_size=page_size)
    loaded = next_run(sandbox, config, None)
    first = next_run(sandbox, {**config, "resume_full_table": False}, None)
    order = ids(first, "ev")
    assert sorted(ids(loaded, "ev")) == sorted(order)
    assert bookmark(loaded, "ev") == bookmark(first, "ev")
    assert order[0] == "ev-aold"
    assert sorted(order[1:61]) == sorted(f"{i}tie{n}" for i in ("ev-a", "ev-b") for n in range(30))
    assert sorted(order[61:]) == ["ev-alate", "ev-blate"]
    assert bookmark(first, "ev") == "2024-01-02T00:00:00.000000000Z"
    second = next_run(sandbox, config, first)
    assert sorted(ids(second, "ev")) == ["ev-alate", "ev-blate"]
    assert events.open_contexts() == 0
    assert "1 of 3 indices do not have the replication key at (such as ev-c)" in first.err


def test_lag(events: Cluster, sandbox: Sandbox) -> None:
    """What is younger than the lag waits for the next run, and is not missed by it."""
    recent = moment(-5)
    events.bulk("ev-a", [("recent", {"at": recent})])
    events.refresh()
    first = next_run(sandbox, events_config(events), None)
    assert "recent" not in ids(first, "ev")
    events.bulk("ev-a", [("arrives late", {"at": moment(-6)})])
    events.refresh()
    second = next_run(sandbox, events_config(events, lag_seconds=0), first)
    assert {"recent", "arrives late"} <= set(ids(second, "ev"))


def test_lookback(events: Cluster, sandbox: Sandbox) -> None:
    """With a lookback, documents that arrived before the bookmark are still found."""
    first = next_run(sandbox, events_config(events), None)
    events.bulk("ev-a", [("arrives late", {"at": "2024-01-01T23:59:00Z"})])
    events.refresh()
    assert "arrives late" not in ids(next_run(sandbox, events_config(events), first), "ev")
    config = events_config(events, lookback_seconds=60)
    second = next_run(sandbox, config, first)
    assert "arrives late" in ids(second, "ev")
    assert bookmark(second, "ev") == bookmark(first, "ev")


def test_start_and_end(events: Cluster, sandbox: Sandbox) -> None:
    """The first run begins at the start date, and no run passes the end date."""
    config = events_config(events, start_date="2023-12-31", end_date="2024-01-02")
    run = next_run(sandbox, config, None)
    assert len(ids(run, "ev")) == 60
    assert bookmark(run, "ev") == "2024-01-01T00:00:00.000000000Z"
    goes_on = next_run(sandbox, events_config(events, start_date="1950-01-01"), run)
    assert "ev-aold" not in ids(goes_on, "ev")
    assert "ev-alate" in ids(goes_on, "ev")
    assert "what the settings say lies before it" in goes_on.err


def test_nothing_new(events: Cluster, sandbox: Sandbox) -> None:
    """A run that finds nothing keeps its bookmark."""
    state = {
        "bookmarks": {
            "ev": {"replication_key": "at", "replication_key_value": "2025-01-01T00:00:00Z"}
        }
    }
    run = sandbox.run(events_config(events), "--state", sandbox.write("state.json", state))
    assert ids(run, "ev") == []
    assert bookmark(run, "ev") == "2025-01-01T00:00:00Z"


def test_a_changed_key(events: Cluster, sandbox: Sandbox) -> None:
    """A bookmark of another key is said to be of no use, and everything is read."""
    bookmarks = {"ev": {"replication_key": "n", "replication_key_value": 5}}
    state = sandbox.write("state.json", {"bookmarks": bookmarks})
    run = sandbox.run(events_config(events), "--state", state)
    assert len(ids(run, "ev")) == 63
    assert "The state's bookmark is of n, but the replication key is now at" in run.err


def test_a_list_as_key(cluster: Cluster, sandbox: Sandbox) -> None:
    """A document with several values is sorted by its smallest; the bookmark does not follow it."""
    cluster.create("inc-list", mappings=mapping_of("n", "long"))
    try:
        cluster.bulk("inc-list", [("a", {"n": 5}), ("b", {"n": 7})])
        cluster.refresh()
        config = {"hosts": [cluster.url], "indices": ["inc-list"], "replication_key": "n"}
        first = next_run(sandbox, config, None)
        cluster.bulk("inc-list", [("c", {"n": [1, 9]})])
        cluster.refresh()
        second = next_run(sandbox, config, first)
        assert ids(second, "inc_list") == ["c", "b"]
        assert bookmark(second, "inc_list") == 7
    finally:
        cluster.delete("inc-list")


@pytest.mark.parametrize("value", [7, "7"])
def test_start_value(cluster: Cluster, sandbox: Sandbox, value: object) -> None:
    """A stream of its own begins at its start value, of whatever kind the key is."""
    cluster.create("inc-start", mappings=mapping_of("n", "long"))
    try:
        cluster.bulk("inc-start", ((str(n), {"n": n}) for n in range(10)))
        cluster.refresh()
        stream = {"index": "inc-start", "replication_key": "n", "start_value": value}
        config = {"hosts": [cluster.url], "streams": [stream], "indices": ["inc-start"]}
        first = next_run(sandbox, config, None)
        assert ids(first, "inc_start") == ["7", "8", "9"]
        wrong = sandbox.run({**config, "streams": [{**stream, "start_value": "soon"}]})
        assert wrong.code == 2
        assert wrong.complaints[0].startswith("start_value is 'soon', but n is a number.")
    finally:
        cluster.delete("inc-start")


def batched(sandbox: Sandbox, cluster: Cluster, **more: object) -> dict[str, Any]:
    """The settings for BATCH messages of 500 records, with the files in the sandbox."""
    batch = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": sandbox.folder.as_uri(), "prefix": "b"},
        "batch_size": 500,
    }
    stream = {"hosts": [cluster.url], "indices": ["inc-batch"], "replication_key": "n"}
    return {**stream, "batch_config": batch, **more}


def in_files(messages: list[dict[str, Any]]) -> list[int]:
    """The numbers of the documents in the files of all BATCH messages."""
    names = [name for m in messages if m["type"] == "BATCH" for name in m["manifest"]]
    files = [Path(name.removeprefix("file://")) for name in names]
    return [
        json.loads(line)["n"]
        for file in files
        for line in gzip.decompress(file.read_bytes()).splitlines()
    ]


@pytest.fixture
def numbers(cluster: Cluster) -> Iterator[Cluster]:
    """A server with 3,000 documents that are numbered."""
    cluster.create("inc-batch", mappings=mapping_of("n", "long"))
    cluster.bulk("inc-batch", ((str(n), {"n": n}) for n in range(3_000)))
    cluster.refresh()
    yield cluster
    cluster.delete("inc-batch")


def test_batches(numbers: Cluster, sandbox: Sandbox) -> None:
    """With BATCH messages, every document is in a file, and the bookmark is the last."""
    run = next_run(sandbox, batched(sandbox, numbers), None)
    assert in_files(run.messages) == list(range(3_000))
    assert bookmark(run, "inc_batch") == 2_999


def test_batches_and_signals(numbers: Cluster, sandbox: Sandbox) -> None:
    """A run with BATCH messages that is stopped leaves no bookmark beyond what its files hold."""
    config = batched(sandbox, numbers, page_size=5)
    with subprocess.Popen(
        sandbox.command(config), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as tap:
        assert tap.stdout is not None
        lines = []
        for line in tap.stdout:
            lines.append(line)
            if len([text for text in lines if '"BATCH"' in text]) == 2:
                tap.terminate()
    messages = [json.loads(line) for line in lines]
    written = in_files(messages)
    states = [m["value"] for m in messages if m["type"] == "STATE"]
    last = states[-1]["bookmarks"]["inc_batch"]["replication_key_value"]
    assert len(written) < 3_000
    assert last <= max(written)
    assert numbers.open_contexts() == 0


@pytest.mark.parametrize(
    ("key", "words"),
    [("nosuch", "there is no field nosuch."), ("list.n", "list.n is a long field and cannot")],
)
def test_a_wrong_key_in_the_catalog(
    cluster: Cluster, sandbox: Sandbox, key: str, words: str
) -> None:
    """A key that was written into the catalog by hand is checked as one of the settings."""
    inner = {"type": "nested", "properties": {"n": {"type": "long"}}}
    cluster.create("inc-cat", mappings={"properties": {"n": {"type": "long"}, "list": inner}})
    try:
        config = {"hosts": [cluster.url], "indices": ["inc-cat"]}
        catalog = sandbox.discover(config)
        wanted = {"replication-method": "INCREMENTAL", "replication-key": key}
        catalog["streams"][0]["metadata"][0]["metadata"].update(wanted)
        run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
        assert run.code == 2
        assert run.complaints[0].startswith(f"Stream 'inc_cat': {words}")
    finally:
        cluster.delete("inc-cat")


REFUSED = {
    "text": ("words", "Stream ref: words is a text field and cannot be sorted by. Use one of: n."),
    "id": ("_id", "Stream ref: _id cannot be a replication key: sorting by it loads every id"),
    "missing": ("nope", "Stream ref: there is no field nope. Use one of: n."),
    "nested": ("list.n", "Stream ref: list.n is a long field and cannot be sorted by."),
    "multi-field": ("words.raw", None),
    "no multi-field": ("words.rwa", "Stream ref: there is no field words.rwa, nor a multi-field"),
    "conflict": ("mixed", "Stream ref: mixed is a text field and cannot be sorted by."),
}


@pytest.mark.parametrize(("key", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_keys(cluster: Cluster, sandbox: Sandbox, key: str, words: str | None) -> None:
    """A key that cannot be one is refused with the reason, and with those that can."""
    raw = {"type": "text", "fields": {"raw": {"type": "keyword"}}}
    inner = {"type": "nested", "properties": {"n": {"type": "long"}}}
    properties = {"n": {"type": "long"}, "words": raw, "list": inner, "mixed": {"type": "date"}}
    cluster.create("ref-a", mappings={"properties": properties})
    cluster.create("ref-b", mappings={"properties": {**properties, "mixed": {"type": "keyword"}}})
    try:
        stream = {"index": "ref-*", "name": "ref", "replication_key": key}
        config = {"hosts": [cluster.url], "streams": [stream], "indices": ["ref-*"]}
        run = sandbox.run(config)
        if words is None:
            assert run.code == 0, run.err
        else:
            assert run.code == 2
            assert run.complaints[0].startswith(words)
        whole = sandbox.run({"hosts": [cluster.url], "indices": ["ref-*"], "replication_key": key})
        # For all streams, it must be a field of one.
        assert whole.code == (2 if key in {"nope", "words.rwa", "_id"} else 0), whole.err
        refused = key not in {"mixed", "words.raw"}
        assert refused == ("is read whole every time" in whole.err)
    finally:
        cluster.delete("ref-a", "ref-b")


def test_a_state_that_does_not_fit(events: Cluster, sandbox: Sandbox) -> None:
    """A bookmark that is no value of the key is refused, not ignored."""
    bookmarks = {"ev": {"replication_key": "at", "replication_key_value": "yesterday"}}
    state = sandbox.write("state.json", {"bookmarks": bookmarks})
    run = sandbox.run(events_config(events), "--state", state)
    assert run.code == 2
    assert run.complaints[0].startswith(
        "The bookmark in the state is 'yesterday', but at is a date"
    )


@pytest.mark.parametrize("where", ["metadata", "stream"])
def test_the_catalog_decides(events: Cluster, sandbox: Sandbox, where: str) -> None:
    """A catalog can ask for a key by hand, as Meltano does, or in the stream itself."""
    config = {"hosts": [events.url], "indices": ["ev-a"]}
    catalog = sandbox.discover(config)
    (stream,) = catalog["streams"]
    wanted = {"replication-method": "INCREMENTAL", "replication-key": "at"}
    if where == "metadata":
        stream["metadata"][0]["metadata"].update(wanted)
    else:
        stream.update({name.replace("-", "_"): value for name, value in wanted.items()})
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 0, run.err
    assert bookmark(run, "ev_a") == "2024-01-02T00:00:00.000000000Z"
    assert "ev-anone" not in ids(run, "ev_a")


def test_dates_in_records_are_the_documents_own(events: Cluster, sandbox: Sandbox) -> None:
    """The bookmark's form stays in the state; a record has its own canonical date."""
    run = next_run(sandbox, events_config(events), None)
    late = [record for record in run.records("ev") if record["_id"] == "ev-alate"]
    assert late == [{"_id": "ev-alate", "_index": "ev-a", "at": "2024-01-02T00:00:00Z"}]
    assert "replication_key" in json.dumps(run.of_type("STATE")[-1])
