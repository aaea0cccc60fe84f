"""Requests that got no usable answer: the one border where the client's errors become ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

import elastic_transport

from tap_elasticsearch.exceptions import (
    CertificateError,
    ServerError,
    SlowError,
    TornError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the text of a foreign error holds, and what to tell the user of it.
_NO_NAME = "Cannot connect to {url}. The name does not resolve. Check hosts."
_NO_ANSWER = (
    "{url} closed the connection without an answer. If it speaks HTTPS, write https:// in hosts."
)
_NO_ANSWER_TLS = (
    "{url} closed the connection without an answer. If it wants a client certificate, give"
    " client_cert and client_key."
)
_CUT = "The connection to {url} was cut in the middle of an answer."
_CONNECTION_ADVICE = (
    ("Name or service not known", _NO_NAME),
    ("No address associated", _NO_NAME),
    ("nodename nor servname", _NO_NAME),
    ("Failed to resolve", _NO_NAME),
    (
        "refused",
        (
            "Cannot connect to {url}. Nothing listens there. Is the server up, and are name and"
            " port in hosts right?"
        ),
    ),
    ("IncompleteRead", _CUT),
    ("without response", _NO_ANSWER),
    ("reset by peer", _NO_ANSWER),
    ("", "The connection to {url} failed: {text}."),
)
_NO_TLS = "{url} does not speak TLS. Write http:// in hosts."
#: The same of a TLS handshake, and whose fault it is; None: a certificate's, but that of whatever
#: stands between where there was an answer before.
_TLS_ADVICE: tuple[tuple[str, type[CertificateError | UnreachableError] | None, str], ...] = (
    (
        "certificate has expired",
        CertificateError,
        (
            "The certificate of {url} has expired. Have it renewed; until then, verify_certs: false"
            " takes it, and any other."
        ),
    ),
    (
        "mismatch, certificate is not valid for",
        CertificateError,
        (
            "The certificate of {url} is for another name. Write the name that it is for in hosts,"
            " or give ca_fingerprint, for which names do not count. ({reason})"
        ),
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        CertificateError,
        (
            "The certificate of {url} was not signed by {trust}. Give the authority that has signed"
            " it, as ca_certs (a file or PEM text) or ca_fingerprint; verify_certs: false disables"
            " the check. ({reason})"
        ),
    ),
    ("WRONG_VERSION_NUMBER", UnreachableError, _NO_TLS),
    ("RECORD_LAYER_FAILURE", UnreachableError, _NO_TLS),
    ("EOF", UnreachableError, _NO_ANSWER_TLS),
    (
        "ALERT_CERTIFICATE_REQUIRED",
        CertificateError,
        "{url} wants a client certificate. Give client_cert and client_key.",
    ),
    (
        "ALERT",
        None,
        (
            "{url} refused the TLS handshake. If it wants a client certificate, give client_cert"
            " and client_key, signed by an authority that the server trusts. ({reason})"
        ),
    ),
    ("", None, "The TLS connection to {url} failed: {reason}."),
)


def raise_transport_error(
    error: elastic_transport.TransportError, url: str, *, trust: str, answered: bool
) -> NoReturn:
    """Translate a request that got no usable answer.

    Args:
        error: What the client raised.
        url: The address asked, for the message.
        trust: Whom we trust, in words.
        answered: Was there an answer to another request?

    Raises:
        CertificateError: The TLS handshake failed.
        UnreachableError: No connection.
        SlowError: No answer in time.
        TornError: Half of one.
        ServerError: An answer that is neither JSON nor text.
    """
    text = "; ".join(dict.fromkeys(_texts(error)))
    if isinstance(error, elastic_transport.TlsError):
        _, kind, advice = next(row for row in _TLS_ADVICE if row[0] in text)
        kind = kind or (UnreachableError if answered else CertificateError)
        raise kind(_filled(advice, text, url=url, trust=trust)) from error
    if isinstance(error, elastic_transport.ConnectionTimeout):
        msg = (
            f"No answer from {url} in time. Raise request_timeout, or lower page_bytes; if it never"
            " answers, check hosts and firewalls."
        )
        raise SlowError(msg) from error
    if isinstance(error, elastic_transport.ConnectionError):
        msg = _advice(text, _CONNECTION_ADVICE, url=url)
        raise (TornError if "IncompleteRead" in text else UnreachableError)(msg) from error
    msg = f"{url} gave an answer that is not JSON: {error}. Is it Elasticsearch? Check hosts."
    raise ServerError(msg) from error


def _texts(error: BaseException) -> Iterator[str]:
    """What ``error`` and all that led to it say."""
    yield str(getattr(error, "message", error))
    if error.__cause__ is not None:
        yield from _texts(error.__cause__)


def _advice(text: str, table: tuple[tuple[str, str], ...], **words: str) -> str:
    advice = next(advice for part, advice in table if part in text)
    if advice is _NO_ANSWER and words["url"].startswith("https:"):
        advice = _NO_ANSWER_TLS
    return _filled(advice, text, **words)


def _filled(advice: str, text: str, **words: str) -> str:
    # OpenSSL's own words, without where in which source they were found.
    found = re.search(r"\[SSL[^]]*\] (?:certificate verify failed: )?(.*?)\s*\(_ssl", text)
    return advice.format(text=text, reason=found[1] if found else text, **words)
