"""Values of the server and of the tap, in a form in which the same are equal."""

from __future__ import annotations

import base64
import ipaddress
import json
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Definition = Mapping[str, Any]

#: Of these the server reports something else than their value, or nothing.
_INCOMPARABLE = frozenset(
    {"geo_shape", "shape", "completion", "percolator", "token_count", "join", "flat_object"}
)
STRINGS = frozenset(
    {
        *("text", "match_only_text", "search_as_you_type", "version"),
        *("keyword", "constant_keyword", "wildcard"),
    }
)
_MILLIS, _NANOS = len("2024-01-01T00:00:00.123"), len("2024-01-01T00:00:00.123456789")


def leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a document but null, with its dotted path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif value is not None:
        yield path, value


def comparable(definition: Definition) -> Callable[[Any], str] | None:
    """What makes values of a field texts that are equal where the values are; None if none does."""
    kind = definition["type"]
    if kind in _INCOMPARABLE:
        return None
    return lambda value: json.dumps(_plain(definition, kind, value), sort_keys=True)


def _plain(definition: Definition, kind: str, value: Any) -> object:  # noqa: ANN401
    if kind.endswith("_range") and isinstance(value, dict):
        bound = kind.removesuffix("_range")
        # A bound that is null is none.
        given = {name: end for name, end in value.items() if end is not None}
        return {name: _plain(definition, bound, end) for name, end in given.items()}
    if kind == "scaled_float":
        scaled = round(float(value) * definition["scaling_factor"])
        return max(-(2**63), min(scaled, 2**63))
    return _PLAIN[kind](value) if kind in _PLAIN else value


def _rounded(code: str) -> Callable[[Any], float]:
    def plain(value: Any) -> float:  # noqa: ANN401
        (rounded,) = struct.unpack(code, struct.pack(code, float(value)))
        return float(rounded) + 0.0

    return plain


def _weights(value: Mapping[str, Any]) -> dict[str, float]:
    # One that is null is none.
    given = {name: weight for name, weight in value.items() if weight is not None}
    return {name: _rounded("f")(weight) for name, weight in given.items()}


def unpacked(definition: Definition, value: Any) -> Iterable[float]:  # noqa: ANN401
    """The numbers of a vector that is written as a text; a number alone."""
    if not isinstance(value, str):
        return [value]
    if definition.get("element_type") != "byte":
        return struct.unpack(">3f", base64.b64decode(value))
    # Three bytes in hexadecimal digits are longer than in base64.
    raw = bytes.fromhex(value) if len(value) == len("0aff10") else base64.b64decode(value)
    return struct.unpack("3b", raw)


def _text(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)


def _address(value: str) -> str:
    address = ipaddress.ip_address(value)
    return str(getattr(address, "ipv4_mapped", None) or address)


def _network(value: str) -> dict[str, str]:
    network = ipaddress.ip_network(value, strict=False)
    return {"gte": str(network[0]), "lte": str(network[-1])}


def _point(value: Mapping[str, Any]) -> list[float]:
    lon, lat = value.get("coordinates") or (value["lon"], value["lat"])
    return [round(float(lat), 9) + 0.0, round(float(lon), 9) + 0.0]


def _instant(length: int) -> Callable[[str], str]:
    def plain(value: str) -> str:
        start, _, fraction = value.removesuffix("Z").partition(".")
        return f"{start}.{fraction:0<9}"[:length]

    return plain


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "double": lambda value: float(value) + 0.0,
    "float": _rounded("f"),
    "half_float": _rounded("e"),
    "unsigned_long": int,
    "rank_feature": _rounded("f"),
    "dense_vector": _rounded("f"),
    **dict.fromkeys(("sparse_vector", "rank_features"), _weights),
    # Inside of nested, Elasticsearch reports it without empty lists, and one value as no list.
    "flattened": lambda value: sorted(json.dumps(leaf) for leaf in leaves(value)),
    "ip": _address,
    "ip_range": _network,
    "geo_point": _point,
    "date": _instant(_MILLIS),
    "date_nanos": _instant(_NANOS),
    **dict.fromkeys(STRINGS, _text),
}
