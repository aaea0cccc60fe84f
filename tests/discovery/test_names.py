"""Names in groups that fit into a URL."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from tap_elasticsearch.discovery.names import MAX_NAMES, chunks

#: A URL longer than this is refused: http.max_initial_line_length.
LONGEST_LINE = 4_096


@given(st.lists(st.text(min_size=1, max_size=84)))
def test_nothing_is_lost_and_all_fits(names: list[str]) -> None:
    """Every name is in one group, in its order, and no group makes a URL too long."""
    groups = list(chunks(names))
    assert [name for group in groups for name in group] == names
    for group in groups:
        line = f"GET /{quote(','.join(group))}/_settings?flat_settings=true HTTP/1.1"
        assert len(line) <= LONGEST_LINE


def test_thousands_of_names() -> None:
    """2,000 names are asked for in few requests, each with an answer that stays small."""
    groups = list(chunks(f"logs-application-2024.{n:04}" for n in range(2_000)))
    assert len(groups) < 40
    assert max(map(len, groups)) <= MAX_NAMES
