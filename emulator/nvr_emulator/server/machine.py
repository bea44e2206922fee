"""A recorder that runs: its clock, its ports, its journal, and how it starts and ends."""

from __future__ import annotations

import asyncio
import contextlib
import math
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from nvr_emulator.configuration.plan import RecorderSettings, plan
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.server.clock import Clock, ManualClock, RealClock
from nvr_emulator.server.control_port import control_application
from nvr_emulator.server.http_server import RecorderServer, bind
from nvr_emulator.server.journal import Journal
from nvr_emulator.server.media_pump import MediaPump


@dataclass(frozen=True)
class Ports:
    """Where to listen; port 0 lets the system choose."""

    host: str = "127.0.0.1"
    http: int = 0
    https: int = 0
    control: int = 0


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


class Machine:
    """One recorder and all that makes it run. `start` inside an event loop, `stop` when done."""

    def __init__(
        self,
        settings: RecorderSettings,
        *,
        manual: bool = False,
        ports: Ports | None = None,
        defects: Sequence[str] = (),
        certificate: CertificateFiles | None = None,
    ) -> None:
        self.ports = ports or Ports()
        self.certificate = certificate or CertificateFiles()
        self.defects = tuple(defects)
        self.plan = plan(settings)
        self.clock: Clock = self._clock(manual=manual)
        self.recorder = Recorder(self.plan, self.clock.now())
        if defects:
            from nvr_emulator.defects import apply_defects

            apply_defects(self.recorder, defects)
        self.journal = Journal()
        self.http_url: str | None = None
        self.https_url: str | None = None
        self.control_url = ""
        self._listeners: list[asyncio.Server] = []
        self._servers: list[web.Server] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind the ports and serve.

        `OSError` where one is taken, `ConfigurationError` for a bad certificate.
        """
        self.pump = MediaPump(self.recorder, self.clock)
        server = RecorderServer(self.recorder, self.clock, self.pump, self.journal)
        host, transport = self.ports.host, self.recorder.transport
        if transport != "https":
            self.http_url = await self._listen(server.web_server(), host, self.ports.http)
        if transport != "http":
            context = self._tls()
            self.https_url = await self._listen(server.web_server(), host, self.ports.https, context)
        self._runner = web.AppRunner(control_application(self), access_log=None)
        await self._runner.setup()
        assert self._runner.server is not None
        self.control_url = await self._listen(self._runner.server, "127.0.0.1", self.ports.control)
        if not isinstance(self.clock, ManualClock):
            self._task = asyncio.create_task(self.pump.run())

    async def stop(self) -> None:
        """Close all connections and ports."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for listener in self._listeners:
            listener.close()
        self.pump.close()
        await asyncio.gather(*(server.shutdown(0.2) for server in self._servers))
        await self._runner.cleanup()

    async def advance(self, seconds: float) -> None:
        """Move the manual clock; what is due happens in order before this returns."""
        assert isinstance(self.clock, ManualClock)
        await self.pump.advance(self.clock, seconds)

    def reset(self) -> None:
        """Bring the recorder back to where it started; the clock does not go back."""
        self.recorder.reset(self.clock.now())
        self.journal.clear()
        self.pump.changed()

    def _clock(self, *, manual: bool) -> Clock:
        if not manual:
            return RealClock(self.plan.clock_start)
        start = self.plan.clock_start
        return ManualClock(math.floor(RealClock().now()) if start is None else start)

    def _tls(self) -> ssl.SSLContext:
        from nvr_emulator.server.certificates import server_context

        files = self.certificate
        return server_context(files.certificate, files.key, (self.ports.host, *files.names))

    async def _listen(
        self, factory: web.Server, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> str:
        listener = bind(host, port)
        server = await asyncio.get_running_loop().create_server(
            factory,
            sock=listener,
            ssl=tls,
            ssl_handshake_timeout=TLS_PATIENCE if tls else None,
            ssl_shutdown_timeout=TLS_GOODBYE if tls else None,
        )
        self._listeners.append(server)
        self._servers.append(factory)
        bound_host, bound_port = listener.getsockname()[:2]
        where = f"[{bound_host}]" if ":" in bound_host else bound_host
        return f"{'http' if tls is None else 'https'}://{where}:{bound_port}"
