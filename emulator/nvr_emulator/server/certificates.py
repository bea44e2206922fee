"""The certificate that HTTPS is served with: one's own, or one that nobody signed, as recorders come with."""

from __future__ import annotations

import ipaddress
import re
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.faults.connections import (
    CertificateExpired,
    CertificateFault,
    CertificateOfAnotherHost,
)

if TYPE_CHECKING:
    from cryptography import x509

    Issuer = tuple[x509.Certificate, Any]

COMMON_NAME = "Network disk recorder"
ALWAYS = ("localhost", "127.0.0.1", "::1")
"""What every self-signed certificate is valid for."""
LIFETIME = timedelta(days=397)
BACKDATED = timedelta(days=1)
"""A certificate begins this long ago: clocks differ."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----")
ANY_HOST = ("0.0.0.0", "::")


@dataclass(frozen=True)
class ServedCertificate:
    """What HTTPS is served with. `public`: its certificates (PEM) for those who are to trust them; `pem`:
    with the key; `names`: those that it is valid for."""

    context: ssl.SSLContext
    public: str
    pem: bytes
    names: tuple[str, ...]


def server_context(
    certificate: Path | None = None, key: Path | None = None, names: Iterable[str] = ()
) -> ServedCertificate:
    """What HTTPS is served with.

    PEM files (the key may stand in the certificate's), else a certificate made for `names` and `ALWAYS`.
    `ConfigurationError` says in one line what is wrong with them.
    """
    names = tuple(names)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _load(context, certificate, key)
        chain = certificate.read_bytes()
        pem = chain if key is None else key.read_bytes() + chain
        return ServedCertificate(context, _certificates(chain), pem, names)
    if key is not None:
        raise ConfigurationError("--key: a key needs a certificate: give --cert too")
    made = self_signed(names)
    return ServedCertificate(_context_of(made), _certificates(made), made, names)


def other_context(served: ServedCertificate, fault: CertificateFault) -> ssl.SSLContext:
    """What HTTPS is served with while a fault shows another certificate; where the usual one can sign others,
    it signs it."""
    match fault:
        case CertificateExpired():
            ended = datetime.now(UTC) - timedelta(days=fault.days)
            made = self_signed(served.names, ended=ended, issuer=_issuer_of(served.pem))
        case CertificateOfAnotherHost():
            made = self_signed((fault.host,), always=(), issuer=_issuer_of(served.pem))
        case _:
            made = self_signed(served.names)
    return _context_of(made)


def self_signed(
    names: Iterable[str],
    *,
    always: Iterable[str] = ALWAYS,
    ended: datetime | None = None,
    issuer: Issuer | None = None,
) -> bytes:
    """A fresh P-256 key and its certificate (PEM) for `always` and these host names and addresses.

    `ended`: when it expired; `issuer`: who signs it instead of itself.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, COMMON_NAME)])
    now = datetime.now(UTC)
    began = now - BACKDATED if ended is None else ended - LIFETIME
    alternatives = x509.SubjectAlternativeName(_alternatives((*always, *names)))
    building = (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(now + LIFETIME if ended is None else ended)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is None:
        own = x509.BasicConstraints(ca=True, path_length=0)
        certificate = building.issuer_name(name).add_extension(own, critical=True).sign(key, hashes.SHA256())
    else:
        signer, signing_key = issuer
        # By names alone it would seem to have signed itself: both are called the same.
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
        signed = building.issuer_name(signer.subject).add_extension(by, critical=False)
        certificate = signed.sign(signing_key, hashes.SHA256())
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
    for name in names:
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


def _issuer_of(pem: bytes) -> Issuer | None:
    """A served certificate and its key, where it may sign others."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate = x509.load_pem_x509_certificates(pem)[0]
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None
    key = load_pem_private_key(pem, None)
    signs = constraints.ca and isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return (certificate, key) if signs else None


def _context_of(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(pem)
            file.flush()
            context.load_cert_chain(file.name)
    except ssl.SSLError:
        raise
    except OSError as problem:  # load_cert_chain takes files alone
        raise OSError(problem.errno, problem.strerror, tempfile.gettempdir()) from None
    return context


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
