"""The bare drain: the requests that the tap makes, one after another, and nothing done with them.

What the server and this machine's loopback allow, so the most that a tap can reach which asks for
one page at a time. Of an answer only its first and last bytes are looked at.
"""

from __future__ import annotations

import json
import sys
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_SORT = b'"sort":['


def _request(server: HTTPConnection, method: str, path: str, body: object = None) -> bytes:
    headers = {"content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    server.request(method, path, data, headers)
    answer = server.getresponse()
    content = answer.read()
    if answer.status != 200:
        sys.exit(content.decode())
    return content


def _last_sort(page: bytes) -> Any:  # noqa: ANN401
    """The sort values of the last hit, which stand behind its source; None if there are no hits."""
    found = page.rfind(_SORT)
    start = found + len(_SORT) - 1
    return None if found < 0 else json.loads(page[start : page.index(b"]", start) + 1])


def _pit_id(page: bytes) -> str:
    """The point in time's id, which an answer begins with."""
    start = page.index(b'"pit_id":"') + len(b'"pit_id":"')
    return page[start : page.index(b'"', start)].decode()


def drain(server: HTTPConnection, index: str, shard: int, page_size: int) -> int:
    """Read a shard; how many bytes that were."""
    opening = f"/{index}/_pit?keep_alive=10m&preference=_shards:{shard}"
    pit = json.loads(_request(server, "POST", opening))["id"]
    body: dict[str, Any] = {
        "size": page_size,
        "sort": [{"_shard_doc": "asc"}],
        "track_total_hits": False,
    }
    size_in_bytes = 0
    while True:
        body["pit"] = {"id": pit, "keep_alive": "10m"}
        page = _request(server, "POST", "/_search", body)
        size_in_bytes += len(page)
        pit, after = _pit_id(page), _last_sort(page)
        if after is None:
            _request(server, "DELETE", "/_pit", {"id": pit})
            return size_in_bytes
        body["search_after"] = after


if __name__ == "__main__":
    url, name, size, shards = sys.argv[1:]
    connection = HTTPConnection(urlsplit(url).netloc)
    print(sum(drain(connection, name, shard, int(size)) for shard in range(int(shards))))
