"""Connections of the recorder's ports, whose own errors are answered in the manner of the port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from nvr_emulator.server.library_internals import connection_options

LONGEST_LINE = 2 * 1024 * 1024
"""Request lines up to this are read whole, so that an oversized query still gets its one-line answer."""
LONGEST_FIELD = 16 * 1024

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Malformed = Callable[[int, str], web.Response]
"""Makes the answer to a request that is none, of a status and a reason."""


class HttpServer(web.Server):
    """What `loop.create_server` takes as its factory."""

    def __init__(self, handler: Handler, malformed: Malformed) -> None:
        super().__init__(
            handler,
            handler_cancellation=True,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_FIELD,
            keepalive_timeout=75.0,
            lingering_time=0.5,
        )
        self.malformed = malformed

    def __call__(self) -> web.RequestHandler:
        """A connection."""
        return Connection(self, **connection_options(self))


class Connection(web.RequestHandler):
    """One connection."""

    def __init__(self, server: HttpServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._malformed = server.malformed

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that is malformed or oversized."""
        reason = (message or "the request is malformed").partition("\n")[0][:200]
        response = self._malformed(status if status >= 400 else 400, f"HTTP: {reason}")
        response.force_close()
        return response
