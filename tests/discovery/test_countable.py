"""Which fields the server can count the values of."""

from __future__ import annotations

from tap_elasticsearch.discovery.arrays import proven
from tap_elasticsearch.discovery.countable import asked_names, countable
from tap_elasticsearch.fields import parse_mapping, shaped

KEYWORD = {"type": "keyword"}
MAPPING = {
    "properties": {
        "a": KEYWORD,
        "text": {"type": "text", "fields": {"english": {"type": "text"}, "raw": KEYWORD}},
        "off": {"type": "long", "doc_values": False},
        "o": {"properties": {"x": KEYWORD, "y": KEYWORD, "z": KEYWORD}},
        "nested": {"type": "nested", "properties": {"x": KEYWORD}},
        "from": {"type": "keyword", "copy_to": ["to"]},
        "to": KEYWORD,
        "raw": {"type": "object", "enabled": False},
    }
}


def test_countable() -> None:
    """A field or a multi-field with doc values can; nested fields and copies are left out."""
    assert asked_names([countable(MAPPING)]) == {
        "a": "a",
        "text": "text.raw",
        "o.x": "o.x",
        "o.y": "o.y",
        "o.z": "o.z",
        "from": "from",
    }


def test_what_one_index_cannot_count() -> None:
    """Nothing is asked for that an index would refuse; a multi-field may stand in."""
    other = {"properties": {"a": {"type": "text"}, "text": KEYWORD, "new": KEYWORD}}
    asked = asked_names([countable(MAPPING), countable(other)])
    assert "a" not in asked
    assert asked["text"] == "text.raw"
    assert asked["new"] == "new"


def test_a_count_proves_a_list() -> None:
    """More values than documents: the field is a list, unless something around it can be."""
    root = parse_mapping(MAPPING)
    assert proven(root, {"a": True, "text": False}, set()) == {"a"}
    assert proven(root, {"o.x": True, "o.y": False}, set()) == {"o.x"}
    assert proven(root, {"o.x": True}, set()) == {"o.x"}
    assert proven(root, {"o.x": True, "o.y": True}, set()) == {"o"}
    assert proven(root, {"o.x": True}, {"o"}) == set()
    assert proven(shaped(root, lambda path, _: path == "o"), {"o.x": True}, set()) == set()
