"""What the SDK's stream maps leave unsaid: maps of no stream, expressions that fail."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

# The SDK's own, in the one version that it asks for.
from simpleeval import InvalidExpression
from singer_sdk.mapper import CustomStreamMap, SameRecordTransform

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from singer_sdk.mapper import StreamMap

#: What an expression of Python raises for values it was not written for.
UNFIT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_MAPPING = (
    "stream_maps",
    "stream_map_config",
    "faker_config",
    "flattening_enabled",
    "flattening_max_depth",
    "flattening_max_key_length",
    "flattening_separator",
)


def without_stream(maps: Mapping[str, Any], streams: Collection[str]) -> list[str]:
    """What the setting ``stream_maps`` takes for a stream and is none: the SDK passes it over."""
    return [source for source in _sources(maps) if not _matches(source, streams)]


def _sources(maps: Mapping[str, Any]) -> Iterable[str]:
    """The streams that each map takes its records from; other names are the SDK's own."""
    for name, definition in maps.items():
        if not name.startswith("__"):
            new = isinstance(definition, dict) and definition.get("__source__")
            yield str(new or name)


def _matches(source: str, streams: Collection[str]) -> bool:
    return any(fnmatchcase(stream, source) for stream in streams)


def mapping_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by which the SDK makes other records."""
    return {name: config[name] for name in _MAPPING if name in config}


def prepare(stream: str, maps: Iterable[StreamMap], *, batches: bool) -> None:
    """Let the maps of ``stream`` do what the SDK leaves undone.

    Their expressions fail with an error for their author, and flattened records have no member that
    the schema lacks.

    Raises:
        SettingsError: Records go into batches, which the SDK writes before any map.
    """
    for each in maps:
        if batches and (type(each) is not SameRecordTransform or each.flattening_enabled):
            msg = (
                f"Both batch_config and stream_maps (or flattening) are given for {stream!r}, but"
                " the SDK writes batches of records as they were before. Keep one of them."
            )
            raise SettingsError(msg)
        if isinstance(each, CustomStreamMap):
            each.expr_evaluator = Explained(stream, each.expr_evaluator)
        if each.flattening_enabled:
            each.flatten_record = _announced(each)  # type: ignore[assignment, method-assign]


def _announced(stream_map: StreamMap) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Flattens as ``stream_map`` does, without nulls of objects, for which there is no column."""
    flatten, columns = stream_map.flatten_record, stream_map.transformed_schema["properties"]

    def flattened(record: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in flatten(record).items()
            if value is not None or name in columns
        }

    return flattened


class Explained:
    """Evaluates expressions as another does, and says which of them fails, and where.

    Attributes:
        names: What an expression may speak of; the SDK sets it for each record.
    """

    def __init__(self, stream: str, evaluator: Any) -> None:  # noqa: ANN401 - simpleeval has no types
        """Prepare.

        Args:
            stream: The stream's name.
            evaluator: The SDK's evaluator of expressions.
        """
        self._stream = stream
        self._evaluator = evaluator
        self.names: Mapping[str, Any] = {}

    def eval(self, expr: str, previously_parsed: Any = None) -> Any:  # noqa: ANN401 - as above
        """The value of ``expr``.

        Raises:
            SettingsError: It has none for this record.
        """
        self._evaluator.names = self.names
        try:
            return self._evaluator.eval(expr, previously_parsed=previously_parsed)
        except (InvalidExpression, *UNFIT) as error:
            document = self.names.get("record", {}).get("_id")
            # What others say may hold values of the document, which are not for the log.
            reason = f": {error}" if isinstance(error, InvalidExpression) else ""
            msg = (
                f"stream_maps: {expr!r} has no value for document {document!r} of stream"
                f" {self._stream!r} ({type(error).__name__}{reason}). A document need not have"
                " every field: record.get('x') is None where it has no x."
            )
            raise SettingsError(msg) from error
