"""A tap as singer-sdk's guide has one write it: what this project's tap is compared with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch
from singer_sdk import Stream, Tap
from singer_sdk import typing as th

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.helpers.types import Context


class DocumentStream(Stream):
    """The documents of an index."""

    name = "documents"
    primary_keys = ("_id",)

    def get_records(self, context: Context | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002, D102
        client = Elasticsearch(self.config["host"], request_timeout=60)
        opened = client.open_point_in_time(index=self.config["index"], keep_alive="10m")
        pit, after = opened["id"], None
        try:
            while True:
                page = client.search(
                    pit={"id": pit, "keep_alive": "10m"},
                    size=self.config["page_size"],
                    sort=["_shard_doc"],
                    search_after=after,
                    track_total_hits=False,
                )
                hits = page["hits"]["hits"]
                if not hits:
                    return
                for hit in hits:
                    yield {"_id": hit["_id"], "_index": hit["_index"], **hit["_source"]}
                pit, after = page["pit_id"], hits[-1]["sort"]
        finally:
            client.close_point_in_time(id=pit)


class PlainTap(Tap):
    """Reads one index."""

    name = "tap-plain"
    config_jsonschema = th.PropertiesList(
        th.Property("host", th.StringType, required=True),
        th.Property("index", th.StringType, required=True),
        th.Property("page_size", th.IntegerType, required=True),
        th.Property("schema", th.StringType, required=True, description="A file with JSON Schema"),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:  # noqa: D102
        schema = json.loads(Path(self.config["schema"]).read_text())
        return [DocumentStream(self, schema=schema)]


if __name__ == "__main__":
    PlainTap.cli()
