"""What a newcomer reads after a mistake with a login or a certificate."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.exceptions import SingerSDKError
from tests.connection.secured import PASSWORD, client_certificate

if TYPE_CHECKING:
    from tests.command import Sandbox
    from tests.connection.secured import Secured
    from tests.servers import Cluster

WRONG = "not-the-right-one"

#: A mistake: the login, what differs from a right configuration, the exit code and the line.
LOGINS: dict[str, tuple[str | None, dict[str, Any], str]] = {
    "wrong password": (
        "password",
        {"password": WRONG},
        "HTTP 401. The server does not accept username 'tap' with the password given. ",
    ),
    "wrong API key": (
        "API key with id",
        {"api_key": f"id:{WRONG}"},
        "HTTP 401. The server does not accept the api_key given, in the form id:api_key. ",
    ),
    "half an API key": (
        "API key with id",
        {"api_key": WRONG},
        (
            "does not accept the api_key given: it is neither the encoded value that Elasticsearch"
            " shows when it creates a key, nor id:api_key, nor a Cloud key (essu_…). "
        ),
    ),
    "wrong encoded API key": (
        "encoded API key",
        {"api_key": "aWQ6bm90"},
        "does not accept the api_key given, in the form of the encoded value. ",
    ),
    "wrong token": (
        "OAuth token",
        {"bearer_token": WRONG},
        "does not accept the bearer_token given. ",
    ),
    "wrong header": (
        "headers",
        {"headers": {"Authorization": "Basic d3Jvbmc6b25l"}},
        "does not accept the Authorization given in headers. ",
    ),
    "no credentials": (
        None,
        {},
        "HTTP 401. The server asks for a login. Give username and password, or api_key. ",
    ),
}


def refusal(config: dict[str, Any]) -> tuple[int, str]:
    """Exit code and text of the error that looking up ``kept`` ends with."""
    with pytest.raises(SingerSDKError) as caught, closing(Client(parse_settings(config))) as client:
        client.resolve(["kept"])
    text = str(caught.value)
    assert "\n" not in text
    return getattr(caught.value, "exit_code", 0), text


@pytest.mark.parametrize("mistake", LOGINS)
def test_login(mistake: str, secured: Secured) -> None:
    """A login that is not accepted is told by its kind, and the secret is not shown."""
    login, change, line = LOGINS[mistake]
    code, text = refusal(secured.settings(login, **change))
    assert code == 2
    assert line in text
    assert WRONG not in text


def test_wrong_authority(secured: Secured) -> None:
    """A server that another authority vouches for is refused, and told what to give."""
    config = secured.settings(ca_certs=secured.certificates.path("other-ca.pem"))
    code, text = refusal(config)
    assert code == 2
    assert text.startswith(
        f"The certificate of {secured.server.url} was not signed by the authority in ca_certs."
        " Give the authority that has signed it, as ca_certs (a file or PEM text) or"
        " ca_fingerprint; verify_certs: false disables the check."
    )


def test_unknown_authority(secured: Secured) -> None:
    """Without a word on whom to trust, a private authority is not trusted."""
    code, text = refusal(secured.settings(ca_certs=None))
    assert code == 2
    assert "was not signed by an authority that this machine trusts. Give the" in text


def test_wrong_fingerprint(secured: Secured) -> None:
    """A fingerprint that is not there is told beside those that are."""
    config = secured.settings(ca_certs=None, ca_fingerprint="ab" * 32)
    code, text = refusal(config)
    shown = (secured.certificates.fingerprint(f"{name}.pem") for name in ("server", "ca"))
    leaf, authority = (each.replace(":", "").lower() for each in shown)
    assert code == 2
    assert "has the fingerprint in ca_fingerprint, abababab" in text
    assert f"It shows {leaf}, signed by {authority}." in text


def test_missing_client_certificate(demanding: Secured) -> None:
    """A server that wants a client certificate and gets none: the settings for it are named."""
    code, text = refusal(demanding.settings("password"))
    assert code == 2
    assert text == (
        f"{demanding.server.url} wants a client certificate. Give client_cert and client_key."
    )


def test_wrong_client_certificate(demanding: Secured) -> None:
    """A client certificate of an authority that the server does not know is said to be refused."""
    wrong = {
        "client_cert": demanding.certificates.path("other-client.pem"),
        "client_key": demanding.certificates.path("other-client.key"),
    }
    code, text = refusal(demanding.settings("password", **wrong))
    assert code == 2
    assert "refused the TLS handshake" in text
    assert "signed by an authority that the server trusts" in text


def test_http_for_https(secured: Secured) -> None:
    """An address that lacks its s is told to have one."""
    plain = secured.server.url.replace("https:", "http:")
    code, text = refusal(secured.settings(hosts=[plain]))
    assert code == 1
    assert text == (
        f"{plain} closed the connection without an answer. If it speaks HTTPS, write https:// in"
        " hosts."
    )


@pytest.mark.parametrize("trust", [{}, {"ca_fingerprint": "ab" * 32}, {"verify_certs": False}])
def test_https_for_http(trust: dict[str, Any], elasticsearch: Cluster) -> None:
    """An address that has an s too many is told so."""
    url = elasticsearch.url.replace("http:", "https:")
    code, text = refusal({"hosts": [url], **trust})
    assert code == 1
    assert text == f"{url} does not speak TLS. Write http:// in hosts."


def test_nobody_there() -> None:
    """A port where nothing listens is told in the same words, pinned or not."""
    url = "https://127.0.0.1:9"
    code, text = refusal({"hosts": [url], "ca_fingerprint": "ab" * 32})
    assert (code, text) == refusal({"hosts": [url], "verify_certs": False})
    assert code == 1
    assert text.startswith(f"Cannot connect to {url}. Nothing listens there.")


KEYS: dict[str, tuple[dict[str, Any], str]] = {
    "of another certificate": (
        {"client_key": "server.key"},
        "do not belong together. Give the key of that certificate.",
    ),
    "not there": ({"client_key": "missing.key"}, "cannot be read: No such file or directory."),
    "not given": ({"client_key": None}, "Give PEM files, with client_key_password if the key is"),
    "wrong password": (
        {"client_key": "encrypted.key", "client_key_password": WRONG},
        "cannot be opened with client_key_password. Check the password.",
    ),
    "no password": (
        {"client_key": "encrypted.key"},
        "cannot be loaded. Give PEM files, with client_key_password if the key is encrypted",
    ),
}


@pytest.mark.parametrize("mistake", KEYS)
def test_client_key(mistake: str, secured: Secured) -> None:
    """A key that cannot be used is named, with what to give; nobody is asked on a terminal."""
    change, line = KEYS[mistake]
    certificates = secured.certificates
    paths = {
        name: certificates.path(value) if value and name == "client_key" else value
        for name, value in change.items()
    }
    code, text = refusal(secured.settings(**{**client_certificate(certificates), **paths}))
    assert code == 2
    assert line in text
    assert WRONG not in text


@pytest.mark.parametrize("authority", ["missing.pem", "server.key"])
def test_authority_that_cannot_be_loaded(authority: str, secured: Secured) -> None:
    """A file without a certificate is named."""
    path = secured.certificates.path(authority)
    code, text = refusal(secured.settings(ca_certs=path))
    assert code == 2
    assert text.startswith(f"ca_certs: {path!r} cannot be loaded (")


@pytest.mark.parametrize(
    "config",
    [
        {"api_key": f"{WRONG}\nsecond"},
        {"bearer_token": f"{WRONG}\nsecond"},
        {"headers": {"Authorization": f"{WRONG}\nsecond"}},
        {"headers": {"X-Mine": f"{WRONG}\u2019"}},
    ],
)
def test_what_cannot_be_sent(config: dict[str, Any]) -> None:
    """A secret that no header can carry is refused without being shown."""
    code, text = refusal(config)
    assert code == 2
    assert "holds characters that HTTP headers cannot have" in text
    assert WRONG not in text


def test_two_logins() -> None:
    """A login in the headers beside another is a contradiction."""
    code, text = refusal({"api_key": "a:b", "headers": {"authorization": "Basic x"}})
    assert code == 2
    assert text.startswith("Both an Authorization in headers and another login")


@pytest.mark.parametrize("user", ["nobody", "reader"])
def test_missing_privilege(user: str, secured: Secured, sandbox: Sandbox) -> None:
    """A role that may not read, or not look, is told which privileges, and on what."""
    run = sandbox.run(secured.settings(username=user, password=PASSWORD))
    (line,) = run.complaints
    assert run.code == 2
    assert f"It is not allowed to username '{user}' with the password given." in line
    assert "The role needs the index privileges read and view_index_metadata." in line
    assert "kept" in line


def test_one_line(secured: Secured, sandbox: Sandbox) -> None:
    """The command says what is wrong in one line, and nothing else."""
    run = sandbox.run(secured.settings(password=WRONG))
    (line,) = run.complaints
    assert run.code == 2
    assert "does not accept username 'tap'" in line
    assert "Traceback" not in run.err
    assert run.out == ""
