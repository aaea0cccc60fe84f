"""Normalisers of points, on the earth and on a plane."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields.misfit import Misfit
from tap_elasticsearch.fields.numbers import real

if TYPE_CHECKING:
    from collections.abc import Sequence

_WKT = re.compile(r"\s*POINT\s*(?:ZM?|M)?\s*\(\s*([^()]*?)\s*\)\s*", re.IGNORECASE)
_HASH_DIGITS = {digit: value for value, digit in enumerate("0123456789bcdefghjkmnpqrstuvwxyz")}
#: The servers read no more (Elasticsearch source, Geohash.PRECISION).
_MAX_HASH = 12
#: A point has two coordinates; a third, the height, is not indexed.
_DIMENSIONS = (2, 3)
_POLE, _TURN = 90.0, 180.0


def geo_point(value: object) -> dict[str, float]:
    """``{"lat", "lon"}`` of any of the six forms of a point.

    A geohash stands for the south-west corner of its cell, a height is dropped, and coordinates
    beyond the poles or the 180th meridian, which only fields with ``ignore_malformed`` can have, go
    on on the other side: all as on the servers (Elasticsearch reference, mapping/types/geo-point;
    Elasticsearch source, GeoUtils.normalizePoint).
    """
    if isinstance(value, dict) and value.keys() == {"geohash"}:
        value = value["geohash"]
    if isinstance(value, str) and not _WKT.fullmatch(value):
        if "," not in value:
            return _from_hash(value)
        lat, lon = _pair(value.split(","))
    elif isinstance(value, dict) and {"lat", "lon"} <= value.keys() <= {"lat", "lon", "z"}:
        lat, lon = _pair((value["lat"], value["lon"]))
    else:
        lon, lat = _pair(_coordinates(value))
    return (
        {"lat": lat, "lon": lon} if abs(lat) <= _POLE and abs(lon) <= _TURN else _around(lat, lon)
    )


def point(value: object) -> dict[str, float]:
    """``{"x", "y"}`` of any of the five forms of a point on a plane.

    Sources: Elasticsearch reference, mapping/types/point; OpenSearch reference, xy-point.
    """
    if isinstance(value, str) and not _WKT.fullmatch(value):
        x, y = _pair(value.split(","))
    elif isinstance(value, dict) and {"x", "y"} <= value.keys() <= {"x", "y", "z"}:
        x, y = _pair((value["x"], value["y"]))
    else:
        x, y = _pair(_coordinates(value))
    return {"x": x, "y": y}


def is_point(value: list[Any]) -> bool:
    """Is the list one point, rather than a list of points? Its first element says so."""
    return bool(value) and (type(value[0]) is int or isinstance(value[0], float))


def _around(lat: float, lon: float) -> dict[str, float]:
    if abs(lat) > _POLE:
        lat = _centred(lat)
        if abs(lat) > _POLE:
            lat = math.copysign(_TURN, lat) - lat
            lon += _TURN
        lon = _centred(lon)
    return {"lat": lat, "lon": lon if abs(lon) <= _TURN else _centred(lon)}


def _centred(degrees: float) -> float:
    """The same direction between -180 and 180; of these two, 180."""
    return _TURN - (_TURN - degrees) % (2 * _TURN)


def _coordinates(value: object) -> Sequence[object]:
    """Longitude and latitude, or x and y, of WKT, GeoJSON or a list."""
    if isinstance(value, str) and (match := _WKT.fullmatch(value)):
        return match[1].split()
    if isinstance(value, dict) and value.keys() == {"type", "coordinates"}:
        if str(value["type"]).lower() != "point":
            raise Misfit
        value = value["coordinates"]
    if isinstance(value, list):
        return value
    raise Misfit


def _pair(coordinates: Sequence[object]) -> tuple[float, float]:
    if len(coordinates) not in _DIMENSIONS:
        raise Misfit
    first, second = real(coordinates[0]), real(coordinates[1])
    if first is None or second is None:
        raise Misfit
    return first, second


def _from_hash(text: str) -> dict[str, float]:
    if not text or not _HASH_DIGITS.keys() >= set(text):
        raise Misfit
    bits = 0
    for digit in text[:_MAX_HASH]:
        bits = bits << 5 | _HASH_DIGITS[digit]
    length = 5 * min(len(text), _MAX_HASH)
    # Bits alternate between longitude and latitude, longitude first.
    digits = f"{bits:0{length}b}"
    return {"lat": _scaled(digits[1::2], 180.0), "lon": _scaled(digits[::2], 360.0)}


def _scaled(digits: str, span: float) -> float:
    return int(digits, 2) * span / (1 << len(digits)) - span / 2
