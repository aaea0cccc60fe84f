"""One TLS context of our own: what is trusted, and the certificate we show.

The client's own options would not present a client certificate together with a fingerprint, or
without verification, and would add public authorities to a private one (seen with elastic-transport
8.19 and 9.4), so nothing but the finished context is handed to it.
"""

from __future__ import annotations

import re
import socket
import ssl
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.exceptions import CertificateError, SettingsError

if TYPE_CHECKING:
    from typing_extensions import Self

    from tap_elasticsearch.config import Settings


class PinnedContext(ssl.SSLContext):
    """Trusts what is signed by the one certificate with a fingerprint, or is that certificate.

    The certificate comes from the server, and is trusted once its fingerprint has been compared.
    Comparing alone, as the client's own ``ssl_assert_fingerprint`` does, is not enough: it takes
    the authority's public certificate from whoever shows it behind a forgery that names it as
    its issuer (seen with elastic-transport 9.4: the forger was sent the password).
    """

    def __new__(cls, *_: object) -> Self:
        """A context that trusts nobody yet."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, fingerprint: str, looking: ssl.SSLContext) -> None:
        self._fingerprint = fingerprint
        self._looking = looking
        self._lock = Lock()
        self._pinned = False
        # The fingerprint says who it is, whatever it is called.
        self.check_hostname = False
        _forgive(self)

    def pin(self, host: str, port: int, timeout: float | None) -> None:
        """Find the certificate at a server and trust it; once is enough, for all of a cluster.

        Raises:
            CertificateError: The server shows no certificate with that fingerprint.
            OSError: There is no connection.
        """
        with self._lock:
            if not self._pinned:
                self.load_verify_locations(cadata=self._found(host, port, timeout))
                self._pinned = True

    def _found(self, host: str, port: int, timeout: float | None) -> bytes:
        chain = self._shown(host, port, timeout)
        prints = [sha256(certificate).hexdigest() for certificate in chain]
        if self._fingerprint in prints:
            return chain[prints.index(self._fingerprint)]
        msg = (
            f"No certificate of {host}:{port} has the fingerprint in ca_fingerprint,"
            f" {self._fingerprint}. It shows {', signed by '.join(prints)}. Give the SHA-256 of one"
            " of these, if you know it for yours; if your authority is not among them, give its"
            " certificate in ca_certs."
        )
        raise CertificateError(msg)

    def _shown(self, host: str, port: int, timeout: float | None) -> list[bytes]:
        """The certificates that a server shows, its own first; nothing else is said to it."""
        with (
            socket.create_connection((host, port), timeout) as plain,
            self._looking.wrap_socket(plain, server_hostname=host) as secured,
        ):
            return _chain(secured)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The context for every connection.

    Raises:
        SettingsError: ``ca_fingerprint`` is none, or a text stands where a file is wanted.
        CertificateError: A certificate or key that the settings name cannot be loaded.
    """
    if settings.ca_fingerprint is not None:
        fingerprint = _fingerprint(settings.ca_fingerprint)
        return _presenting(settings, PinnedContext(fingerprint, _careless(settings)))
    if not settings.verify_certs:
        return _careless(settings)
    return _presenting(settings, _trusting(settings))


def describe_trust(settings: Settings) -> str:
    """Whom ``tls_context`` trusts, in words for a message."""
    if settings.ca_fingerprint is not None:
        return "the authority with the fingerprint in ca_fingerprint"
    if settings.ca_certs is not None:
        return "the authority in ca_certs"
    return "an authority that this machine trusts"


def _careless(settings: Settings) -> ssl.SSLContext:
    """A context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _presenting(settings, context)


def _presenting(settings: Settings, context: ssl.SSLContext) -> ssl.SSLContext:
    """``context``, with our own certificate, if there is one."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _reject_texts(settings)
    if settings.client_cert is not None:
        # Never None: OpenSSL would ask for it on the terminal.
        password = str(settings.client_key_password or "")
        try:
            context.load_cert_chain(settings.client_cert, settings.client_key, password)
        except (OSError, ssl.SSLError) as error:
            msg = _unloadable(settings, error)
            raise CertificateError(msg) from error
    return context


def _reject_texts(settings: Settings) -> None:
    """Raise if a certificate or key is not the name of a file, but what should be in one."""
    for name in ("client_cert", "client_key"):
        value = getattr(settings, name) or ""
        if "-----" in value or "\n" in value:
            msg = f"{name} is PEM text. Give the name of a file that holds it."
            raise SettingsError(msg)


def _unloadable(settings: Settings, error: OSError) -> str:
    """Why the client certificate cannot be used, in words."""
    certificate = f"client_cert {settings.client_cert!r}"
    key = "the key in it" if settings.client_key is None else f"client_key {settings.client_key!r}"
    reason = _reason(error)
    if "KEY_VALUES_MISMATCH" in reason or "KEY_TYPE_MISMATCH" in reason:
        return f"{certificate} and {key} do not belong together. Give the key of that certificate."
    if not isinstance(error, ssl.SSLError):
        return (
            f"{certificate} with {key} cannot be read: {reason}. Give files that this user may"
            " read."
        )
    if settings.client_key_password is not None:
        return f"{key} cannot be opened with client_key_password. Check the password."
    return (
        f"{certificate} with {key} cannot be loaded. Give PEM files, with"
        " client_key_password if the key is encrypted, and client_key if it is in another file."
    )


def _trusting(settings: Settings) -> ssl.SSLContext:
    """A context that trusts ``ca_certs`` alone, or what this machine trusts."""
    authority = settings.ca_certs
    is_text = authority is not None and "-----BEGIN" in authority
    try:
        context = ssl.create_default_context(
            cafile=None if is_text else authority,
            cadata=authority if is_text else None,
        )
    except (OSError, ssl.SSLError) as error:
        shown = "the text given" if is_text else repr(authority)
        msg = (
            f"ca_certs: {shown} cannot be loaded ({_reason(error)}). Give a PEM file, or its text."
        )
        raise CertificateError(msg) from error
    if authority is not None:
        _forgive(context)
    return context


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or str(error)


def _forgive(context: ssl.SSLContext) -> None:
    """Take private authorities as they are.

    Those that Elasticsearch made before 9.0 lack an extension that Python 3.13 demands
    (elastic/elasticsearch#117769); and one that others have signed is trusted for itself.
    """
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def _fingerprint(text: str) -> str:
    """A fingerprint as hexadecimal digits, from the forms that tools print it in.

    Raises:
        SettingsError: It is not one.
    """
    digits = re.sub(r"[:\s]", "", text.rpartition("=")[2]).lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        msg = (
            "ca_fingerprint is not a SHA-256 fingerprint: 64 hexadecimal digits, with or"
            " without colons. Elasticsearch prints it at its first start; for a certificate in a"
            " file: openssl x509 -noout -fingerprint -sha256 -in FILE."
        )
        raise SettingsError(msg)
    return digits


def _chain(secured: ssl.SSLSocket) -> list[bytes]:
    """The certificates that the other end has shown, as DER."""
    if hasattr(secured, "get_unverified_chain"):
        return list(secured.get_unverified_chain())
    # Before Python 3.13 there is no public way; without this one, only its own is known.
    inner: Any = getattr(secured, "_sslobj", None)
    if not hasattr(inner, "get_unverified_chain"):
        own = secured.getpeercert(binary_form=True)
        return [] if own is None else [own]
    pems = [certificate.public_bytes() for certificate in inner.get_unverified_chain()]
    return [ssl.PEM_cert_to_DER_cert(pem) for pem in pems]
