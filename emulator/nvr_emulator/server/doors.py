"""The recorder's own ports as faults meet them: shut and opened, stalled, with another certificate."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Literal

from nvr_emulator.faults.connections import CertificateFault
from nvr_emulator.server.http_connection import HttpServer
from nvr_emulator.server.listening import BACKLOG, Listener, bind

if TYPE_CHECKING:
    from nvr_emulator.server.certificates import ServedCertificate

TLS_PATIENCE = 5.0
"""Seconds for a TLS handshake."""
TLS_GOODBYE = 0.5
"""Seconds that a client has to confirm the end of a TLS connection."""

Which = Literal["both", "http", "https"]


class Door:
    """One port. It may be shut and opened again, and keeps its number meanwhile."""

    def __init__(self, server: HttpServer, tls: ssl.SSLContext | None = None) -> None:
        self.server = server
        self._tls = tls
        self._bound: Listener | None = None
        self._listening: asyncio.Server | None = None
        self.shut_by = 0
        """How many faults keep it shut."""

    @property
    def is_bound(self) -> bool:
        """Whether it has its port."""
        return self._bound is not None

    @property
    def bound(self) -> Listener:
        """Its socket."""
        assert self._bound is not None
        return self._bound

    async def listen(self, host: str, port: int, purpose: str) -> str:
        """Bind it and take connections; gives its URL. `CannotListenError`."""
        self._bound = bind(host, port, purpose)
        await self._serve()
        bound_host, bound_port = self._bound.getsockname()[:2]
        where = f"[{bound_host}]" if ":" in bound_host else bound_host
        return f"{'http' if self._tls is None else 'https'}://{where}:{bound_port}"

    async def shut(self) -> None:
        """Refuse connections. Those that stand go on, and nobody else gets the port."""
        self.shut_by += 1
        if self._listening is None or self.shut_by > 1:
            return
        bound = self.bound
        host, port = bound.getsockname()[:2]
        await bound.stop_accepting()
        self._listening.close()
        self._listening = None
        bound.close()
        self._bound = bind(host, port, "port", listening=False)
        self._bound.take_over(bound)

    async def open(self) -> None:
        """Take connections again, once nobody keeps it shut."""
        self.shut_by -= 1
        if self.shut_by == 0 and self._listening is None:
            await self._serve()

    def close(self) -> None:
        """Take no more connections for good."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        if self._bound is not None:
            self._bound.close()

    async def _serve(self) -> None:
        self._listening = await asyncio.get_running_loop().create_server(
            self.server,
            sock=self.bound,
            backlog=BACKLOG,
            ssl=self._tls,
            ssl_handshake_timeout=TLS_PATIENCE if self._tls else None,
            ssl_shutdown_timeout=TLS_GOODBYE if self._tls else None,
        )


class Doors:
    """The ports of a recorder but the control port. `ValueError` in one line where something cannot be."""

    def __init__(self) -> None:
        self.http: Door | None = None
        self.https: Door | None = None
        self.served: ServedCertificate | None = None
        self._other_shown = False

    async def shut(self, which: Which) -> None:
        """Refuse connections."""
        for door in self._chosen(which):
            await door.shut()

    async def open(self, which: Which) -> None:
        """Take them again."""
        for door in self._chosen(which):
            await door.open()

    async def hang_up(self) -> None:
        """Break all connections."""
        doors = self._chosen("both")
        for door in doors:
            door.server.hangs_up = True
        try:
            for door in doors:
                await door.bound.hang_up()
        finally:
            for door in doors:
                door.server.hangs_up = False

    def stall(self, *, stalls: bool) -> None:
        """Take HTTPS connections and let their handshakes wait, or no more."""
        (door,) = self._chosen("https")
        if stalls and door.bound.stalls:
            raise ValueError("handshakes stall already")
        door.bound.stall(stalls=stalls)

    def show_other_certificate(self, fault: CertificateFault) -> None:
        """Serve HTTPS with the certificate that a fault says."""
        self._chosen("https")
        assert self.served is not None
        if self._other_shown:
            raise ValueError("another certificate is shown already")
        from nvr_emulator.server.certificates import other_context

        other = other_context(self.served, fault)

        def choose(connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
            connection.context = other

        # Asked in each handshake, whether its client names a server or not.
        self.served.context.sni_callback = choose
        self._other_shown = True

    def show_own_certificate(self) -> None:
        """Serve HTTPS with its own certificate again."""
        assert self.served is not None
        self.served.context.sni_callback = None
        self._other_shown = False

    def _chosen(self, which: Which) -> list[Door]:
        doors = {"http": self.http, "https": self.https}
        if which == "both":
            return [door for door in doors.values() if door is not None]
        door = doors[which]
        if door is None:
            raise ValueError(f"the recorder serves no {which.upper()}")
        return [door]
