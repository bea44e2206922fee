"""What stands at an address where no recorder answers, said so that the user knows what to change."""

from __future__ import annotations

import dataclasses
import ssl
import time
from typing import TYPE_CHECKING

from nvr_conformance.wire.connection import (
    Connection,
    WireError,
    open_socket,
    request_bytes,
    standard_headers,
    tls_spoken,
)
from nvr_conformance.wire.endpoint import Endpoint, tls_context
from nvr_conformance.wire.exchange import Exchange, WireProblem

if TYPE_CHECKING:
    from nvr_conformance.client.target import Target

_PROBE = 3.0  # seconds at most for finding out whether the port speaks the other of HTTP and HTTPS
_PERHAPS_TLS = (WireProblem.CLOSED, WireProblem.RESET, WireProblem.GARBAGE)


def advice(target: Target, exchange: Exchange) -> str:
    """What to do about the first answer (or none) of something that is no recorder; empty if nothing is
    known. Asks the port once more where it may speak the other of HTTP and HTTPS."""
    endpoint, limit = target.endpoint, min(_PROBE, target.timeout)
    if endpoint.tls is None and exchange.error in _PERHAPS_TLS and _speaks_tls(endpoint, limit):
        return f"it speaks TLS: try https://{_authority(endpoint)}"
    if exchange.error is WireProblem.TLS:
        if "CERTIFICATE_VERIFY_FAILED" in exchange.error_text:
            return "its certificate is not trusted: try --insecure"
        if _speaks_http(endpoint, limit):
            return f"it speaks plain HTTP: try http://{_authority(endpoint)}"
        trusts_anybody = endpoint.tls is not None and endpoint.tls.verify_mode is ssl.CERT_NONE
        if not trusts_anybody and (
            spoken := tls_spoken(dataclasses.replace(endpoint, tls=tls_context(insecure=True)), limit)
        ):
            return f"it speaks {spoken}: try --insecure"
    if exchange.status is not None and 300 <= exchange.status < 400:
        location = exchange.header("Location")
        return f"it redirects to {location}: name that address" if location else ""
    if exchange.status == 400 and "HTTPS" in exchange.text[:2000]:
        return f"it may speak TLS: try https://{_authority(endpoint)}"
    return ""


def _authority(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return f"{host}:{endpoint.port}"


def _speaks_tls(endpoint: Endpoint, limit: float) -> bool:
    try:
        open_socket(dataclasses.replace(endpoint, tls=tls_context(insecure=True)), limit).close()
    except WireError:
        return False
    return True


def _speaks_http(endpoint: Endpoint, limit: float) -> bool:
    plain = dataclasses.replace(endpoint, tls=None)
    deadline = time.monotonic() + limit
    try:
        connection = Connection(plain, limit)
    except WireError:
        return False
    try:
        connection.send(request_bytes("GET", "/", standard_headers(plain)), deadline)
        return connection.receive(deadline).startswith(b"HTTP/")
    except WireError:
        return False
    finally:
        connection.close()
