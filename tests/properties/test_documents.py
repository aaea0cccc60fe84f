"""Any mapping and any documents that a real server takes: their records are right and whole."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tap_elasticsearch.fields import JSON_TEXT, TYPES
from tests.properties.checks import differences
from tests.properties.mappings import Case, cases
from tests.properties.reading import accepts, known_types, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from tests.servers import Cluster

#: Mappings for each server, of up to 30 documents each; set it higher for a deeper run, which then
#: draws other ones every time.
EXAMPLES = "TAP_ELASTICSEARCH_TEST_MAPPINGS"
_GIVEN = int(os.environ.get(EXAMPLES, "0"))
#: Documents that a server must have taken of each mapping, on average: the strategies are right.
_LEAST = 8
_FLAT = {"o": {"subobjects": False, "properties": {"x": {"type": "long"}}}}
#: Elasticsearch 9.2 and later keeps vectors out of the documents, which is not the subject here.
_WITH_VECTORS = {"index.mapping.exclude_source_vectors": False}


@pytest.fixture(scope="module")
def drawn(cluster: Cluster) -> SearchStrategy[Case]:
    """Cases of what the server knows; it is asked once."""
    return cases(
        known_types(cluster, TYPES.keys() - {JSON_TEXT}),
        subobjects=accepts(cluster, _FLAT),
        settings=_WITH_VECTORS if accepts(cluster, {}, _WITH_VECTORS) else {},
    )


@pytest.fixture
def quiet() -> Iterator[None]:
    """No log of hundreds of runs of the tap."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
def test_records(cluster: Cluster, drawn: SearchStrategy[Case]) -> None:
    """Whatever the server took, its record is true to the schema and to what is indexed, and whole.

    It is not made smaller where it fails: every document stands for itself, and the failure names
    one.
    """
    taken: list[int] = []

    @settings(
        max_examples=_GIVEN or 60,
        derandomize=not _GIVEN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(drawn)
    def check(case: Case) -> None:
        reading = read(cluster, case)
        if reading is None:
            return
        assert all(run.records.keys() == reading.hits.keys() for run in reading.runs)
        taken.append(len(reading.hits))
        for difference in differences(reading):
            pytest.fail(str(difference))

    check()
    assert sum(taken) > _LEAST * len(taken)
