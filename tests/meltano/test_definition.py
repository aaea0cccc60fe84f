"""The committed ``meltano.yml`` is that of the settings, and one that Meltano understands."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml
from jsonschema import Draft202012Validator

from tap_elasticsearch.config import Settings, config_schema, parse_settings
from tap_elasticsearch.tap import TapElasticsearch
from tests.meltano.definition import CAPABILITIES, MELTANO_YML, SDK_SETTINGS, extractor, text
from tests.meltano.project import MELTANO

EXTRACTOR = extractor()
SETTINGS = {setting["name"]: setting for setting in EXTRACTOR["settings"]}


def test_generated() -> None:
    """The file is that of the code; python -m tests.docs writes it."""
    assert MELTANO_YML.read_text() == text()


def test_known_to_meltano() -> None:
    """The file is valid by the JSON Schema that Meltano brings along."""
    show = (
        "from importlib.resources import files\n"
        "print((files('meltano') / 'schemas' / 'meltano.schema.json').read_text())"
    )
    python = str(MELTANO.installed().parent / "python")
    schema = subprocess.run([python, "-c", show], capture_output=True, check=True).stdout
    problems = Draft202012Validator(json.loads(schema)).iter_errors(yaml.safe_load(text()))
    assert [problem.message for problem in problems] == []


def test_settings() -> None:
    """Every setting is there with a kind and a description, every secret is marked as one."""
    ours = config_schema()["properties"]
    assert list(SETTINGS) == [*ours, *SDK_SETTINGS]
    assert {name for name, schema in ours.items() if schema.get("secret")} == {
        name for name, setting in SETTINGS.items() if setting.get("sensitive")
    }


def test_kinds() -> None:
    """A list of names may be a single name, a list of objects must be a list, and so on."""
    expected = {
        "hosts": "string",
        "headers": "object",
        "verify_certs": "boolean",
        "indices": "string",
        "streams": "array",
        "stream_name": "options",
        "start_date": "date_iso8601",
        "page_size": "string",
        "page_bytes": "integer",
        "request_timeout": "string",
    }
    assert {name: SETTINGS[name]["kind"] for name in expected} == expected


def test_defaults_change_nothing() -> None:
    """With Meltano, which gives the tap every default, the settings are those without it."""
    defaults = {name: s["value"] for name, s in SETTINGS.items() if "value" in s}
    assert parse_settings(defaults) == Settings()


@pytest.mark.parametrize("group", EXTRACTOR["settings_group_validation"], ids="+".join)
def test_groups(group: list[str]) -> None:
    """What Meltano calls enough, the tap takes, also beside all defaults."""
    defaults = {name: s["value"] for name, s in SETTINGS.items() if "value" in s}
    parse_settings({**defaults, **dict.fromkeys(group, "text")})


def test_known_to_the_sdk() -> None:
    """The settings and capabilities that are the SDK's are there in the installed SDK."""
    schema = json.loads(json.dumps(TapElasticsearch.config_jsonschema))
    TapElasticsearch.append_builtin_config(schema)
    for name, (kind, _) in SDK_SETTINGS.items():
        assert kind in schema["properties"][name]["type"]
    assert set(CAPABILITIES) <= {str(c.value) for c in TapElasticsearch.capabilities}
