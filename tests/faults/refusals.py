"""Answers that say no, word for word as the real servers give them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - an answer like others, for the server
    """An answer whose status is not 200."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def refusal(status: int, kind: str, reason: str, **more: object) -> Refusal:
    """An error with one cause."""
    cause = {"type": kind, "reason": reason, **more}
    return Refusal(status, {"error": {"root_cause": [cause], **cause}, "status": status})


def no_such_index(name: str) -> Refusal:
    """The index is not there."""
    return refusal(
        404,
        "index_not_found_exception",
        f"no such index [{name}]",
        **{
            "resource.type": "index_or_alias",
            "resource.id": name,
            "index_uuid": "_na_",
            "index": name,
        },
    )


def deleted_index(name: str, uuid: str) -> Refusal:
    """An index of a point in time has been deleted."""
    kind, reason = "index_not_found_exception", f"no such index [{name}]"
    return refusal(404, kind, reason, index_uuid=uuid, index=name)


def closed_index(name: str, uuid: str) -> Refusal:
    """The index is there and closed."""
    return refusal(400, "index_closed_exception", "closed", index_uuid=uuid, index=name)


def all_shards_failed(
    status: int, index: str, shard: int, cause: dict[str, Any], **more: object
) -> Refusal:
    """A search whose only shard said no."""
    failed = {"shard": shard, "index": index, "node": "fakefakefakefakefakefa", "reason": cause}
    error = {
        "root_cause": [cause],
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
        "phase": "query",
        "grouped": True,
        "failed_shards": [failed],
        **more,
    }
    return Refusal(status, {"error": error, "status": status})


def no_context(index: str) -> Refusal:
    """The point in time has expired, was closed, or is of a server that has been restarted."""
    reason = "No search context found for id [[fakefakefakefakefakefa][7] searcherId [null]]"
    cause = {"type": "search_context_missing_exception", "reason": reason}
    return all_shards_failed(404, index, 0, cause)


def missing_nodes() -> Refusal:
    """The node of the point in time has left: Elasticsearch 8.19 and 9.5."""
    return refusal(
        404,
        "search_context_missing_nodes_exception",
        "Search context of type [pit] references nodes that have left the cluster:"
        " [fakefakefakefakefakefa]",
        context_type="pit",
        missing_nodes=["fakefakefakefakefakefa"],
    )


def missing_shards(index: str, shard: int, phase: str = "query") -> Refusal:
    """The same on Elasticsearch 7.17; in another phase, a shard that is to be opened is nowhere."""
    kind = "search_phase_execution_exception"
    more = {"phase": phase, "grouped": True, "failed_shards": []}
    reason = (
        f"Search rejected due to missing shards [[{index}][{shard}]]. Consider using"
        " `allow_partial_search_results` setting to bypass this error."
    )
    cause = {"type": kind, "reason": reason, **more}
    error = {"root_cause": [], "type": kind, "reason": "", **more, "caused_by": cause}
    return Refusal(503, {"error": error, "status": 503})


def missing_node(index: str, shard: int) -> Refusal:
    """The same on OpenSearch 3.8."""
    reason = "no node found for id: fakefakefakefakefakefa"
    cause = {"type": "illegal_state_exception", "reason": reason}
    return all_shards_failed(500, index, shard, cause, caused_by={**cause, "caused_by": cause})


def page_too_large(index: str, shard: int, size: int, window: int) -> Refusal:
    """More documents were asked for than the index allows in one page."""
    reason = (
        f"Result window is too large, from + size must be less than or equal to: [{window}] but was"
        f" [{size}]. See the scroll api for a more efficient way to request large data sets. This"
        " limit can be set by changing the [index.max_result_window] index level setting."
    )
    cause = {"type": "illegal_argument_exception", "reason": reason}
    return all_shards_failed(400, index, shard, cause, caused_by={**cause, "caused_by": cause})


def not_sortable(index: str, uuid: str, shard: int, field: str) -> Refusal:
    """There is no such field to sort by."""
    reason = f"No mapping found for [{field}] in order to sort on"
    cause = {"type": "query_shard_exception", "reason": reason}
    whole = {**cause, "index_uuid": uuid, "index": index}
    return all_shards_failed(400, index, shard, whole)


def unknown_parameter(path: str, name: str) -> Refusal:
    """The request has a parameter that it should not have."""
    reason = f"request [{path}] contains unrecognized parameter: [{name}]"
    return refusal(400, "illegal_argument_exception", reason)


def no_handler(method: str, target: str) -> Refusal:
    """Nothing is served there."""
    return Refusal(400, {"error": f"no handler found for uri [{target}] and method [{method}]"})
