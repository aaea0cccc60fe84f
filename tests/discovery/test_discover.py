"""Which streams there are, on real servers, through the installed command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.discovery import StreamDefinition, discover
from tap_elasticsearch.exceptions import NotFoundError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Cluster

KEYWORD = {"properties": {"k": {"type": "keyword"}}}
LONG = {"properties": {"k": {"type": "long"}, "tags": {"type": "keyword"}}}
ROUTED = {"_routing": {"required": True}, **KEYWORD}


@pytest.fixture(scope="module")
def filled(cluster: Cluster) -> Iterator[Cluster]:
    """A server with the indices of this module."""
    cluster.create("d-one", mappings=KEYWORD)
    cluster.create("d-two", mappings=LONG)
    cluster.create("d-shut", mappings=KEYWORD)
    cluster.create("d-routed", mappings=ROUTED)
    cluster.create("d-hidden", settings={"index.hidden": True})
    cluster.create(".d-dotted", settings={"index.hidden": True})
    actions = [
        {"add": {"index": index, "alias": "d-alias"}} for index in ("d-one", "d-two", "d-shut")
    ]
    cluster.request("POST", "/_aliases", {"actions": actions})
    cluster.close("d-shut")
    yield cluster
    cluster.delete("d-one", "d-two", "d-shut", "d-routed", "d-hidden", ".d-dotted")


def found(cluster: Cluster, **config: object) -> dict[str, StreamDefinition]:
    """The streams that ``config`` finds, by name."""
    settings = parse_settings({"hosts": [cluster.url], **config})
    return {stream.name: stream for stream in discover(Client(settings), settings)}


def test_each_index_is_a_stream(filled: Cluster) -> None:
    """A pattern gives a stream for each open, visible index, with names that SQL targets keep."""
    streams = found(filled, indices=["d-*"])
    assert list(streams) == ["d_one", "d_routed", "d_two"]
    assert streams["d_one"].index == "d-one"
    assert streams["d_one"].keys == ("_id",)


def test_names_as_they_are(filled: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """The names of the indices can be kept; where they are not, one line says so."""
    with caplog.at_level("INFO"):
        assert "d-one" in found(filled, indices=["d-*"], stream_name="index")
        assert "other names" not in caplog.text
        found(filled, indices=["d-one", "d-two"], streams=[{"index": "d-routed", "name": "own"}])
    (line,) = [line for line in caplog.messages if "other names" in line]
    assert line.endswith(": d-one is d_one, d-two is d_two.")


def test_hidden_indices(filled: Cluster) -> None:
    """Hidden indices are found when they are asked for, by setting or by name."""
    streams = found(filled, indices=["d-*", ".d-*"], include_hidden=True)
    assert {"d_hidden", "d_dotted"} <= streams.keys()
    assert list(found(filled, indices=["d-hidden", ".d-dotted"])) == ["d_dotted", "d_hidden"]


def test_excluded_indices(filled: Cluster) -> None:
    """What is excluded is no stream."""
    assert list(found(filled, indices=["d-*"], exclude_indices=["*-two", "d-r*"])) == ["d_one"]


def test_an_alias_stands_for_its_indices(filled: Cluster) -> None:
    """An alias in ``indices`` gives its open indices, each as a stream."""
    assert list(found(filled, indices=["d-alias"])) == ["d_one", "d_two"]


def test_one_stream_of_several_indices(filled: Cluster) -> None:
    """An entry of ``streams`` is one stream; what it covers does not appear on its own."""
    streams = found(filled, indices=["d-*"], streams=[{"index": "d-alias", "name": "both"}])
    assert list(streams) == ["both", "d_routed"]
    assert streams["both"].keys == ("_index", "_id")


def test_the_key_follows_from_the_expression(filled: Cluster) -> None:
    """A pattern that matches one index today has the keys of a pattern."""
    streams = found(filled, indices=["d-two"], streams=[{"index": "d-on*"}])
    assert streams["d_on"].keys == ("_index", "_id")
    assert streams["d_two"].keys == ("_id",)
    assert found(filled, streams=[{"index": "d-one"}], indices="d-one")["d_one"].keys == ("_id",)


def test_routed_documents(filled: Cluster) -> None:
    """Where the mapping demands a routing, it is part of the key."""
    assert found(filled, indices=["d-routed"])["d_routed"].keys == ("_id", "_routing")


def test_conflicting_mappings_are_widened(
    filled: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """A field of two types gets one column for both, and one warning that names them."""
    with caplog.at_level("WARNING"):
        streams = found(filled, indices=["d-one"], streams=[{"index": "d-alias", "name": "both"}])
    assert streams["both"].schema["properties"]["k"]["type"] == ["string", "null"]
    (warning,) = [r.getMessage() for r in caplog.records if " k" in r.getMessage()]
    assert "keyword" in warning
    assert "long" in warning


def test_array_fields(filled: Cluster) -> None:
    """A field that is said to hold lists has a column of lists."""
    streams = found(filled, indices=["d-two"], array_fields=["tags"])
    assert streams["d_two"].schema["properties"]["tags"]["type"] == ["array", "null"]


def test_array_fields_that_are_not_there(filled: Cluster) -> None:
    """A typing error in ``array_fields`` is an error, not a column of the wrong shape."""
    with pytest.raises(SettingsError, match="no field of any stream matches tgas"):
        found(filled, indices=["d-two"], array_fields=["tags", "tgas"])


def test_a_name_that_is_not_there(filled: Cluster) -> None:
    """A missing name is answered with the visible ones; the others do not hide it."""
    with pytest.raises(NotFoundError, match=r"'d-nope'\. Visible: .*d-one"):
        found(filled, indices=["d-one", "d-nope"])


def test_a_pattern_without_a_match(filled: Cluster) -> None:
    """Nothing at all to read is an error that lists the visible names."""
    with pytest.raises(NotFoundError, match=r"matches nope-\*\. Visible: .*d-one"):
        found(filled, indices=["nope-*"])


def test_a_closed_index(filled: Cluster) -> None:
    """A closed index that was named is an error, with the way out."""
    with pytest.raises(NotFoundError, match="'d-shut' is closed"):
        found(filled, indices=["d-shut"])


def test_closed_indices_of_a_pattern(filled: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """Closed indices that a pattern matches are left out, with a sentence."""
    with caplog.at_level("INFO"):
        found(filled, indices=["d-*"])
    assert "Left out because they are closed: d-shut." in caplog.messages


def test_equal_names(filled: Cluster) -> None:
    """Two indices that want one name are both named, with the settings that separate them."""
    filled.create("d_one")
    try:
        with pytest.raises(SettingsError, match=r"'d-one'.*'d_one'|'d_one'.*'d-one'"):
            found(filled, indices=["d-one", "d_one"])
    finally:
        filled.delete("d_one")


def test_data_streams(opensearch: Cluster) -> None:
    """A data stream is one stream; the indices behind it do not appear."""
    template = {"index_patterns": ["ds-*"], "data_stream": {}, "priority": 500}
    opensearch.request("PUT", "/_index_template/ds", template)
    opensearch.bulk("ds-a", [("1", {"@timestamp": "2024-01-01T00:00:00Z"})], action="create")
    opensearch.request("POST", "/ds-a/_rollover")
    try:
        streams = found(opensearch, indices=["ds-*"])
        assert list(streams) == ["ds_a"]
        assert streams["ds_a"].keys == ("_index", "_id")
    finally:
        opensearch.request("DELETE", "/_data_stream/ds-a")
        opensearch.request("DELETE", "/_index_template/ds")


def test_many_indices(elasticsearch: Cluster) -> None:
    """Hundreds of long names neither overflow a URL nor are any of them lost."""
    names = [f"many-{'x' * 100}-{number}" for number in range(60)]
    for name in names:
        elasticsearch.create(name, mappings=KEYWORD)
    try:
        streams = found(elasticsearch, indices=["many-*"])
        assert len(streams) == 60
        assert len({id(stream.fields.properties["k"]) for stream in streams.values()}) == 1
    finally:
        elasticsearch.delete("many-*")
        elasticsearch.delete(*names)
