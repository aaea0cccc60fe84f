"""The documents that are read: always the same ones, about 1 KB each, or 65 bytes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Document = dict[str, Any]

#: Paths that hold lists; mappings do not say it.
LISTS = ("tags", "items", "payments")
#: The fields that the wide mapping has, and how many of them a document has.
WIDE_FIELDS = 1_000
WIDE_PRESENT = 30

_FIRST = datetime(2024, 1, 1, tzinfo=timezone.utc)
_ABROAD = timezone(timedelta(hours=1))

_NAMES = ("Zoë Müller", "Łukasz Żak", "Søren Ågård", "Ana Peña", "John Smith", "田中 花子")
_CITIES = ("København", "Łódź", "Zürich", "Málaga", "London", "大阪")
_THINGS = ("Kaffee, gemahlen", "Crème brûlée", "Notebook A5", "Teapot", "緑茶", "Lamp")
_NOTE = (
    "Ring twice, the bell is quiet. Leave the parcel with the neighbours on the ground floor if"
    " nobody is in, and not in the rain. The gate does not close by itself, and the dog is friendly"
    " but curious. Danke schön, and see you next week."
)

_KEYWORD = {"type": "keyword"}
_TEXT = {"type": "text"}
_DATE = {"type": "date"}
_LONG = {"type": "long"}
_DOUBLE = {"type": "double"}
_BOOLEAN = {"type": "boolean"}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"properties": properties}


ORDER_MAPPING: Mapping[str, Any] = _object(
    order=_KEYWORD,
    number=_LONG,
    created=_DATE,
    updated=_DATE,
    status=_KEYWORD,
    paid=_BOOLEAN,
    total=_DOUBLE,
    currency=_KEYWORD,
    tags=_KEYWORD,
    customer=_object(
        id=_KEYWORD,
        name=_TEXT,
        mail=_KEYWORD,
        vip=_BOOLEAN,
        address=_object(street=_TEXT, city=_KEYWORD, zip=_KEYWORD, country=_KEYWORD),
    ),
    items=_object(sku=_KEYWORD, title=_TEXT, quantity=_LONG, price=_DOUBLE, gift=_BOOLEAN),
    payments=_object(at=_DATE, method=_KEYWORD, amount=_DOUBLE),
    note=_TEXT,
)

_WIDE_TYPES = (_KEYWORD, _LONG, _DOUBLE, _BOOLEAN, _DATE)
WIDE_MAPPING: Mapping[str, Any] = _object(
    **{f"field_{n:03}": _WIDE_TYPES[n % len(_WIDE_TYPES)] for n in range(WIDE_FIELDS)}
)
SMALL_MAPPING: Mapping[str, Any] = _object(at=_DATE, n=_LONG, host=_KEYWORD, code=_LONG)


def orders(count: int, *, dirty: int = 0) -> Iterator[tuple[str, Document]]:
    """The first ``count`` orders, each with its id.

    Args:
        count: How many.
        dirty: Every how manyth has dates with an offset, and numbers as texts: the server indexes
            them as the same dates and numbers, but a column must not hold them as they are. 0:
            none.
    """
    for number in range(count):
        is_dirty = bool(dirty) and number % dirty == 0
        document = _order(number, _ABROAD if is_dirty else timezone.utc)
        if is_dirty:
            document["number"] = str(document["number"])
            document["total"] = str(document["total"])
        yield f"order-{number:08}", document


def _order(number: int, zone: timezone) -> Document:
    draw = Random(number)
    created = _FIRST + timedelta(seconds=number)
    items = [_item(draw) for _ in range(3)]
    total = round(sum(item["price"] for item in items), 2)
    return {
        "order": f"o-{number:08}",
        "number": number,
        "created": _written(created, zone),
        "updated": _written(created + timedelta(minutes=draw.randrange(10_000)), zone),
        "status": draw.choice(("new", "paid", "sent", "returned")),
        "paid": draw.random() < 0.7,
        "total": total,
        "currency": draw.choice(("EUR", "DKK", "PLN")),
        "tags": draw.sample(("web", "shop", "first", "gift", "repeat"), 2),
        "customer": _customer(draw),
        "items": items,
        "payments": [{"at": _written(created, zone), "method": "card", "amount": total}],
        "note": _NOTE[: draw.randrange(120, len(_NOTE))],
    }


def _customer(draw: Random) -> Document:
    known = f"c-{draw.randrange(100_000):06}"
    return {
        "id": known,
        "name": draw.choice(_NAMES),
        "mail": f"{known}@example.com",
        "vip": draw.random() < 0.1,
        "address": {
            "street": f"Große Straße {draw.randrange(1, 200)}",
            "city": draw.choice(_CITIES),
            "zip": f"{draw.randrange(100_000):05}",
            "country": draw.choice(("DK", "PL", "CH", "ES")),
        },
    }


def _item(draw: Random) -> Document:
    return {
        "sku": f"s-{draw.randrange(1_000_000):07}",
        "title": draw.choice(_THINGS),
        "quantity": draw.randrange(1, 9),
        "price": round(draw.uniform(1, 100), 2),
        "gift": draw.random() < 0.2,
    }


def _written(moment: datetime, zone: timezone) -> str:
    text = moment.astimezone(zone).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def wide(count: int) -> Iterator[tuple[str, Document]]:
    """Documents that have few of the many fields of their mapping, in no order."""
    for number in range(count):
        # 331 and 1,000 have no common factor, so no field comes twice.
        places = [(number * 7 + each * 331) % WIDE_FIELDS for each in range(WIDE_PRESENT)]
        yield f"wide-{number:08}", {f"field_{n:03}": _wide_value(n, number) for n in places}


def small(count: int) -> Iterator[tuple[str, Document]]:
    """Documents of 65 bytes, of which one is read in less time than it takes to ask for it."""
    for number in range(count):
        at = _written(_FIRST + timedelta(seconds=number), timezone.utc)
        yield f"{number:08}", {"at": at, "n": number % 10, "host": "web-1", "code": 200}


def _wide_value(place: int, number: int) -> Any:  # noqa: ANN401
    values = (
        f"value {number} of {place}",
        number * place,
        number + 0.5,
        number % 2 == 0,
        _written(_FIRST + timedelta(seconds=number), timezone.utc),
    )
    return values[place % len(values)]
