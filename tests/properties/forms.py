"""The properties of records in another form than the plain one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.fields import VECTORS, can_be_list, walk
from tap_elasticsearch.records.form import METADATA
from tests.properties.places import flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_elasticsearch.discovery import StreamDefinition
    from tests.properties.reading import Run

    #: What is wrong, in words, with what the mapping says of the field.
    Wrong = Iterator[tuple[str, object]]


def by_source(definition: StreamDefinition, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its columns by the names of fields."""
    names = {column: path[-1] for path, column in definition.column_paths.items()}
    renamed: dict[str, Any] = _by_source(names, (), record)
    return renamed


def _by_source(names: Mapping[tuple[str, ...], str], path: tuple[str, ...], value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_by_source(names, path, each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = (((*path, name), name, member) for name, member in value.items())
    return {names.get(way, name): _by_source(names, way, member) for way, name, member in inner}


def unlike_the_hit(run: Run, hit: Mapping[str, Any], record: Mapping[str, Any]) -> Wrong:
    """Columns of the hit that are not what the server says; the document, where it is one."""
    wanted = {"_id", *run.options.settings.get("metadata_fields", ["_id", "_index"])}
    for name in METADATA:
        if (name in record) != (name in wanted):
            yield f"{name} should be there: {name in wanted}", None
        elif name in wanted and record[name] != hit.get(name):
            yield f"{name} is {record[name]}, and for the server {hit.get(name)}", None
    if run.options.whole and json.dumps(record["document"]) != json.dumps(hit["_source"]):
        yield "the document is not as it was", None


def lists_not_found(run: Run, hit: Mapping[str, Any]) -> Wrong:
    """Root fields that hold a list while their columns are no lists, where those are looked for."""
    if run.options.settings["arrays"] == "never":
        return
    for name, field in run.definition.fields.properties.items():
        value = hit["_source"].get(name)
        several = isinstance(value, list) and sum(each is not None for each in flat(value)) > 1
        if several and can_be_list(field) and not field.array:
            yield f"{name} is no list", field.type


def not_cut(run: Run, whole: Mapping[str, Any], record: Mapping[str, Any]) -> Wrong:
    """Is a record anything but the plain one, less what is to be left out?"""
    cut = [".".join(path) for path in run.options.deselected]
    # Among them fields of their own, whose names only begin like those.
    kept = [".".join(path) for path, _ in walk(run.definition.fields) if not _is_in(path, run)]
    left = _less(whole, cut, kept)
    extra = _less(left.pop("_extra", {}), cut, kept)
    if extra and run.options.settings.get("extra_values") != "drop":
        left["_extra"] = extra
    alike = _respelled if _is_rewritten(run) else _tidy
    if alike(record) != alike(left):
        yield f"it should be {left}", None


def _is_rewritten(run: Run) -> bool:
    """Does the server write documents anew, to leave out a vector?"""
    vectors = [path for path, field in walk(run.definition.fields) if field.type in VECTORS]
    return any(_is_in(path, run) for path in vectors)


def _respelled(value: Any) -> Any:  # noqa: ANN401
    """``value`` as ``_tidy`` gives it, with numbers in JSON texts as most spell them."""
    if isinstance(value, str):
        with suppress(ValueError):
            return json.dumps(json.loads(value))
        return value
    if isinstance(value, list):
        return [_respelled(each) for each in _tidy(value)]
    if isinstance(value, dict):
        return {name: _respelled(member) for name, member in _tidy(value).items()}
    return value


def _is_in(path: tuple[str, ...], run: Run) -> bool:
    """Is the column at ``path`` not selected, or in one that is not?"""
    return any(path[: len(cut)] == cut for cut in run.options.deselected)


def _less(value: Any, paths: Sequence[str], but: Sequence[str]) -> Any:  # noqa: ANN401
    """``value`` without what it has at ``paths``, dotted in any way, save for the names ``but``."""
    if isinstance(value, list):
        return [_less(each, paths, but) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _less(member, _below(paths, name), _below(but, name))
        for name, member in value.items()
        if name in but or not any(f"{name}.".startswith(f"{path}.") for path in paths)
    }


def _below(paths: Sequence[str], name: str) -> list[str]:
    return [path[len(name) + 1 :] for path in paths if path.startswith(f"{name}.")]


def _tidy(value: Any) -> Any:  # noqa: ANN401
    """``value`` without objects that have nothing, which what is cut out may leave or not."""
    if isinstance(value, list):
        return [each for each in map(_tidy, value) if each != {}]
    if not isinstance(value, dict):
        return value
    tidy = {name: _tidy(member) for name, member in value.items()}
    return {name: member for name, member in tidy.items() if member != {}}
