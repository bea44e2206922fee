"""The ports of a recorder: HTTP, HTTPS and control, opened together and closed together."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.faults.fault import FaultError
from nvr_emulator.server.control_access import Access, fresh_token, is_loopback, token_problem
from nvr_emulator.server.control_port import ControlPort
from nvr_emulator.server.doors import Door
from nvr_emulator.server.http_connection import HttpServer
from nvr_emulator.server.http_server import RecorderServer
from nvr_emulator.server.machine import Machine

if TYPE_CHECKING:
    from nvr_emulator.server.certificates import ServedCertificate


LARGEST_PORT = 65535


class PortsError(ConfigurationError):
    """Where nobody can listen: the field of `Ports` that is wrong, and why."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key
        self.why = why


@dataclass(frozen=True)
class Ports:
    """Where to listen; port 0 lets the system choose. `PortsError` names what cannot be.

    `control_token`: what the control port asks for; None: nothing on this machine, one made at the start
    where `control_host` can be reached from another.
    """

    host: str = "127.0.0.1"
    http: int = 0
    https: int = 0
    control: int = 0
    control_host: str = "127.0.0.1"
    control_token: str | None = None

    def __post_init__(self) -> None:
        for key in ("host", "control_host"):
            if problem := _host_problem(getattr(self, key)):
                raise PortsError(key, problem)
        for key in ("http", "https", "control"):
            if not _is_port(getattr(self, key)):
                raise PortsError(key, f"must be a number from 0 to {LARGEST_PORT}")
        if self.control_token is not None and (problem := token_problem(self.control_token)):
            raise PortsError("control_token", problem)


def _host_problem(host: object) -> str | None:
    if not isinstance(host, str):
        return "must be a text"
    if not host:  # to the system, every address
        return "is empty: say 127.0.0.1, or 0.0.0.0 for every address"
    if not host.isprintable():
        return "must be printable characters"
    try:
        host.encode("idna")
    except UnicodeError:
        return f"{host[:40]!r} is no host name"
    return None


def _is_port(port: object) -> bool:
    return isinstance(port, int) and not isinstance(port, bool) and 0 <= port <= LARGEST_PORT


@dataclass(frozen=True)
class CertificateFiles:
    """What HTTPS is served with: PEM files, or without them a certificate made for `names` and the host."""

    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()


SHUTDOWN_PATIENCE = 0.2
"""Seconds that answers have to end when the ports are closed."""


class Serving:
    """A machine and its ports. `start` inside an event loop, `stop` when done.

    `http_url` and `https_url` are None where the recorder does not serve that transport, `certificate_pem`
    where it serves no HTTPS, `control_token` where the control port asks for none.
    """

    def __init__(
        self, machine: Machine, ports: Ports | None = None, certificate: CertificateFiles | None = None
    ) -> None:
        if ports is not None and not isinstance(ports, Ports):
            raise ConfigurationError(f"ports: {str(ports)[:40]} is none: say Ports(http=8080)")
        self.machine = machine
        self.ports = ports or Ports()
        self.certificate = certificate or CertificateFiles()
        self.http_url: str | None = None
        self.https_url: str | None = None
        self.control_url = ""
        self.certificate_pem: str | None = None
        self.control_token = self.ports.control_token
        if self.control_token is None and not is_loopback(self.ports.control_host):
            self.control_token = fresh_token()
        self._doors: list[Door] = []

    async def start(self) -> None:
        """Bind the ports and serve; where one cannot be had, none stays open.

        `OSError` where one is taken, `ConfigurationError` for a bad certificate, and for a fault that this
        recorder cannot have.
        """
        try:
            await self._open()
            await self.machine.begin_faults()
        except FaultError as error:
            await self.stop()
            raise ConfigurationError(f"faults: {error}") from None
        except BaseException:
            await self.stop()
            raise
        self.machine.start()

    async def stop(self) -> None:
        """Close all connections and ports."""
        doors, self._doors = self._doors, []
        bound = [door.bound for door in doors if door.is_bound]
        await asyncio.gather(*(listener.stop_accepting() for listener in bound))
        await self.machine.stop()
        for door in doors:
            door.close()
        await asyncio.gather(*(door.server.shutdown(SHUTDOWN_PATIENCE) for door in doors))
        await asyncio.gather(*(listener.hang_up() for listener in bound))

    async def _open(self) -> None:
        machine, ports = self.machine, self.ports
        server = RecorderServer(machine)
        transport, doors = machine.recorder.transport, machine.doors
        if transport != "https":
            doors.http = self._door(server.web_server())
            self.http_url = await doors.http.listen(ports.host, ports.http, "HTTP port")
        if transport != "http":
            doors.served = self._served()
            self.certificate_pem = doors.served.public
            doors.https = self._door(server.web_server(), doors.served.context)
            self.https_url = await doors.https.listen(ports.host, ports.https, "HTTPS port")
        control = ControlPort(machine, Access(self.control_token), certificate=self.certificate_pem)
        door = self._door(control.web_server())
        self.control_url = await door.listen(ports.control_host, ports.control, "control port")

    def _served(self) -> ServedCertificate:
        from nvr_emulator.server.certificates import server_context

        files, names = self.certificate, (self.ports.host, *self.certificate.names)
        return server_context(files.certificate, files.key, names)

    def _door(self, server: HttpServer, tls: ssl.SSLContext | None = None) -> Door:
        door = Door(server, tls)
        self._doors.append(door)
        return door
