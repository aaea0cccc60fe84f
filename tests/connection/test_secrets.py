"""No secret in anything that comes out: every level, every format, errors, and values shown."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import LoginError
from tests.connection.certificates import KEY_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command import Sandbox
    from tests.connection.secured import Secured

LOGINS = ("password", "encoded API key", "API key with id", "OAuth token", "headers")
#: Beside every login: a header, and the password of a key.
HEADER = "a-header-that-nobody-may-see"


def with_secrets(secured: Secured, login: str, **more: object) -> dict[str, Any]:
    """A configuration with a secret in every setting that can hold one beside the login."""
    headers = {"X-Secret": HEADER, **secured.logins[login].get("headers", {})}
    client = {
        "client_cert": secured.certificates.path("client.pem"),
        "client_key": secured.certificates.path("encrypted.key"),
        "client_key_password": KEY_PASSWORD,
    }
    return secured.settings(login, **{"headers": headers, **client, **more})


def secrets(config: dict[str, Any]) -> Iterator[str]:
    """Every secret of a configuration, in every form that it may have on its way."""
    yield from (HEADER, KEY_PASSWORD)
    for name in ("password", "api_key", "bearer_token"):
        if name in config:
            yield config[name]
            yield b64encode(config[name].encode()).decode()
    if "password" in config:
        yield b64encode(f"{config['username']}:{config['password']}".encode()).decode()
    if ":" in config.get("api_key", ""):
        yield config["api_key"].partition(":")[2]
    yield config["headers"].get("Authorization", HEADER).removeprefix("Basic ")


def leaks(config: dict[str, Any], *texts: str) -> list[str]:
    """The secrets that are in one of the texts."""
    return [secret for secret in secrets(config) if any(secret in text for text in texts)]


def test_a_leak_would_be_found(secured: Secured) -> None:
    """The search finds what it looks for."""
    config = with_secrets(secured, "API key with id")
    assert leaks(config, json.dumps(config))
    assert leaks(config, "Authorization: ApiKey " + secured.logins["encoded API key"]["api_key"])


@pytest.mark.parametrize("login", LOGINS)
def test_logs_and_messages(login: str, secured: Secured, sandbox: Sandbox) -> None:
    """A run that says all it can shows no secret, in the log, the messages or the state."""
    config = with_secrets(secured, login)
    run = sandbox.run(config, TAP_ELASTICSEARCH_LOGLEVEL="DEBUG", LOGLEVEL="DEBUG")
    assert run.code == 0, run.err
    assert "DEBUG" in run.err
    assert leaks(config, run.out, run.err) == []


def test_every_logger_at_work(secured: Secured, sandbox: Sandbox) -> None:
    """Not even the client's own loggers show one, when a log configuration turns them all up."""
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
    loud = {"level": "DEBUG", "handlers": ["err"], "propagate": True}
    names = ("elastic_transport", "elastic_transport.node", "elastic_transport.transport")
    path = sandbox.folder / "logging.json"
    path.write_text(
        json.dumps(
            {
                "version": 1,
                "disable_existing_loggers": False,
                "handlers": {"err": handler},
                "root": {"level": "DEBUG", "handlers": ["err"]},
                "loggers": dict.fromkeys((*names, "urllib3"), loud),
            }
        )
    )
    for login in LOGINS:
        config = with_secrets(secured, login)
        run = sandbox.run(config, SINGER_SDK_LOG_CONFIG=str(path))
        assert run.code == 0, run.err
        assert leaks(config, run.out, run.err) == []


@pytest.mark.parametrize("arguments", [(), ("--format=json",), ("--format=markdown",)])
def test_about(arguments: tuple[str, ...], secured: Secured, sandbox: Sandbox) -> None:
    """What the command tells about itself holds no secret, in any format."""
    config = with_secrets(secured, "password")
    environment = {
        "TAP_ELASTICSEARCH_PASSWORD": config["password"],
        "TAP_ELASTICSEARCH_CLIENT_KEY_PASSWORD": KEY_PASSWORD,
    }
    run = sandbox.run(config, "--about", *arguments, **environment)
    assert run.code == 0, run.err
    assert leaks(config, run.out, run.err) == []


def test_discovery_and_its_catalog(secured: Secured, sandbox: Sandbox) -> None:
    """A catalog is kept and passed on, so it holds none either."""
    config = with_secrets(secured, "password")
    run = sandbox.run(config, "--discover", LOGLEVEL="DEBUG")
    assert run.code == 0, run.err
    assert leaks(config, run.out, run.err) == []


@pytest.mark.parametrize("change", [{"page_size": "x"}, {"pasword": 1}])
def test_refused_settings(change: dict[str, Any], secured: Secured, sandbox: Sandbox) -> None:
    """A configuration that is refused is not printed."""
    config = with_secrets(secured, "password", **change)
    run = sandbox.run(config, LOGLEVEL="DEBUG")
    assert run.code == 2
    assert leaks(config, run.out, run.err) == []


@pytest.mark.parametrize("password", ["a-secret/", "a-secret[", "a-secret\u2100"])
def test_a_password_in_an_address(password: str, sandbox: Sandbox) -> None:
    """A password that breaks the address it stands in is not shown either."""
    run = sandbox.run({"hosts": [f"https://tap:{password}@localhost:9"]}, LOGLEVEL="DEBUG")
    (line,) = run.complaints
    assert "Cannot connect to https://localhost:9." in line
    assert "a-secret" not in run.out + run.err


def test_a_crash(secured: Secured, sandbox: Sandbox) -> None:
    """An error that nobody foresaw ends in a traceback without a secret."""
    config = with_secrets(secured, "password")
    entry = {"tap_stream_id": "kept", "stream": "kept", "schema": {"properties": {"n": 3}}}
    catalog = sandbox.write("catalog.json", {"streams": [entry]})
    run = sandbox.run(config, "--catalog", catalog, LOGLEVEL="DEBUG")
    assert "Traceback" in run.err
    assert leaks(config, run.out, run.err) == []


@pytest.mark.parametrize("login", LOGINS)
def test_values(login: str, secured: Secured) -> None:
    """Neither the settings nor a client nor the traceback of its error show what they hold."""
    config = with_secrets(secured, login)
    settings = parse_settings(config)
    with closing(Client(settings)) as client:
        texts = [repr(settings), str(settings), repr(client), repr(client.server)]
    assert leaks(config, *texts) == []


def test_the_traceback_of_a_refusal(secured: Secured) -> None:
    """The whole chain of errors behind a refused login shows nothing of it."""
    config = with_secrets(secured, "password", password="one-that-is-wrong")
    with pytest.raises(LoginError) as caught, closing(Client(parse_settings(config))) as client:
        client.resolve(["kept"])
    assert leaks(config, "".join(traceback.format_exception(caught.value))) == []
