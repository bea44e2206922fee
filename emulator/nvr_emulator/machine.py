"""A recorder that runs: its clock, its ports, its journal, and how it starts and ends."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from nvr_emulator.clock import Clock, ManualClock, RealClock
from nvr_emulator.configuration import RecorderSettings, plan
from nvr_emulator.control import control_application
from nvr_emulator.http_server import RecorderServer, bind
from nvr_emulator.journal import Journal
from nvr_emulator.media_pump import MediaPump
from nvr_emulator.recorder import Recorder


@dataclass(frozen=True)
class Ports:
    """Where to listen; port 0 lets the system choose."""

    host: str = "127.0.0.1"
    http: int = 0
    control: int = 0


class Machine:
    """One recorder and all that makes it run. `start` inside an event loop, `stop` when done."""

    def __init__(
        self,
        settings: RecorderSettings,
        *,
        manual: bool = False,
        ports: Ports | None = None,
        defects: Sequence[str] = (),
    ) -> None:
        self.ports = ports or Ports()
        self.defects = tuple(defects)
        self.plan = plan(settings)
        self.clock: Clock = self._clock(manual=manual)
        self.recorder = Recorder(self.plan, self.clock.now())
        if defects:
            from nvr_emulator.defects import apply_defects

            apply_defects(self.recorder, defects)
        self.journal = Journal()
        self.http_url = self.control_url = ""
        self._listeners: list[asyncio.Server] = []
        self._servers: list[web.Server] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind both ports and serve; `OSError` where a port is taken."""
        self.pump = MediaPump(self.recorder, self.clock)
        server = RecorderServer(self.recorder, self.clock, self.pump, self.journal)
        self.http_url = await self._listen(server.web_server(), self.ports.host, self.ports.http)
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
            return RealClock()
        start = self.plan.clock_start
        return ManualClock(math.floor(RealClock().now()) if start is None else start)

    async def _listen(self, factory: web.Server, host: str, port: int) -> str:
        listener = bind(host, port)
        self._listeners.append(await asyncio.get_running_loop().create_server(factory, sock=listener))
        self._servers.append(factory)
        bound_host, bound_port = listener.getsockname()[:2]
        return (
            f"http://[{bound_host}]:{bound_port}"
            if ":" in bound_host
            else f"http://{bound_host}:{bound_port}"
        )
