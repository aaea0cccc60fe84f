"""A document, whatever it holds, to a record that is true to its schema."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tap_elasticsearch.fields import Field, Misfit, holds_lists, type_of, walk
from tap_elasticsearch.records.cut import without
from tap_elasticsearch.records.folding import Folder
from tap_elasticsearch.records.form import EXTRA
from tap_elasticsearch.records.implied import constants, null_of, nulls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    #: Any decoded JSON.
    JSON: TypeAlias = "Any"
    #: Dotted path to the document's own value, of what has no place in its column.
    Extra: TypeAlias = "dict[str, Any]"
    #: A value to that of its column; what has no place is added to the Extra.
    Convert: TypeAlias = "Callable[[JSON, Extra], JSON]"
    #: Dotted paths to a field there, with its converter.
    Made: TypeAlias = "dict[str, tuple[Field, Convert]]"


def without_extra(root: Field) -> Field:
    """``root`` without a field that has no column, since ours has its name."""
    properties = {name: sub for name, sub in root.properties.items() if name != EXTRA}
    return replace(root, properties=properties)


def _with_dotted_names(root: Field, dropped: frozenset[str]) -> list[str]:
    """Paths of kept fields that only look as if they were inside of a dropped one."""
    return [
        path
        for path in _kept(root, "")
        if any(path[:end] in dropped for end, letter in enumerate(path) if letter == ".")
    ]


def _kept(field: Field, prefix: str) -> Iterator[str]:
    """The paths of the fields in ``field`` that are not dropped, nor in one that is."""
    for name, sub in field.properties.items():
        if not sub.dropped:
            yield prefix + name
            yield from _kept(sub, f"{prefix}{name}.")


class Normaliser:
    """Makes the records of one stream, or of those of its indices that are alike."""

    def __init__(self, field: Field, made: Made | None = None) -> None:
        """Prepare.

        Args:
            field: The root of the stream's field tree, with nothing that varies (see ``in_index``).
            made: What another Normaliser of the stream, given the same, has made: fields that are
                the same objects share it.
        """
        self._read = _ObjectReader(
            without_extra(field).properties, "", {} if made is None else made
        )
        self._dropped = [".".join(path) for path, each in walk(field) if each.dropped]
        self._kept = _with_dotted_names(field, frozenset(self._dropped))

    def record(self, source: Mapping[str, Any]) -> tuple[dict[str, Any], Extra]:
        """The columns of a document, and what has no place in them; dropped fields are in neither.

        A value stands in its column in the canonical form of its type, and nowhere else. What is
        not (or not wholly) there is in the extra part, as it was in the document, under its dotted
        path: fields that the mapping lacks, values without a canonical form, lists of two or more
        in a column for one, nested lists. Nulls and empty lists have nothing to keep. Inside a list
        of objects a path has no position: its value is the list of what each object had there,
        objects without it left out.

        Args:
            source: A decoded ``_source``. It is not changed, but parts of it may be in the result.
        """
        extra: Extra = {}
        record = self._read(source, extra)
        if self._dropped and extra:
            extra = without(self._dropped, extra, self._kept)
        return record, extra


class _ObjectReader:
    """Reads objects with known fields at one path."""

    def __init__(self, properties: Mapping[str, Field], prefix: str, made: Made) -> None:
        self._prefix = prefix
        self._columns = {
            name: _converter(field, prefix + name, made)
            for name, field in properties.items()
            if not field.dropped
        }
        self._exact = {name: kind for name, field in properties.items() if (kind := exact(field))}
        self._nulls = nulls(properties)
        self._folder = Folder(properties)
        self._constants = constants(properties)

    def __call__(self, source: Mapping[str, Any], extra: Extra) -> dict[str, Any]:
        columns, exact, nulls = self._columns, self._exact, self._nulls
        if not source.keys() <= self._folder.plain:
            source = self._folder.fold(source)
        record: dict[str, Any] = {}
        for name, value in source.items():
            if type(value) is exact.get(name):
                record[name] = value
            elif (column := columns.get(name)) is not None:
                record[name] = nulls.get(name) if value is None else column(value, extra)
            else:
                self._leave(name, value, extra)
        if self._constants:
            self._complete(record)
        return record

    def _leave(self, name: str, value: JSON, extra: Extra) -> None:
        """What is done with the value of a field that has no column."""
        if value is not None and value != []:
            extra[self._prefix + name] = value

    def _complete(self, record: dict[str, Any]) -> None:
        for name, fill in self._constants.items():
            if record.get(name) is None:
                record[name] = fill()


def exact(field: Field) -> type | None:
    """The Python type whose values stand in the column of ``field`` as they are, if there is one.

    To ask for it takes no call.
    """
    if field.dropped or field.properties or holds_lists(field):
        return None
    checked = type_of(field.type).checked
    return checked if checked in {str, bool} else None


class _Column(NamedTuple):
    """How the values of one path become those of its column.

    Attributes:
        path: The dotted path.
        convert: Converts one value that is not None; raises ``Misfit``.
        is_value: Tells whether a list is one value.
        null: What stands for a null.
    """

    path: str
    convert: Convert
    is_value: Callable[[list[Any]], bool]
    null: object = None


def _converter(field: Field, path: str, made: Made) -> Convert:
    """The converter of whatever a document has at ``path``, None excepted."""
    same = path in made and made[path][0] is field
    convert = made[path][1] if same else _new_converter(field, path, made)
    made[path] = field, convert
    return convert


def _new_converter(field: Field, path: str, made: Made) -> Convert:
    row = type_of(field.type)
    if field.properties:
        column = _Column(path, _object(field, path, made), row.is_value)
        return partial(_every, column) if holds_lists(field) else _scalar(column)
    null = null_of(field)
    normalise = _filling(row.normaliser(field), null)
    column = _Column(path, lambda value, _: normalise(value), row.is_value, null)
    return _list(column, field) if holds_lists(field) else _leaf(column, normalise)


def _filling(normalise: Callable[[JSON], JSON], null: object) -> Callable[[JSON], JSON]:
    """``normalise``, with ``null`` for None and for what it makes None of."""
    if null is None:
        return normalise

    def fill(value: JSON) -> JSON:
        found = None if value is None else normalise(value)
        return null if found is None else found

    return fill


def _object(field: Field, path: str, made: Made) -> Convert:
    read = _ObjectReader(field.properties, f"{path}.", made)

    def convert(value: JSON, extra: Extra) -> JSON:
        if isinstance(value, dict):
            return read(value, extra)
        raise Misfit

    return convert


def _scalar(column: _Column) -> Convert:
    """The converter of a column for one value."""
    path, one, is_value, _ = column

    def convert(value: JSON, extra: Extra) -> JSON:
        if type(value) is list and not is_value(value):
            return _first(column, value, extra)
        try:
            return one(value, extra)
        except Misfit:
            extra[path] = value
            return None

    return convert


def _leaf(column: _Column, normalise: Callable[[JSON], JSON]) -> Convert:
    """As ``_scalar``, for values without fields: one call less, on the hottest line there is."""
    path, _, is_value, _ = column

    def convert(value: JSON, extra: Extra) -> JSON:
        if type(value) is list and not is_value(value):
            return _first(column, value, extra)
        try:
            return normalise(value)
        except Misfit:
            extra[path] = value
            return None

    return convert


def _list(column: _Column, field: Field) -> Convert:
    """The converter of a column of lists, for values without fields."""
    every = partial(_every, column)
    kind = exact(replace(field, array=False))
    if kind is None:
        return every

    def convert(value: JSON, extra: Extra) -> JSON:
        if type(value) is list and set(map(type, value)) == {kind}:
            return value
        return every(value, extra)

    return convert


def _first(column: _Column, values: list[Any], extra: Extra) -> JSON:
    """The first value that fits; of several, all go to ``extra`` as they are."""
    flat = _flat(values, column.is_value)
    if column.null is None:
        flat = [value for value in flat if value is not None]
    for value in flat:
        own: Extra = {}
        try:
            found = column.convert(value, own)
        except Misfit:
            continue
        if found is None and len(flat) > 1:
            # An empty text among numbers is no value for the servers, either.
            continue
        extra.update(own if len(flat) == 1 else {column.path: values})
        return found
    if flat:
        extra[column.path] = values
    return None


def _every(column: _Column, value: JSON, extra: Extra) -> JSON:
    """All values that fit, as a list; where it is not the document's, that goes to ``extra``."""
    is_value = column.is_value
    values = value if type(value) is list and not is_value(value) else [value]
    nested = list in map(type, values) and any(
        type(each) is list and not is_value(each) for each in values
    )
    flat = _flat(values, is_value) if nested else values
    found, inner = _converted(column, flat)
    extra.update({column.path: value} if nested or len(found) < len(flat) else inner)
    return found or (None if flat else [])


def _converted(column: _Column, flat: list[Any]) -> tuple[list[Any], Extra]:
    """The values that fit, and for each path what has no place, a list."""
    found: list[Any] = []
    inner: Extra = {}
    own: Extra = {}
    for each in flat:
        try:
            found.append(column.null if each is None else column.convert(each, own))
        except Misfit:
            own = {}
            continue
        if own:
            for path, original in own.items():
                inner.setdefault(path, []).append(original)
            own = {}
    return found, inner


def _flat(values: list[Any], is_value: Callable[[list[Any]], bool]) -> list[Any]:
    """The single values in ``values``, as the servers index nested lists."""
    flat: list[Any] = []
    for value in values:
        if type(value) is list and not is_value(value):
            flat.extend(_flat(value, is_value))
        else:
            flat.append(value)
    return flat
