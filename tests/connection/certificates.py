"""Certificates made for one test run: a private authority, what it signed, and impostors."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from pathlib import Path

#: Of the encrypted key.
KEY_PASSWORD = "a-secret-that-opens-the-key"


@dataclass(frozen=True, slots=True)
class Certificates:
    """A folder of PEM files.

    ``ca.pem`` has signed ``server.pem`` (which has it attached, as Elasticsearch's own have),
    ``client.pem`` and ``expired.pem``; ``other-ca.pem`` has signed ``other-client.pem``; nobody
    but itself has signed ``forged.pem``, though it names ``ca.pem`` as its issuer and shows it.
    Keys are in ``*.key``, that of the client also in ``encrypted.key``.

    Attributes:
        folder: The folder.
    """

    folder: Path

    def path(self, name: str) -> str:
        """The path of a file."""
        return str(self.folder / name)

    def text(self, name: str) -> str:
        """The content of a file."""
        return (self.folder / name).read_text()

    def fingerprint(self, name: str) -> str:
        """SHA-256 of the first certificate in a file, as ``openssl`` prints it."""
        end = "-----END CERTIFICATE-----"
        first = self.text(name).split(end)[0] + end
        digits = sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest().upper()
        return ":".join(digits[n : n + 2] for n in range(0, 64, 2))


def make_certificates(folder: Path) -> Certificates:
    """Make them all."""
    authority, other = trustme.CA(organization_name="tests"), trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    other.cert_pem.write_to_path(folder / "other-ca.pem")
    past = datetime.now(timezone.utc) - timedelta(days=1)
    addresses = ("127.0.0.1", "localhost")
    _write(folder, "server", authority.issue_cert(*addresses), authority)
    _write(folder, "expired", authority.issue_cert(*addresses, not_after=past), authority)
    _write(folder, "client", authority.issue_cert("client.test", common_name="client"), None)
    _write(folder, "other-client", other.issue_cert("client.test", common_name="client"), None)
    _encrypt(folder)
    _forge(folder, authority)
    return Certificates(folder)


def _write(folder: Path, name: str, leaf: trustme.LeafCert, shown: trustme.CA | None) -> None:
    chain = [leaf.cert_chain_pems[0], *([] if shown is None else [shown.cert_pem])]
    (folder / f"{name}.pem").write_bytes(b"".join(pem.bytes() for pem in chain))
    leaf.private_key_pem.write_to_path(folder / f"{name}.key")


def _encrypt(folder: Path) -> None:
    key = serialization.load_pem_private_key((folder / "client.key").read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(KEY_PASSWORD.encode()),
    )
    (folder / "encrypted.key").write_bytes(encrypted)


def _forge(folder: Path, authority: trustme.CA) -> None:
    """A certificate as someone can make it who has seen the authority's, but not its key."""
    seen = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    known = seen.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(timezone.utc)
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")]))
        .issuer_name(seen.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    encoded = forged.public_bytes(serialization.Encoding.PEM)
    (folder / "forged.pem").write_bytes(encoded + authority.cert_pem.bytes())
    (folder / "forged.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
