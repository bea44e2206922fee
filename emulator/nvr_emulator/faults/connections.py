"""Faults upon connections: refused, stalled in the handshake, or with another certificate (§1.2)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from nvr_emulator.faults.fault import Fault, of

HOST = r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.?$"
"""A host name, or an address of IPv4, as a pattern."""
Port = Annotated[Literal["both", "http", "https"], of(text="which of the recorder's ports")]


class ConnectionFault(Fault, frozen=True):
    """A fault upon the recorder's ports."""

    room: ClassVar[str] = "Connections"
    section: ClassVar[str] = "1.2"


class RefuseConnections(ConnectionFault, frozen=True):
    """The port is closed: connections are refused. Those that stand go on."""

    port: Port = "both"


class TlsStall(ConnectionFault, frozen=True):
    """HTTPS connections are taken, and the handshake never goes on: a client needs a timeout there as well.
    They are closed when the fault ends."""


class CertificateFault(ConnectionFault, frozen=True):
    """A fault upon the certificate of HTTPS; connections that stand go on with the old one."""


class CertificateExpired(CertificateFault, frozen=True):
    """The certificate of HTTPS has expired. It is signed by the usual one: who trusts that sees the date
    alone to be wrong."""

    days: Annotated[float, of(0.01, 10_000, "days since it expired")] = 1.0


class CertificateChanged(CertificateFault, frozen=True):
    """The certificate of HTTPS is another one, self-signed, as after a factory reset: who pinned the first
    refuses it, and so does who trusts it."""


class CertificateOfAnotherHost(CertificateFault, frozen=True):
    """The certificate of HTTPS names another host. It is signed by the usual one: who trusts that sees the
    name alone to be wrong."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=HOST, description="the host")] = (
        "recorder.invalid"
    )
