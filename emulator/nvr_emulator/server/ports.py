"""The ports of a recorder: HTTP, HTTPS and control, opened together and closed together."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from nvr_emulator.server.control_access import Access, fresh_token, is_loopback
from nvr_emulator.server.control_port import ControlPort
from nvr_emulator.server.http_server import RecorderServer
from nvr_emulator.server.listening import BACKLOG, Listener, bind
from nvr_emulator.server.machine import Machine


@dataclass(frozen=True)
class Ports:
    """Where to listen; port 0 lets the system choose.

    `control_token`: what the control port asks for; None: nothing on this machine, one made at the start
    where `control_host` can be reached from another.
    """

    host: str = "127.0.0.1"
    http: int = 0
    https: int = 0
    control: int = 0
    control_host: str = "127.0.0.1"
    control_token: str | None = None


@dataclass(frozen=True)
class CertificateFiles:
    """What HTTPS is served with: PEM files, or without them a certificate made for `names` and the host."""

    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()


TLS_PATIENCE = 5.0
"""Seconds for a TLS handshake."""
TLS_GOODBYE = 0.5
"""Seconds that a client has to confirm the end of a TLS connection."""
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
        self._bound: list[Listener] = []
        self._listeners: list[asyncio.Server] = []
        self._servers: list[web.Server] = []

    async def start(self) -> None:
        """Bind the ports and serve; where one cannot be had, none stays open.

        `OSError` where one is taken, `ConfigurationError` for a bad certificate.
        """
        try:
            await self._open()
        except BaseException:
            await self.stop()
            raise
        self.machine.start()

    async def stop(self) -> None:
        """Close all connections and ports."""
        await asyncio.gather(*(bound.stop_accepting() for bound in self._bound))
        await self.machine.stop()
        for listener in self._listeners:
            listener.close()
        for bound in self._bound:
            bound.close()
        await asyncio.gather(*(server.shutdown(SHUTDOWN_PATIENCE) for server in self._servers))
        await asyncio.gather(*(bound.hang_up() for bound in self._bound))
        for ended in (self._bound, self._listeners, self._servers):
            ended.clear()

    async def _open(self) -> None:
        machine, ports = self.machine, self.ports
        server = RecorderServer(machine.recorder, machine.clock, machine.pump, machine.observer)
        transport = machine.recorder.transport
        if transport != "https":
            self.http_url = await self._listen(server.web_server(), ports.host, ports.http, "HTTP port")
        if transport != "http":
            context = self._tls()
            self.https_url = await self._listen(
                server.web_server(), ports.host, ports.https, "HTTPS port", context
            )
        control = ControlPort(machine, Access(self.control_token), certificate=self.certificate_pem)
        self.control_url = await self._listen(
            control.web_server(), ports.control_host, ports.control, "control port"
        )

    def _tls(self) -> ssl.SSLContext:
        from nvr_emulator.server.certificates import server_context

        files, names = self.certificate, (self.ports.host, *self.certificate.names)
        context, self.certificate_pem = server_context(files.certificate, files.key, names)
        return context

    async def _listen(
        self, server: web.Server, host: str, port: int, purpose: str, tls: ssl.SSLContext | None = None
    ) -> str:
        self._servers.append(server)
        bound = bind(host, port, purpose)
        self._bound.append(bound)
        listener = await asyncio.get_running_loop().create_server(
            server,
            sock=bound,
            backlog=BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=TLS_PATIENCE if tls else None,
            ssl_shutdown_timeout=TLS_GOODBYE if tls else None,
        )
        self._listeners.append(listener)
        bound_host, bound_port = bound.getsockname()[:2]
        where = f"[{bound_host}]" if ":" in bound_host else bound_host
        return f"{'http' if tls is None else 'https'}://{where}:{bound_port}"
