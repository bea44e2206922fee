"""Where a recorder listens, and whether by TLS."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

_LEGACY_SERVER = 0x4  # OP_LEGACY_SERVER_CONNECT, which `ssl` names from Python 3.12 on: no RFC 5746


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a recorder listens. ``tls`` is None for plain HTTP."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def endpoint_of(url: str, *, insecure: bool = False) -> Endpoint:
    """The endpoint of an ``http://`` or ``https://`` URL; ValueError for anything else, which says again
    nothing that may be a user's name or password.

    ``insecure`` takes any certificate (recorders come with self-signed ones), old versions of TLS and weak
    ciphers.
    """
    if "@" in url:
        raise ValueError(
            "a user or a password stands in the URL (@): leave it out, there are options for them"
        )
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise ValueError("not a URL with a host, and a port of 1 to 65535 where there is one") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http or https URL: {url!r}")
    if port == 0:
        raise ValueError(f"nothing listens on port 0: {url!r}")
    if parts.path not in ("", "/") or "?" in url or "#" in url:
        raise ValueError(f"nothing stands behind host and port: {url!r}")
    tls = tls_context(insecure=insecure) if parts.scheme == "https" else None
    return Endpoint(parts.hostname, port or (443 if tls else 80), tls)


def tls_context(*, insecure: bool) -> ssl.SSLContext:
    """A client context; with ``insecure`` it trusts everybody, and speaks what the oldest recorders do, as
    far as this machine's OpenSSL can."""
    if not insecure:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the roots of the system: they take a while
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _LEGACY_SERVER
    with contextlib.suppress(ssl.SSLError):  # what is no OpenSSL knows no such levels
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context
