"""The certificate that HTTPS is served with: one's own, or one that nobody signed, as recorders come with."""

from __future__ import annotations

import ipaddress
import re
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nvr_emulator.configuration.settings import ConfigurationError

if TYPE_CHECKING:
    from cryptography import x509

COMMON_NAME = "Network disk recorder"
ALWAYS = ("localhost", "127.0.0.1", "::1")
"""What every self-signed certificate is valid for."""
LIFETIME = timedelta(days=397)
BACKDATED = timedelta(days=1)
"""A certificate begins this long ago: clocks differ."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----")
ANY_HOST = ("0.0.0.0", "::")


def server_context(
    certificate: Path | None = None, key: Path | None = None, names: Iterable[str] = ()
) -> tuple[ssl.SSLContext, str]:
    """What HTTPS is served with, and the certificates in it (PEM) for those who are to trust them.

    PEM files (the key may stand in the certificate's), else a certificate made for `names` and `ALWAYS`.
    `ConfigurationError` says in one line what is wrong with them.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        _load(context, certificate, key)
        return context, _certificates(certificate.read_bytes())
    if key is not None:
        raise ConfigurationError("--key: a key needs a certificate: give --cert too")
    made = self_signed(names)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(made)
        file.flush()
        context.load_cert_chain(file.name)
    return context, _certificates(made)


def self_signed(names: Iterable[str]) -> bytes:
    """A fresh P-256 key and its certificate (PEM) for `ALWAYS` and these host names and addresses."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, COMMON_NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _certificates(pem: bytes) -> str:
    """What is public of a PEM file: its certificates, without the key."""
    return "".join(f"{found.decode('ascii')}\n" for found in _CERTIFICATE.findall(pem))


def _alternatives(names: Iterable[str]) -> list[x509.GeneralName]:
    from cryptography import x509

    found: dict[str, x509.GeneralName] = {}
    for name in (*ALWAYS, *names):
        if name in ANY_HOST:
            continue
        try:
            found[name] = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            try:
                found[name] = x509.DNSName(_ascii(name))
            except UnicodeError:
                raise ConfigurationError(f"--name: {name!r} is no host name") from None
    return list(found.values())


def _ascii(name: str) -> str:
    """A host name as certificates write it."""
    if not name:
        raise UnicodeError
    return name.encode("idna").decode("ascii")


def _load(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    for option, path in (("--cert", certificate), ("--key", key)):
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise ConfigurationError(f"{option}: {path}: {error.strerror}") from None
    try:
        context.load_cert_chain(certificate, key, _no_password)
    except ssl.SSLError as error:
        reason = (error.reason or "not readable").replace("_", " ").lower()
        files = f"{certificate}" if key is None else f"{certificate}, {key}"
        raise ConfigurationError(
            f"--cert, --key: {files}: not a PEM certificate and its key ({reason})"
        ) from None


def _no_password() -> NoReturn:
    raise ConfigurationError("--key: the key is encrypted; give one without a password")
