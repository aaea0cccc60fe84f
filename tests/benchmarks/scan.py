"""``elasticsearch.helpers.scan``, and ``json.dumps`` for each hit: the usual few lines."""

from __future__ import annotations

import json
import sys

from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

if __name__ == "__main__":
    url, name, page_size = sys.argv[1:]
    client = Elasticsearch(url, request_timeout=60)
    for hit in scan(client, index=name, size=int(page_size)):
        print(json.dumps(hit))
