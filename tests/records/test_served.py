"""What the server says of a document's dates takes their places."""

from __future__ import annotations

from typing import Any

import pytest

from tap_elasticsearch.records.served import put_back, put_served

ONE = "2024-03-01T00:00:00.000000000Z"
TWO = "2025-12-31T23:59:59.120000000Z"
FIRST, SECOND = "2024-03-01T00:00:00Z", "2025-12-31T23:59:59.12Z"


@pytest.mark.parametrize(
    ("source", "served", "expected"),
    [
        ({"d": "a"}, {"d": [ONE]}, {"d": FIRST}),
        ({"d": ["a", None, "b"]}, {"d": [ONE, TWO]}, {"d": [FIRST, None, SECOND]}),
        ({"d": [["a"], ["b"]]}, {"d": [ONE, TWO]}, {"d": [[FIRST], [SECOND]]}),
        ({"d": [["a"], "b"]}, {"d": [ONE, TWO]}, {"d": [["a"], "b"]}),
        (
            {"o": [{"d": ["a"]}, {"d": "b"}]},
            {"o.d": [ONE, TWO]},
            {"o": [{"d": ["a"]}, {"d": "b"}]},
        ),
        (
            {"o": [{"d": "a"}, {}, {"d": "b"}]},
            {"o.d": [ONE, TWO]},
            {"o": [{"d": FIRST}, {}, {"d": SECOND}]},
        ),
        ({"o.d": "a"}, {"o.d": [ONE]}, {"o.d": FIRST}),
        ({"o": {"p.d": "a"}}, {"o.p.d": [ONE]}, {"o": {"p.d": FIRST}}),
        ({"d": ["a", "b"]}, {"d": [ONE]}, {"d": ["a", "b"]}),
        ({"o.d": "a", "o": {"d": "b"}}, {"o.d": [ONE, TWO]}, {"o.d": "a", "o": {"d": "b"}}),
        (
            {"o": {"p.d": "a", "p": {"d": "b"}}},
            {"o.p.d": [ONE, TWO]},
            {"o": {"p.d": "a", "p": {"d": "b"}}},
        ),
        (
            {"n": [{"d": "a"}, {"k": 1}, {"d": "b"}]},
            {"n": [{"d": [ONE]}, {"d": [TWO]}]},
            {"n": [{"d": FIRST}, {"k": 1}, {"d": SECOND}]},
        ),
        (
            {"n": [{"m": [{"o": {"d": "a"}}, {}]}, {"m": [{"o": {"d": "b"}}], "d": "c"}]},
            {"n": [{"m": [{"o.d": [ONE]}]}, {"d": [ONE], "m": [{"o.d": [TWO]}]}]},
            {"n": [{"m": [{"o": {"d": FIRST}}, {}]}, {"m": [{"o": {"d": SECOND}}], "d": FIRST}]},
        ),
        (
            {"n": [{"d": "a"}, {"d": "b"}]},
            {"n": [{"d": [ONE]}]},
            {"n": [{"d": "a"}, {"d": "b"}]},
        ),
        ({"d": "a"}, {}, {"d": "a"}),
        ({"d": "a"}, {"e": [ONE]}, {"d": "a"}),
    ],
)
def test_places(source: dict[str, Any], served: dict[str, Any], expected: dict[str, Any]) -> None:
    """Only where it is certain which value is which; else the document keeps its own."""
    put_served(source, served)
    assert source == expected


def test_back() -> None:
    """What has no place in its column is kept as it was in the document."""
    source = {"d": ["a", "b"], "o": {"d": "c"}, "e": "x"}
    replaced = put_served(source, {"d": [ONE, TWO], "o.d": [ONE]})
    extra = {"d": source["d"], "o": source["o"], "e": FIRST}
    put_back(extra, replaced)
    assert extra == {"d": ["a", "b"], "o": {"d": "c"}, "e": FIRST}
