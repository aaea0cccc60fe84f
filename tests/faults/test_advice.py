"""What a newcomer reads who has come to a proxy, to Kibana, to Amazon, or to an old server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.connection.refusals import raise_for_status
from tap_elasticsearch.exceptions import UnavailableError
from tests.faults.command import ended, start
from tests.faults.documents import index
from tests.faults.fake_server import FakeServer
from tests.faults.faults import Answer, Rule
from tests.faults.model import Cluster

if TYPE_CHECKING:
    from pathlib import Path

#: Errors in the words of proxies, and how they are shown.
STRANGE = {
    b'{"error":{"root_cause":"down"}}': '{"error":{"root_cause":"down"}}',
    b'{"error":{"root_cause":["down"]}}': '{"error":{"root_cause":["down"]}}',
    b'{"error":{"code":"503","message":"is down"}}': '{"code":"503","message":"is down"}',
    b'{"error":"is down"}': "The server said: is down",
    b'["down"]': 'The server said: ["down"]',
    b"": "The server said nothing more.",
}


@pytest.mark.parametrize(("body", "shown"), STRANGE.items())
def test_strange_errors(body: bytes, shown: str) -> None:
    """What is not built as a server's error is shown as it came."""
    with pytest.raises(UnavailableError, match=re.escape(shown)):
        raise_for_status(503, body, request="Reading", login=None)


KIBANA = "http://me:topsecret@kibana:5601/spaces/enter?next=topsecret#topsecret"
AMAZON = b'{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}'

#: An answer, and what is said of it.
ANSWERS = {
    "Kibana": (
        Answer(302, b"", headers={"Location": KIBANA}),
        "sends one on to http://kibana:5601/spaces/enter, as Kibana does",
    ),
    "a path": (
        Answer(302, b"", headers={"Location": "/login?next=topsecret"}),
        "sends one on to /login, as Kibana does",
    ),
    "nowhere": (Answer(307, b""), "sends one on to another address"),
    "a proxy": (Answer(407, b"", "text/html"), "A proxy on the way wants a login"),
    "Amazon": (Answer(403, AMAZON), "The domain wants signed requests (AWS IAM), which are not"),
    "an old server": (
        Answer(200, b'{"_index":"_resolve","_type":"index","_id":"*","found":false}'),
        "or too old: Elasticsearch before 7.10. Check hosts.",
    ),
}


@pytest.mark.parametrize(("answer", "words"), ANSWERS.values(), ids=ANSWERS)
def test_what_to_do(tmp_path: Path, answer: Answer, words: str) -> None:
    """An answer that no server of ours gives is told by what gives it, without secrets."""
    with FakeServer(Cluster(index(1)), Rule("resolve", answer)) as server:
        done = ended(start(server, tmp_path, "--discover", max_retry_time=0))
    (line,) = done.errors
    assert words in line
    assert "topsecret" not in done.stderr
    assert done.code == (1 if answer.status == 200 else 2)
