"""Settings: what is accepted, and what is refused with which words."""

from __future__ import annotations

import pytest

from tap_elasticsearch.config import (
    Secret,
    Settings,
    StreamSettings,
    config_schema,
    from_environment,
    parse_settings,
)
from tap_elasticsearch.exceptions import SettingsError

ACCEPTED = {
    "nothing": ({}, Settings()),
    "a single string for a list": ({"indices": "orders"}, Settings(indices=("orders",))),
    "commas": ({"indices": "a, b-*"}, Settings(indices=("a", "b-*"))),
    "a list as JSON": ({"indices": '["a", "b"]'}, Settings(indices=("a", "b"))),
    "numbers and booleans as texts": (
        {"page_size": "100", "request_timeout": "1.5", "verify_certs": "false"},
        Settings(page_size=100, request_timeout=1.5, verify_certs=False),
    ),
    "a word where a number may stand": ({"page_size": "auto"}, Settings(page_size="auto")),
    "null is not given": ({"api_key": None, "page_size": None}, Settings()),
    "objects as JSON": (
        {"streams": '[{"index": "logs-*", "query": "{\\"match_all\\": {}}"}]'},
        Settings(streams=(StreamSettings(index="logs-*", query={"match_all": {}}),)),
    ),
    "a single name for a stream": (
        {"streams": '["logs-*"]'},
        Settings(streams=(StreamSettings(index="logs-*"),)),
    ),
    "a login inside a host": (
        {"hosts": ["https://me:p%40ss@es.example.com:9200/path"]},
        Settings(
            hosts=("https://es.example.com:9200/path",), username="me", password=Secret("p@ss")
        ),
    ),
}
SEVERAL = {
    "the same": ["http://me:hunter2@a", "http://me:hunter2@b"],
    "in one text": "http://me:hunter2@a,http://me:hunter2@b",
    "with one": ["http://a", "http://me:hunter2@b"],
}

#: Addresses with logins as people write them, encoded or not, and what becomes of them.
LOGINS = {
    "https://me:hunter2@es": ("https://es", "me", "hunter2"),
    "me:hunter2@es:9200": ("es:9200", "me", "hunter2"),
    "http://me:hunt/er2#?@es": ("http://es", "me", "hunt/er2#?"),
    "http://me:hun,ter[2@es": ("http://es", "me", "hun,ter[2"),
    "http://me:hunt@er2@es": ("http://es", "me", "hunt@er2"),
    "http://me:hunt%40er2@es": ("http://es", "me", "hunt@er2"),
}

REFUSED = {
    "unknown": ({"index": ["a"]}, "Unknown setting 'index'. Did you mean indices?"),
    "unknown in a stream": (
        {"streams": [{"index": "a", "nam": "b"}]},
        "Unknown key of streams 'nam'. Did you mean name?",
    ),
    "a word for a number": (
        {"page_size": "many"},
        "Setting page_size is 'many', which cannot be used: It must be a number from 1 on, or auto",
    ),
    "a word for a switch": (
        {"http_compress": "gzip"},
        "Setting http_compress is 'gzip', which cannot be used: It must be true, false or auto.",
    ),
    "a duration without a unit": (
        {"point_in_time_keep_alive": "10"},
        (
            "Setting point_in_time_keep_alive is '10', which cannot be used: It must be a number"
            " with s, m or h, like 10m."
        ),
    ),
    "an empty cloud id": (
        {"cloud_id": ""},
        (
            "Setting cloud_id cannot be used: Copy it from the deployment's page in the Elastic"
            " Cloud console."
        ),
    ),
    "wrong type": ({"page_bytes": "many"}, "Setting page_bytes is 'many'"),
    "too small": ({"page_size": 0}, "Setting page_size is 0"),
    "no duration": (
        {"point_in_time_keep_alive": "ten minutes"},
        "Setting point_in_time_keep_alive is 'ten minutes'",
    ),
    "a day that is none": (
        {"start_date": "2024-02-30"},
        "Setting start_date cannot be used: '2024-02-30' is no date: write it like 2024-12-31",
    ),
    "a time that ends before it begins": (
        {"start_date": "2024-01-02", "end_date": "2024-01-02T01:00:00+01:00"},
        "start_date is not before end_date",
    ),
    "endless": ({"lookback_seconds": "inf"}, "Setting lookback_seconds is 'inf'"),
    "no JSON": ({"streams": "[{]"}, "Setting streams is '[{]', which is not valid JSON"),
    "two logins": (
        {"username": "a", "password": "b", "api_key": "c"},
        "Both username and api_key are given",
    ),
    "two places": (
        {"hosts": ["a"], "cloud_id": "b"},
        "Both hosts and cloud_id are given",
    ),
    "half a login": ({"username": "a"}, "username is given without password"),
    "a login twice": (
        {"hosts": ["http://a:b@c"], "username": "a", "password": "b"},
        "Both username and a login in hosts (c) are given",
    ),
    "two logins in hosts": (
        {"hosts": ["http://a:b@c", "http://a:d@e"]},
        "Several logins are given in hosts",
    ),
    "trust in vain": ({"verify_certs": False, "ca_certs": "ca.pem"}, "verify_certs is false"),
}


