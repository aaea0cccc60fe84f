"""Whom a connection trusts, and what it shows of itself."""

from __future__ import annotations

import itertools
import ssl
from contextlib import closing, contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from elastic_transport import NodeConfig

from tap_elasticsearch.config import parse_settings
from tap_elasticsearch.connection import Client
from tap_elasticsearch.connection.node import Node
from tap_elasticsearch.connection.tls import tls_context
from tap_elasticsearch.exceptions import CertificateError, SettingsError, UnreachableError
from tests.connection.certificates import KEY_PASSWORD
from tests.connection.secured import client_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.connection.certificates import Certificates
    from tests.connection.secured import Secured

#: The ways to say whom to trust.
TRUST = ("path", "text", "leaf fingerprint", "CA fingerprint", "no verification")


def trusting(way: str, certificates: Certificates) -> dict[str, Any]:
    """Settings that trust in one of the ways."""
    ways: dict[str, dict[str, Any]] = {
        "path": {"ca_certs": certificates.path("ca.pem")},
        "text": {"ca_certs": certificates.text("ca.pem")},
        "leaf fingerprint": {"ca_fingerprint": certificates.fingerprint("server.pem")},
        "CA fingerprint": {"ca_fingerprint": certificates.fingerprint("ca.pem")},
        "no verification": {"verify_certs": False},
    }
    return ways[way]


def visible(config: dict[str, Any]) -> list[str]:
    """The indices that a client sees."""
    with closing(Client(parse_settings(config))) as client:
        return [index["name"] for index in client.resolve(["kept"])["indices"]]


@contextmanager
def impostor(certificates: Certificates, name: str) -> Iterator[tuple[str, list[bytes]]]:
    """A server with one of the certificates: where it is, and what clients send to it."""
    sent: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path(f"{name}.pem"), certificates.path(f"{name}.key"))

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as secured:
                    sent.append(secured.recv(10_000))
            except OSError:
                return

    with served(Handler) as url:
        yield url, sent


@contextmanager
def served(handler: type[StreamRequestHandler]) -> Iterator[str]:
    """Where connections are handled so."""
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


