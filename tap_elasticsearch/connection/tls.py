"""One TLS context of our own: what is trusted, and the certificate we show.

The client's own options would not present a client certificate together with a fingerprint, or
without verification, and would add public authorities to a private one (seen with elastic-transport
8.19 and 9.4), so nothing but the finished context is handed to it.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from tap_elasticsearch.exceptions import CertificateError

if TYPE_CHECKING:
    from tap_elasticsearch.config import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The context for every connection.

    Raises:
        CertificateError: A certificate or key that the settings name cannot be loaded.
    """
    context = _trusting(settings)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca_fingerprint is not None or not settings.verify_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.client_cert is not None:
        password = settings.client_key_password
        try:
            context.load_cert_chain(
                settings.client_cert, settings.client_key, "" if password is None else str(password)
            )
        except (OSError, ssl.SSLError) as error:
            msg = (
                f"client_cert {settings.client_cert!r} with client_key {settings.client_key!r}"
                f" cannot be loaded: {error}. Give PEM files, and client_key_password if the key"
                " has one."
            )
            raise CertificateError(msg) from error
    return context


def _trusting(settings: Settings) -> ssl.SSLContext:
    """A context that trusts ``ca_certs`` alone, or what this machine trusts."""
    authority = settings.ca_certs
    is_text = authority is not None and "-----BEGIN" in authority
    try:
        return ssl.create_default_context(
            cafile=None if is_text else authority,
            cadata=authority if is_text else None,
        )
    except (OSError, ssl.SSLError) as error:
        shown = "the text given" if is_text else repr(authority)
        msg = f"ca_certs: {shown} cannot be loaded: {error}. Give a PEM file, or its text."
        raise CertificateError(msg) from error