@pytest.mark.parametrize(("config", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(config: dict[str, object], expected: Settings) -> None:
    """Every way that files, the environment and Meltano write a setting gives one value."""
    assert parse_settings(config) == expected


@pytest.mark.parametrize(("config", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(config: dict[str, object], words: str) -> None:
    """A setting that cannot be used is named, with its value and the way out, in one line."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(config)
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "config",
    [
        {"api_key": ["hunter2"]},
        {"headers": "hunter2"},
        {"headers": '{"x": hunter2}'},
        {"hosts": ["https://me:hunter2@es", 7]},
        {"password": {"is": "hunter2"}},
    ],
)
def test_secrets_are_not_in_messages(config: dict[str, object]) -> None:
    """A refused secret is not shown."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(config)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_in_repr() -> None:
    """The frozen settings can be printed without giving a secret away."""
    settings = parse_settings({"username": "a", "password": "hunter2", "headers": {"x": "hunter2"}})
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("host", LOGINS)
def test_logins_in_hosts(host: str) -> None:
    """A login inside an address never stays there, however it is written."""
    settings = parse_settings({"hosts": host})
    assert ((settings.hosts or ())[0], settings.username, settings.password) == LOGINS[host]


@pytest.mark.parametrize("hosts", SEVERAL.values(), ids=SEVERAL)
def test_one_login_in_several_hosts(hosts: object) -> None:
    """A login that each address of a cluster has, or one of them, is the login for all."""
    settings = parse_settings({"hosts": hosts})
    expected = ("http://a", "http://b"), "me", "hunter2"
    assert (settings.hosts, settings.username, settings.password) == expected


def test_settings_of_the_sdk_are_known() -> None:
    """Names that the SDK reads are no unknown settings."""
    assert parse_settings({"stream_maps": {}}, sdk_settings=["stream_maps"]) == Settings()


def test_the_schema_says_everything() -> None:
    """Every setting has a type, a group and a description, and secrets are marked."""
    properties = config_schema()["properties"]
    assert set(properties) == set(Settings.__struct_fields__)
    assert all({"type", "group", "description"} <= set(schema) for schema in properties.values())
    secret = {name for name, schema in properties.items() if schema.get("secret")}
    assert secret == {"password", "api_key", "bearer_token", "headers", "client_key_password"}


def test_hosts_have_no_default_in_the_schema() -> None:
    """The SDK writes defaults into the configuration; hosts beside cloud_id would contradict."""
    assert "default" not in config_schema()["properties"]["hosts"]


def test_environment(tmp_path: object) -> None:
    """Settings are taken from variables with the tap's prefix, and nothing else is."""
    environment = {"TAP_ELASTICSEARCH_PAGE_SIZE": "7", "PAGE_SIZE": "8", "TAP_ELASTICSEARCH_X": "9"}
    assert from_environment(["page_size", "hosts"], environment) == {"page_size": "7"}
