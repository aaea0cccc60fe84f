"""Where the files of batches are to be written: can they be?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# The SDK's own; it writes the files with it.
from fsspec import get_filesystem_class  # type: ignore[import-untyped]
from fsspec.core import split_protocol  # type: ignore[import-untyped]

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = '{"encoding": {"format": "jsonl", "compression": "gzip"}, "storage": {"root": "file:///…"}}'


def reject_unusable_storage(config: Mapping[str, Any]) -> None:
    """Raise if ``batch_config`` is there, and its files can be written nowhere.

    Raises:
        SettingsError: It is not whole, or what reaches its storage is not installed. Its root is
            not shown: there may be a login in it.
    """
    batches = config.get("batch_config")
    if not batches:
        return
    root = (batches.get("storage") or {}).get("root")
    if not root or not batches.get("encoding"):
        msg = f"Setting batch_config is not whole. Write it like {_FORM}."
        raise SettingsError(msg)
    try:
        get_filesystem_class(split_protocol(root)[0])
    except (ImportError, ValueError) as error:
        msg = (
            f"batch_config: its storage cannot be reached: {error}. Install what is missing beside"
            " the tap (pipx inject tap-elasticsearch …; in Meltano, add it to pip_url)."
        )
        raise SettingsError(msg) from error