#: What stands before a server that restarts does with a handshake: nothing, or it says (TLS alert
#: internal_error) that it cannot do it.
CUTS = {"nothing": b"", "an alert": bytes([21, 3, 3, 0, 2, 2, 80])}
NOTHING = b'{"indices":[],"aliases":[],"data_streams":[]}'


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_handshake_that_is_cut(
    cut: bytes, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    """Behind an answer it passes like any other cut; before, one is told what to look at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.pem"), certificates.path("server.key"))
    #: Which connections are cut.
    cuts, count = {2}, itertools.count(1)

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            if next(count) in cuts:
                self.request.recv(10_000)
                self.request.sendall(cut)
                return
            with context.wrap_socket(self.request, server_side=True) as secured:
                secured.recv(10_000)
                length = str(len(NOTHING)).encode()
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close"
                secured.sendall(head + b"\r\nContent-Length: " + length + b"\r\n\r\n" + NOTHING)

    with served(Handler) as url:
        config = parse_settings({"hosts": [url], "ca_certs": certificates.path("ca.pem")})
        with closing(Client(config, lambda _: None)) as client:
            for _ in range(2):
                assert client.resolve(["kept"])["indices"] == []
        assert caplog.text.count("Asking again") == 1
        cuts.update(range(4, 10))
        words = "client_cert and client_key"
        with (
            pytest.raises((CertificateError, UnreachableError), match=words),
            closing(Client(config, lambda _: None)) as client,
        ):
            client.resolve(["kept"])


@pytest.mark.parametrize("way", TRUST)
def test_a_client_certificate_is_shown(way: str, demanding: Secured) -> None:
    """Whatever says whom to trust, a server that demands a client certificate gets it."""
    certificates = demanding.certificates
    shown = {**client_certificate(certificates), **trusting(way, certificates)}
    config = demanding.settings("password", **{"ca_certs": None, **shown})
    assert visible(config) == ["kept"]


@pytest.mark.parametrize("way", TRUST)
def test_trust(way: str, secured: Secured) -> None:
    """Each way to say whom to trust reaches the server, with a login of another kind."""
    config = {"ca_certs": None, **trusting(way, secured.certificates)}
    assert visible(secured.settings("encoded API key", **config)) == ["kept"]


@pytest.mark.parametrize("way", ["path", "text", "CA fingerprint"])
def test_no_other_authority(way: str, secured: Secured) -> None:
    """A context with a private authority still trusts nobody else after the first request."""
    context = tls_context(parse_settings(trusting(way, secured.certificates)))
    host, port = secured.server.url.removeprefix("https://").split(":")
    node = Node(NodeConfig("https", host, int(port), ssl_context=context))
    node.perform_request("GET", "/")
    node.close()
    (only,) = context.get_ca_certs(binary_form=True)
    assert only == ssl.PEM_cert_to_DER_cert(secured.certificates.text("ca.pem"))


def test_an_encrypted_key(demanding: Secured) -> None:
    """A key that is encrypted is opened with its password."""
    config = demanding.settings(
        "password",
        client_cert=demanding.certificates.path("client.pem"),
        client_key=demanding.certificates.path("encrypted.key"),
        client_key_password=KEY_PASSWORD,
    )
    assert visible(config) == ["kept"]


@pytest.mark.parametrize("way", ["path", "text", "leaf fingerprint", "CA fingerprint"])
def test_a_forged_certificate(way: str, certificates: Certificates) -> None:
    """Who shows the authority's certificate behind one it has not signed is told nothing."""
    with impostor(certificates, "forged") as (url, sent):
        config = {"hosts": [url], "username": "tap", "password": "p"}
        with pytest.raises(CertificateError):
            visible({**config, **trusting(way, certificates)})
    assert b"".join(sent) == b""


def test_an_expired_certificate(certificates: Certificates) -> None:
    """A certificate that has expired is refused, and called so."""
    with (
        impostor(certificates, "expired") as (url, _),
        pytest.raises(CertificateError, match=r"has expired\. Have it renewed"),
    ):
        visible({"hosts": [url], "ca_certs": certificates.path("ca.pem")})


def test_a_certificate_for_another_name(certificates: Certificates) -> None:
    """A certificate for another name is refused; a fingerprint takes it, as names do not count."""
    with impostor(certificates, "client") as (url, sent):
        with pytest.raises(CertificateError, match="is for another name"):
            visible({"hosts": [url], "ca_certs": certificates.path("ca.pem")})
        assert b"".join(sent) == b""
        with pytest.raises(Exception, match="closed the connection"):
            visible({"hosts": [url], "ca_fingerprint": certificates.fingerprint("client.pem")})
        assert sent[-1].startswith(b"GET /_resolve")


@pytest.mark.parametrize("given", ["ab:cd", "xyz" * 22, "sha1 Fingerprint=" + "ab" * 20])
def test_no_fingerprint(given: str) -> None:
    """What is no SHA-256 fingerprint is refused before anything is connected."""
    with pytest.raises(SettingsError, match="is not a SHA-256 fingerprint: 64 hexadecimal digits"):
        tls_context(parse_settings({"ca_fingerprint": given}))


def test_a_fingerprint_as_tools_print_it(secured: Secured) -> None:
    """A fingerprint is taken with openssl's words before it, and in small letters."""
    fingerprint = secured.certificates.fingerprint("ca.pem")
    for form in (f"SHA256 Fingerprint={fingerprint}", fingerprint.replace(":", "").lower()):
        config = secured.settings("password", ca_certs=None, ca_fingerprint=form)
        assert visible(config) == ["kept"]


@pytest.mark.parametrize("way", ["path", "text", "leaf fingerprint", "CA fingerprint"])
def test_private_authorities_as_they_are(way: str, certificates: Certificates) -> None:
    """What Python 3.13 demands of public authorities, Elasticsearch's own do not have."""
    context = tls_context(parse_settings(trusting(way, certificates)))
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode == ssl.CERT_REQUIRED
