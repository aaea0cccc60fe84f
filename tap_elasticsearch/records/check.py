"""Documents that are true to their schema already, told from the others by one decoding."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import msgspec
from msgspec import Raw

from tap_elasticsearch.fields import (
    DATED,
    NEVER,
    Date,
    Misfit,
    are_canonical,
    fraction,
    holds_lists,
    is_canonical_date,
    keeps_canonical,
    nullable,
    objects,
    type_of,
)
from tap_elasticsearch.records.cut import dropped
from tap_elasticsearch.records.form import EXTRA
from tap_elasticsearch.records.implied import constants, null_of, nulls
from tap_elasticsearch.records.normalise import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tap_elasticsearch.fields import Field

    #: Would the normaliser leave this value, which is not None, as it is?
    Clean: TypeAlias = "Callable[[Any], bool]"

_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode

#: Objects with more fields than these are not checked by a Struct: it finds a field by comparing
#: one name after the other, a dict at once.
WIDE = 200
#: Documents whose dates are looked at one by one where some are not canonical: with more, most of
#: a page would be where one document in a hundred has such dates.
FEW = 16


class Check:
    """Tells whether the normaliser would leave a document as it is, without normalising it.

    It may say no where that is not known: the document is only slower then.
    """

    def __init__(self, field: Field) -> None:
        """Compile the check.

        Args:
            field: The root of the stream's field tree. What a document has in those of its own
                fields that are dropped is cut out (see ``Cut``), so it may be anything.
        """
        kind = _object(field, cut=dropped(field))
        self._dates: list[object] = []
        self._decode = msgspec.json.Decoder(kind, dec_hook=_noting(self._dates)).decode

    def __call__(self, sources: Iterable[Raw]) -> list[bool]:
        """Which of ``sources``, documents, can stand in a record by their bytes?

        Their dates are looked at together, which takes less time.
        """
        decode, dates = self._decode, self._dates
        dates.clear()
        passed: list[bool] = []
        ends = [0]
        for source in sources:
            try:
                decode(source)
            except _UNDECODABLE:
                del dates[ends[-1] :]
                passed.append(False)
            else:
                passed.append(True)
            ends.append(len(dates))
        if not are_canonical(dates):
            _fail(passed, dates, ends)
        return passed


def _fail(passed: list[bool], dates: Sequence[object], ends: Sequence[int]) -> None:
    """Let documents fail whose dates are not canonical; before each, ``dates`` has ``ends``."""
    for first in range(0, len(passed), FEW):
        last = min(first + FEW, len(passed))
        if not are_canonical(dates[ends[first] : ends[last]]):
            for number in range(first, last):
                own = dates[ends[number] : ends[number + 1]]
                passed[number] = passed[number] and all(map(is_canonical_date, own))


def are_objects(sources: Iterable[Raw]) -> list[bool]:
    """Which of ``sources`` are objects, whatever is in them?"""
    return [_is_object(source) for source in sources]


def _is_object(source: Raw) -> bool:
    try:
        _decode_object(source)
    except _UNDECODABLE:
        return False
    return True


class _Wide:
    """Stands for the objects at one place that has many fields."""

    is_clean: ClassVar[Clean]


def _object(field: Field, cut: Collection[str] = ()) -> Any:  # noqa: ANN401 - no type has it
    """The type of the objects that ``field`` has; objects with dropped fields are normalised.

    But for those in ``cut``: at what they have, nobody looks.
    """
    fields = {
        name: sub
        for name, sub in field.properties.items()
        if name in cut or not (sub.dropped or name == EXTRA)
    }
    if len(fields) > WIDE:
        return type("Wide", (_Wide,), {"is_clean": staticmethod(_wide(fields))})
    # A name that msgspec cannot have is left out: documents with it are normalised.
    named = [name for name in fields if msgspec.json.encode(name)[1:-1] == name.encode()]
    names = {f"f{number}": name for number, name in enumerate(named)}
    required = constants(fields)
    filled = required.keys() | nulls(fields)
    if not required.keys() <= set(named):
        return NEVER
    return objects(
        names,
        {key: _column(fields[name]) for key, name in names.items()},
        [key for key, name in names.items() if name in required],
        # Raw takes null as anything else.
        [key for key, name in names.items() if name in filled or name in cut],
    )


def _column(field: Field) -> Any:  # noqa: ANN401 - as above
    """The type of the values of a column, null not included."""
    if field.dropped:
        return Raw
    one = _object(field) if field.properties else _one(field)
    if not holds_lists(field):
        return one
    # Beside fractions in one list, whole numbers are written as such: see numbers.of_field.
    number = not field.properties and type_of(field.type).schema["type"] == "number"
    element = fraction(one) if number else one
    return list[nullable(element) if null_of(field) is None else element]  # type: ignore[misc]


def _one(field: Field) -> Any:  # noqa: ANN401 - as above
    """The type of one value of a field without fields."""
    if field.type in DATED and not keeps_canonical(field):
        return NEVER
    return type_of(field.type).checked


def _looked_up(kind: type, value: object) -> object:
    """What msgspec calls for a value of a type that it does not know: an object of that type."""
    if kind is Date:
        clean = is_canonical_date(value)
    else:
        clean = issubclass(kind, _Wide) and kind.is_clean(value)
    if clean:
        return kind()
    raise ValueError


def _noting(dates: list[object]) -> Callable[[type, object], object]:
    """As ``_looked_up``, but what must be a date is put into ``dates``."""
    date = Date()

    def noted(kind: type, value: object) -> object:
        if kind is Date:
            dates.append(value)
            return date
        return _looked_up(kind, value)

    return noted


def _wide(fields: Mapping[str, Field]) -> Clean:
    """The check of objects with these fields, by look-up."""
    cleans = {name: _clean(sub) for name, sub in fields.items()}
    kinds = {name: kind for name, sub in fields.items() if (kind := exact(sub))}
    required = constants(fields).keys()
    filled = nulls(fields).keys()

    def is_clean(value: object) -> bool:
        if type(value) is not dict or not required <= value.keys() <= cleans.keys():
            return False
        return all(
            type(member) is kinds.get(name)
            or (name not in filled if member is None else cleans[name](member))
            for name, member in value.items()
        )

    return is_clean


def _clean(field: Field) -> Clean:
    if field.dropped:
        return lambda _: True
    if _column(field) is NEVER:
        return lambda _: False
    if (
        field.properties
        or holds_lists(field)
        or type_of(field.type).schema["type"] in {"array", "object"}
    ):
        return partial(_converts, _column(field))
    return partial(_unchanged, type_of(field.type).normaliser(field))


def _converts(kind: Any, value: object) -> bool:  # noqa: ANN401 - as above
    try:
        msgspec.convert(value, kind, dec_hook=_looked_up)
    except msgspec.ValidationError:
        return False
    return True


def _unchanged(normalise: Callable[[object], object], value: object) -> bool:
    try:
        made = normalise(value)
    except Misfit:
        return False
    return type(made) is type(value) and made == value
