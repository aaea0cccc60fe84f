"""``meltano.yml``, made from the settings: ``python -m tests.docs`` writes it, a test compares."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tap_elasticsearch.config import config_schema
from tests.targets import DUCKDB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MELTANO_YML = Path(__file__).resolve().parent.parent.parent / "meltano.yml"

HEADER = """\
# Written by python -m tests.docs, from the tap's settings. To try it:
#   pipx install 'meltano>=4,<5'
#   TAP_ELASTICSEARCH_HOSTS=https://es.example.com:9200 meltano run sync
"""

#: A choice: all of them are known to every version of the SDK that the tap allows.
CAPABILITIES = (
    "catalog",
    "discover",
    "state",
    "about",
    "stream-maps",
    "schema-flattening",
    "activate-version",
    "batch",
    "structured-logging",
)

#: Settings that the SDK adds, with their kinds; here, since their schema differs by its version.
SDK_SETTINGS = {
    "stream_maps": ("object", "Changes to streams and records on their way to the target"),
    "stream_map_config": ("object", "Values that the expressions of `stream_maps` can use"),
    "flattening_enabled": ("boolean", "Make columns of the properties of objects"),
    "flattening_max_depth": ("integer", "How many levels of objects to flatten"),
    "batch_config": ("object", "Write records to files, and send BATCH messages"),
}

LOADER_SETTINGS = {
    "path": ("string", "The database file"),
    "default_target_schema": ("string", "The schema that tables are created in"),
    "batch_size_rows": ("integer", "Rows to collect before they are loaded"),
    "flush_all_streams": ("boolean", "Load the rows of all streams when one batch is full"),
    "add_metadata_columns": ("boolean", "Add columns that say when a row was loaded"),
    "hard_delete": ("boolean", "Delete rows that are marked as deleted"),
    "data_flattening_max_level": ("integer", "How many levels of objects become columns"),
}

_PLACES = (["hosts"], ["cloud_id"])
_LOGINS: tuple[list[str], ...] = ([], ["username", "password"], ["api_key"], ["bearer_token"])

_ABBREVIATIONS = {"api", "aws", "ca", "http", "id"}


def text() -> str:
    """The file."""
    # Meltano's own edits keep the lines as they are, whatever their width.
    body = yaml.safe_dump(project(), sort_keys=False, allow_unicode=True, width=100)
    return f"{HEADER}{body}"


def project() -> dict[str, Any]:
    """The project: the tap, a target, and a job that runs the one into the other."""
    return {
        # Where there is none, Meltano writes one into the file.
        "project_id": "tap-elasticsearch",
        # Without an environment, meltano run refuses to start.
        "default_environment": "dev",
        "send_anonymous_usage_stats": False,
        "requires_meltano": ">=4,<5",
        "environments": [{"name": "dev"}],
        "plugins": {"extractors": [extractor()], "loaders": [loader()]},
        "jobs": [{"name": "sync", "tasks": ["tap-elasticsearch target-duckdb"]}],
    }


def extractor() -> dict[str, Any]:
    """The tap, as a plugin."""
    return {
        "name": "tap-elasticsearch",
        "namespace": "tap_elasticsearch",
        "label": "Elasticsearch and OpenSearch",
        "pip_url": "-e .",
        "executable": "tap-elasticsearch",
        "capabilities": list(CAPABILITIES),
        # Otherwise an index or a field that is new on the server is not seen.
        "use_cached_catalog": False,
        "settings_group_validation": [
            [*place, *login] for place, login in product(_PLACES, _LOGINS)
        ],
        "settings": [*_settings(), *_plain_settings(SDK_SETTINGS)],
    }


def loader() -> dict[str, Any]:
    """The target, as a plugin."""
    return {
        "name": "target-duckdb",
        "namespace": "target_duckdb",
        "label": "DuckDB",
        "pip_url": " ".join(DUCKDB.requirements),
        "executable": "target-duckdb",
        "settings": list(_plain_settings(LOADER_SETTINGS)),
        "config": {
            "path": "$MELTANO_PROJECT_ROOT/warehouse.duckdb",
            "default_target_schema": "$MELTANO_EXTRACT__LOAD_SCHEMA",
        },
    }


def _settings() -> Iterator[dict[str, Any]]:
    for name, schema in config_schema()["properties"].items():
        setting = _setting(name, _kind(name, schema), schema["description"])
        if schema.get("secret"):
            setting["sensitive"] = True
        if "enum" in schema:
            setting["options"] = [{"label": value, "value": value} for value in schema["enum"]]
        # Empty lists and objects say nothing.
        if schema.get("default") not in (None, [], {}):
            setting["value"] = schema["default"]
        yield setting


def _plain_settings(kinds: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for name, (kind, description) in kinds.items():
        yield _setting(name, kind, description)


def _setting(name: str, kind: str, description: str) -> dict[str, Any]:
    return {"name": name, "label": _label(name), "kind": kind, "description": description}


def _label(name: str) -> str:
    first, *rest = (word.upper() if word in _ABBREVIATIONS else word for word in name.split("_"))
    return " ".join([first[:1].upper() + first[1:], *rest])


def _kind(name: str, schema: Mapping[str, Any]) -> str:
    """Meltano's word for the type of a setting.

    Texts in a list are a ``string``, which takes a list, JSON, and what a person would write into
    the environment, ``https://es.example.com``; with ``array``, Meltano ends with a traceback at
    that. So are numbers with a fraction: it cannot write its own ``decimal`` into the
    configuration that it makes for the tap.
    """
    if "enum" in schema:
        return "options"
    if name.endswith("_date"):
        # So that Meltano makes a date of "7 days ago".
        return "date_iso8601"
    types = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
    kind, *others = sorted(types - {"null"})
    if others or kind == "number":
        return "string"
    if kind == "array" and schema["items"].get("type") == "string":
        return "string"
    return str(kind)
