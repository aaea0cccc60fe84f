"""How a run ends: with which exit code, in which words, and with nothing left open."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import termios
from array import array
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from tests.servers.process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.command import Sandbox
    from tests.servers import Cluster


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with more than a pipe holds."""
    cluster.create("end", settings={"number_of_shards": 3})
    cluster.bulk("end", ((str(n), {"n": n, "text": "x" * 500}) for n in range(5_000)))
    cluster.refresh()
    yield cluster
    cluster.delete("end")


def await_no_context(cluster: Cluster) -> None:
    """Give the server the moment it needs to count; then there must be none."""
    end = monotonic() + 10
    while cluster.open_contexts() and monotonic() < end:
        sleep(0.1)
    assert cluster.open_contexts() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal(filled: Cluster, sandbox: Sandbox, number: signal.Signals, code: int) -> None:
    """A signal in the middle ends the run behind its page: whole lines, a STATE, nothing open."""
    config = {"hosts": [filled.url], "indices": ["end"], "page_size": 10}
    with subprocess.Popen(
        sandbox.command(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tap:
        assert tap.stdout is not None
        assert tap.stderr is not None
        lines = [tap.stdout.readline() for _ in range(20)]
        assert filled.open_contexts() > 0
        tap.send_signal(number)
        lines += tap.stdout.readlines()
        err = tap.stderr.read()
    messages = [json.loads(line) for line in lines]
    assert tap.returncode == code
    assert "STATE" in {message["type"] for message in messages}
    assert "Traceback" not in err
    assert len(messages) < 5_000
    await_no_context(filled)


def await_full(pipe: int) -> None:
    """Wait until ``pipe`` holds all that it can, so that whoever writes to it is stuck."""
    waiting = array("i", [0])
    before = -1
    while not 30_000 < before == waiting[0]:
        before = waiting[0]
        sleep(0.5)
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_second_signal(filled: Cluster, sandbox: Sandbox, unbuffered: str) -> None:
    """With a target that reads nothing any more, the second signal ends the run at once."""
    config = {"hosts": [filled.url], "indices": ["end"]}
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        sandbox.command(config),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as tap:
        assert tap.stdout is not None
        await_full(tap.stdout.fileno())
        tap.send_signal(signal.SIGTERM)
        sleep(0.5)
        assert tap.poll() is None
        tap.send_signal(signal.SIGTERM)
        assert tap.wait(10) == 143
    await_no_context(filled)


def test_one_signal_while_the_target_is_stuck(filled: Cluster, sandbox: Sandbox) -> None:
    """Where there may be no second signal but SIGKILL, the first closes what is open in time."""
    config = {"hosts": [filled.url], "indices": ["end"]}
    with subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE) as tap:
        assert tap.stdout is not None
        await_full(tap.stdout.fileno())
        tap.send_signal(signal.SIGTERM)
        # docker stop waits for so long.
        assert tap.wait(10) == 143
    await_no_context(filled)


def test_a_signal_behind_the_last_page(cluster: Cluster, sandbox: Sandbox) -> None:
    """A signal while the end of a stream waits for its reader cuts no line, and a STATE follows."""
    cluster.create("end-last", mappings={"properties": {"t": {"type": "text", "index": False}}})
    sizes = [5_000] * 210 + [55_000]
    cluster.bulk("end-last", ((str(n), {"t": "x" * size}) for n, size in enumerate(sizes)))
    cluster.refresh("end-last")
    config = {"hosts": [cluster.url], "indices": ["end-last"]}
    try:
        with subprocess.Popen(
            sandbox.command(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as tap:
            assert tap.stdout is not None
            await_full(tap.stdout.fileno())
            tap.send_signal(signal.SIGTERM)
            sleep(0.5)
            out, _ = tap.communicate()
        assert tap.returncode == 143
        messages = [json.loads(line) for line in out.splitlines()]
        assert out.endswith(b"\n")
        assert messages[-1]["type"] == "STATE"
    finally:
        cluster.delete("end-last")


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="only Linux can tell")
def test_a_wide_pipe(filled: Cluster, sandbox: Sandbox) -> None:
    """The pipe to the target holds as much as it may."""
    config = {"hosts": [filled.url], "indices": ["end"]}
    with subprocess.Popen(sandbox.command(config), stdout=subprocess.PIPE) as tap:
        assert tap.stdout is not None
        tap.stdout.readline()
        assert fcntl.fcntl(tap.stdout.fileno(), fcntl.F_GETPIPE_SZ) == 1024 * 1024
        tap.stdout.read()


def test_a_closed_pipe(filled: Cluster, sandbox: Sandbox) -> None:
    """A target that goes away ends the run with one line, and nothing stays open."""
    config = {"hosts": [filled.url], "indices": ["end"], "page_size": 100}
    with subprocess.Popen(
        sandbox.command(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as tap:
        assert tap.stdout is not None
        assert tap.stderr is not None
        tap.stdout.readline()
        tap.stdout.close()
        err = tap.stderr.read().decode()
    assert tap.returncode == 1
    assert err.count("ERROR") == 1
    assert "The target stopped reading our output." in err
    assert "Traceback" not in err
    await_no_context(filled)


def test_an_error_in_a_stream_map(filled: Cluster, sandbox: Sandbox) -> None:
    """An error outside of the reading closes its points in time all the same."""
    maps = {"end": {"text": "int(text)"}}
    run = sandbox.run({"hosts": [filled.url], "indices": ["end"], "stream_maps": maps})
    assert run.code == 2
    assert "(ValueError)" in run.err
    await_no_context(filled)


def test_testing(filled: Cluster, sandbox: Sandbox) -> None:
    """``--test`` reads one record, and closes what it opened."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["end"]}, "--test")
    assert run.code == 0
    assert len(run.records("end")) == 1
    assert run.complaints == []
    await_no_context(filled)


MISTAKES = {
    "a setting": ({"hots": ["x"]}, 2, "Unknown setting 'hots'. Did you mean hosts?"),
    "a name": ({"indices": ["edn"]}, 2, "There is no index, alias or data stream 'edn'. Visible: "),
    "a query": (
        {"streams": [{"index": "end", "query": {"trem": {}}}]},
        2,
        "Counting end[0] failed with HTTP 400. The server said: parsing_exception: unknown query",
    ),
    "the scheme": (
        {"hosts": ["https://{address}"]},
        1,
        "https://{address} does not speak TLS. Write http:// in hosts.",
    ),
    "a host": (
        {"hosts": ["http://host.invalid:9200"]},
        1,
        "Cannot connect to http://host.invalid:9200. The name does not resolve. Check hosts.",
    ),
}


@pytest.mark.parametrize(("config", "code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(
    filled: Cluster, sandbox: Sandbox, config: dict[str, object], code: int, words: str
) -> None:
    """A user's mistake is one line that says what to do, and an exit code that says who must."""
    address = filled.url.removeprefix("http://")
    whole = json.loads(json.dumps({"hosts": [filled.url], **config}).replace("{address}", address))
    run = sandbox.run(whole)
    assert run.code == code
    assert len(run.complaints) == 1, run.err
    assert run.complaints[0].startswith(words.replace("{address}", address))
    assert "Traceback" not in run.err


def test_a_wrong_port(sandbox: Sandbox) -> None:
    """Where nothing listens, that is said."""
    url = f"http://127.0.0.1:{free_port()}"
    run = sandbox.run({"hosts": [url]}, "--discover")
    assert run.code == 1
    assert run.complaints == [
        (
            f"Cannot connect to {url}. Nothing listens there. Is the server up, and are name and"
            " port in hosts right?"
        )
    ]
    assert run.out == ""


def test_no_file(sandbox: Sandbox) -> None:
    """A configuration file that is not there is named."""
    done = subprocess.run(
        [*sandbox.command({})[:1], "--config", "nowhere.json", "--discover"],
        capture_output=True,
        text=True,
        check=False,
        cwd=sandbox.folder,
    )
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_environment(filled: Cluster, sandbox: Sandbox) -> None:
    """Settings come from the environment, too: texts, lists, and the SDK's objects."""
    run = sandbox.run(
        {},
        "--config",
        "ENV",
        TAP_ELASTICSEARCH_HOSTS=filled.url,
        TAP_ELASTICSEARCH_INDICES='["end"]',
        TAP_ELASTICSEARCH_PAGE_SIZE="1000",
        TAP_ELASTICSEARCH_STREAM_MAPS='{"end": {"text": null}}',
    )
    assert run.code == 0, run.err
    assert set(run.records("end")[0]) == {"_id", "_index", "n"}
    wrong = sandbox.run({}, "--config", "ENV", TAP_ELASTICSEARCH_PAGE_SIZE="ten")
    assert wrong.code == 2
    assert wrong.complaints[0].startswith("Setting page_size is 'ten'")


STATES = {
    "null bookmarks": ({"bookmarks": None}, 0),
    "no bookmarks": ({}, 0),
    "a null stream": ({"bookmarks": {"end": None, "other": {}}}, 0),
    "a list": ({"bookmarks": []}, 0),
    "something else": ({"bookmarks": {"end": "2024"}}, 2),
    "partitions": ({"bookmarks": {"end": {"partitions": []}}}, 2),
    "nothing in something": ({"singer_state": None}, 0),
    "members that are null": ({"currently_syncing": None}, 0),
    "no object": ([1], 2),
    "notes that are none": (
        {"bookmarks": {"end": {"replication_key_value": None, "progress_markers": "x"}}},
        0,
    ),
    "another tap's": ({"bookmarks": {"end": {"last_updated": "2024-01-01"}}}, 2),
    "no state": ({"end": {"replication_key_value": 3}}, 2),
    "a state in something": ({"state": {"bookmarks": {}}}, 2),
    "members beside": ({"bookmarks": {"end": {"replication_key_value": None, "more": 1}}}, 0),
}


@pytest.mark.parametrize(("state", "code"), STATES.values(), ids=STATES)
def test_foreign_states(filled: Cluster, sandbox: Sandbox, state: object, code: int) -> None:
    """A state is understood, or refused with the reason; it never crashes the run."""
    config = {"hosts": [filled.url], "indices": ["end"]}
    run = sandbox.run(config, "--state", sandbox.write("state.json", state))
    assert run.code == code, run.err
    assert "Traceback" not in run.err


def test_a_state_of_other_streams(filled: Cluster, sandbox: Sandbox) -> None:
    """A bookmark that nothing goes on from is not passed over in silence."""
    config = {"hosts": [filled.url], "indices": ["end"], "replication_key": "n"}
    bookmark = {"replication_key": "n", "replication_key_value": 4_990}
    state = sandbox.write("state.json", {"bookmarks": {"End": bookmark}})
    run = sandbox.run(config, "--state", state)
    assert run.code == 0, run.err
    assert "The state speaks of End, which there is no stream of." in run.err
    assert run.of_type("STATE")[-1]["value"]["bookmarks"]["End"] == bookmark


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda state: state,
        lambda state: {"type": "STATE", "value": state},
        lambda state: {"singer_state": state},
    ],
    ids=["as it is", "a STATE message", "as Meltano shows it"],
)
def test_states_in_wrappings(
    filled: Cluster, sandbox: Sandbox, wrapped: Callable[[object], object]
) -> None:
    """What was copied with what is around it is gone on from, not passed over."""
    config = {"hosts": [filled.url], "indices": ["end"], "replication_key": "n"}
    bookmark = {"replication_key": "n", "replication_key_value": 4_990}
    state = sandbox.write("state.json", wrapped({"bookmarks": {"end": bookmark}}))
    run = sandbox.run(config, "--state", state)
    assert run.code == 0, run.err
    assert {record["n"] for record in run.records("end")} == set(range(4_990, 5_000))


CATALOGS: dict[str, tuple[object, str]] = {
    "a list": ([], "it is not in the form in which --discover prints one."),
    "nothing": ({}, "'streams' is missing in it."),
    "a stream of nothing": ({"streams": [{}]}, "'tap_stream_id' is missing in it."),
    "no streams": ({"streams": None}, "it is not in the form in which --discover prints one."),
}


@pytest.mark.parametrize(("catalog", "words"), CATALOGS.values(), ids=CATALOGS)
def test_foreign_catalogs(filled: Cluster, sandbox: Sandbox, catalog: object, words: str) -> None:
    """What is no catalog is refused in one line."""
    config = {"hosts": [filled.url], "indices": ["end"]}
    run = sandbox.run(config, "--catalog", sandbox.write("catalog.json", catalog))
    assert run.code == 2
    assert run.complaints[0].startswith(f"The catalog cannot be used: {words}")
    assert "Traceback" not in run.err


def test_unbuffered_output(filled: Cluster, sandbox: Sandbox) -> None:
    """With an unbuffered stdout, as containers have it, every line still comes whole."""
    run = sandbox.run({"hosts": [filled.url], "indices": ["end"]}, PYTHONUNBUFFERED="1")
    assert len(run.records("end")) == 5_000
