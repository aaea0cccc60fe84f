"""A secret where it does not belong: whatever is said of the mistake, the secret is not shown."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import TAP

if TYPE_CHECKING:
    from tests.command import Sandbox

SECRET = "topsecret"
NOWHERE = "https://127.0.0.1:9"
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
JSONL = {"format": "jsonl", "compression": "gzip"}

#: A mistake, and what the line must say of it.
PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "a host as an object": ({"hosts": [{"host": "es", "http_auth": ["me", SECRET]}]}, "hosts"),
    "one with a login": ({"hosts": {"url": f"http://me:my {SECRET}@es"}}, "Setting hosts"),
    "quotes in a login": ({"hosts": [f"http://me:'{SECRET}\"@es", 7]}, "Setting hosts"),
    "a login for a host": ({"hosts": f"me:{SECRET}"}, "'me:***' has no usable port"),
    "one behind a scheme": ({"hosts": f"http://me:{SECRET}"}, "'http://me:***' has no usable"),
    "a scheme of another": ({"hosts": f"ftp://es:{SECRET}"}, "'ftp://es:***' is no address"),
    "a token for a login": ({"hosts": f"http://{SECRET}@127.0.0.1:9"}, "Cannot connect"),
    "a cloud id": ({"cloud_id": f"name:{SECRET}"}, "Cloud ID is not properly"),
    "a cloud id as a list": ({"cloud_id": [f"me:{SECRET}"]}, "Setting cloud_id"),
    "a user as a list": ({"username": ["me", SECRET]}, "Setting username"),
    "a password as a list": ({"username": "me", "password": [SECRET]}, "Setting password"),
    "an API key as an object": ({"api_key": {"id": "x", "api_key": SECRET}}, "Setting api_key"),
    "an API key with a line break": ({"api_key": f"{SECRET}\nx"}, "api_key: the value holds"),
    "a token as a list": ({"bearer_token": [SECRET]}, "Setting bearer_token"),
    "headers as a text": ({"headers": f"Authorization: Basic {SECRET}"}, "Setting headers"),
    "headers as a list": ({"headers": [["Authorization", SECRET]]}, "Setting headers"),
    "a header in a name": ({"headers": {f"X-Key: {SECRET}": ""}}, "headers: a name holds"),
    "headers that are not JSON": ({"headers": f'{{"x": {SECRET}'}, "Setting headers"),
    "a key as text": (
        {"client_cert": "client.pem", "client_key": PEM},
        "client_key is PEM text. Give the name of a file",
    ),
    "a certificate with its key": ({"client_cert": PEM}, "client_cert is PEM text."),
    "keys as a list": ({"client_key": [PEM], "client_cert": "x"}, "Setting client_key"),
    "an authority as a list": ({"ca_certs": [PEM]}, "Setting ca_certs"),
    "an authority that is a key": ({"ca_certs": PEM}, "ca_certs: the text given"),
    "no fingerprint": ({"ca_fingerprint": SECRET}, "ca_fingerprint is not a SHA-256"),
    "an address for an index": ({"indices": [f"http://me:{SECRET}@es/a", 7]}, "Setting indices"),
    "a bucket": (
        {"batch_config": {"encoding": JSONL, "storage": f"s3://k:{SECRET}@b"}},
        "Setting batch_config.storage cannot be used. It must be object",
    ),
    "a bucket as a list": (
        {"batch_config": {"encoding": JSONL, "storage": {"root": [f"s3://k:{SECRET}@b"]}}},
        "Setting batch_config.storage.root cannot be used. It must be string",
    ),
    "batches as a text": ({"batch_config": f"s3://k:{SECRET}@b"}, "Setting batch_config cannot"),
    "batches that are not JSON": ({"batch_config": f'{{"a": {SECRET}'}, "Setting batch_config"),
    "a value for maps": ({"stream_map_config": SECRET}, "Setting stream_map_config cannot"),
    "maps as a text": ({"stream_maps": SECRET}, "Setting stream_maps cannot be used."),
    "a map of a stream": ({"stream_maps": {"a": {"b": [SECRET]}}}, "Setting stream_maps.a"),
}


@pytest.mark.parametrize(("config", "words"), PLACES.values(), ids=PLACES)
def test_a_secret_in_the_wrong_place(config: dict[str, Any], words: str, sandbox: Sandbox) -> None:
    """A configuration that is refused is told by its setting, without a secret in any output."""
    hosts = {} if config.keys() & {"hosts", "cloud_id"} else {"hosts": NOWHERE}
    run = sandbox.run({**hosts, "max_retry_time": 0, **config}, LOGLEVEL="DEBUG")
    (line,) = run.complaints
    assert words in line
    assert SECRET not in run.out + run.err
    assert "Traceback" not in run.err
    assert run.code == (1 if "Cannot connect" in line else 2)


@pytest.mark.parametrize("given", [json.dumps({"api_key": SECRET}), f"api_key={SECRET}"])
def test_settings_for_a_file(given: str, sandbox: Sandbox) -> None:
    """Settings on the command line, where the name of their file belongs, are not repeated."""
    done = subprocess.run(
        [TAP, "--config", given, "--discover"],
        capture_output=True,
        text=True,
        check=False,
        cwd=sandbox.folder,
    )
    assert done.returncode == 2
    assert "--config holds settings. Give the name of a file" in done.stderr
    assert SECRET not in done.stdout + done.stderr
