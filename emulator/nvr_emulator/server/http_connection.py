"""Connections of the recorder's ports: what is malformed, slow, half-closed or unread is dealt with here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import InvalidURLError

from nvr_emulator.server.half_closed import is_gone
from nvr_emulator.server.library_internals import (
    connection_options,
    cut_off_body,
    hold_open,
    is_idle,
    request_of,
    requests_seen,
)
from nvr_emulator.server.unsent import acknowledged, reset

log = logging.getLogger("nvr_emulator")

LONGEST_LINE = 2 * 1024 * 1024
"""Request lines up to this are read whole, so that an oversized query still gets its one-line answer."""
LONGEST_FIELD = 16 * 1024
IDLE_PATIENCE = 75.0
"""Seconds that a connection may be idle between two requests."""
HEADER_PATIENCE = 30.0
"""Seconds for the line and the header of a request to arrive."""
READING_PATIENCE = 75.0
"""Seconds in which a client must take something of what waits for it."""
LINGERING = 1.0
"""Seconds in which a client that is still sending can read why nothing more is taken from it."""
LINGERING_BYTES = 16 * 1024 * 1024
"""What is dropped meanwhile, at most."""
FAILED = "the emulator failed at this request; its log has the trace"
HALF_CLOSED_LOOKS = (0.02, 1.0)
"""Seconds from one look at a half-closed connection to the next, at first and at most."""

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Malformed = Callable[[int, str], web.Response]
"""Makes the answer to a request that is none, of a status and a reason."""


def known_to(incoming: web.BaseRequest) -> int:
    """How many requests had come when the connection of this one was made, or had its last answer."""
    return incoming.protocol.known if isinstance(incoming.protocol, Connection) else 0


class HttpServer(web.Server):
    """What `loop.create_server` takes as its factory."""

    def __init__(
        self,
        handler: Handler,
        malformed: Malformed,
        *,
        requests: Callable[[], int] = int,
        header_patience: float = HEADER_PATIENCE,
        reading_patience: float = READING_PATIENCE,
    ) -> None:
        async def unless_hung_up(incoming: web.BaseRequest) -> web.StreamResponse:
            if self.hangs_up:
                raise ConnectionResetError
            response = await handler(incoming)
            if isinstance(incoming.protocol, Connection):
                incoming.protocol.known = requests()
            return response

        super().__init__(
            unless_hung_up,
            request_factory=partial(request_of, self),
            handler_cancellation=True,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_FIELD,
            keepalive_timeout=IDLE_PATIENCE,
            lingering_time=LINGERING,
            auto_decompress=False,
        )
        self.malformed = malformed
        self.requests = requests
        """How many have come, on all connections."""
        self.hangs_up = False
        """Whether its connections are being broken off: what has come on them is answered no more."""
        self.header_patience = header_patience
        self.reading_patience = reading_patience

    def __call__(self) -> web.RequestHandler:
        """A connection."""
        return Connection(self, **connection_options(self))


class Connection(web.RequestHandler):
    """One connection."""

    def __init__(self, server: HttpServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._malformed = server.malformed
        self._requests = server.requests
        self.known = 0
        """How many requests had come when it was made, or had its last answer."""
        self._header_patience = server.header_patience
        self._reading_patience = server.reading_patience
        self._reading_due: asyncio.TimerHandle | None = None
        self._headers_due: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._dropped = 0

    @property
    def idle(self) -> bool:
        """Whether every request that came has been answered."""
        return is_idle(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        self.known = self._requests()
        hold_open(transport, self._is_answering)
        super().connection_made(transport)
        self._headers_due = _later(self._header_patience, self._headers_are_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection has ended."""
        for timer in (self._headers_due, self._reading_due, self._look, self._lingering):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._lingering is not None:
            self._dropped += len(data)
            if self._dropped > LINGERING_BYTES:
                self._end()
            return
        before = requests_seen(self)
        super().data_received(data)
        if requests_seen(self) > before:
            if self._headers_due is not None:
                self._headers_due.cancel()
                self._headers_due = None
        elif self._headers_due is None and self.idle:
            self._headers_due = _later(self._header_patience, self._headers_are_late)

    def pause_writing(self) -> None:
        """The client reads slower than it is written to, or not at all."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """It has read on."""
        super().resume_writing()
        if self._reading_due is not None:
            self._reading_due.cancel()

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client writes no more: what it asked for is still answered, if it is there to read it."""
        if self._lingering is not None:
            self._end()
            return None
        if self.transport is None or self.idle or is_gone(self.transport):
            return None
        self._end_when_answered(HALF_CLOSED_LOOKS[0])
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that is malformed or oversized, or at which the emulator failed."""
        if isinstance(exc, ConnectionError):
            raise exc
        if status >= 500:
            log.error("the emulator failed at %s", request.raw_path[:500], exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer is out: no other can follow")
        reason = FAILED if status >= 500 else f"HTTP: {_malformation(exc, message)}"
        response = LastAnswer(self, self._malformed(max(status, 400), reason))
        response.force_close()
        return response

    def linger(self) -> None:
        """End the writing side behind a last answer, and drop what comes until the client has ended its own,
        or its time is up: what is closed with bytes unread is reset, and its client loses the answer."""
        if self.transport is None or self._lingering is not None:
            return
        self._lingering = _later(LINGERING, self._end)
        if self.transport.can_write_eof() and not self.transport.get_write_buffer_size():
            try:
                self.transport.write_eof()
            except OSError:  # its client has reset it
                self.transport.abort()
                return
        self.transport.resume_reading()

    async def shutdown(self, timeout: float | None = 15.0) -> None:
        """The server ends: whoever has his last answer is not waited for."""
        if self._lingering is not None:
            self.force_close()
        await super().shutdown(timeout)

    def log_exception(self, *arguments: Any, **options: Any) -> None:
        """What aiohttp has to tell of a connection; a body that is no good is its client's affair."""
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*arguments, **options)

    def _is_answering(self) -> bool:
        return self.transport is not None and not self.idle and self._lingering is None

    def _end(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def _headers_are_late(self) -> None:
        self._headers_due = None
        if self.transport is None or not self.idle:
            return
        late = self._malformed(408, f"HTTP: no whole request within {self._header_patience:.0f} s")
        body = late.body if isinstance(late.body, bytes) else b""
        head = f"HTTP/1.1 408 Request Timeout\r\nContent-Type: {late.content_type}\r\nServer: recorder\r\n"
        self.transport.write(
            f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        self.linger()

    def _await_reading(self) -> None:
        if self.transport is not None:
            taken = acknowledged(self.transport)
            self._reading_due = _later(self._reading_patience, self._look_at_reading, taken)

    def _look_at_reading(self, taken: int) -> None:
        if self.transport is not None and acknowledged(self.transport) == taken:
            reset(self.transport)
        else:
            self._await_reading()

    def _end_when_answered(self, pause: float) -> None:
        """Look at a half-closed connection until it is answered, or its client turns out to be gone."""
        self._look = None
        if self.transport is None:
            return
        if self.idle:
            self.transport.close()
        elif is_gone(self.transport):
            self.transport.abort()
        else:
            cut_off_body(self)
            later = min(pause * 2, HALF_CLOSED_LOOKS[1])
            self._look = _later(pause, self._end_when_answered, later)


class LastAnswer(web.Response):
    """An answer behind which nothing more is taken from a connection."""

    def __init__(self, connection: Connection, answer: web.Response) -> None:
        super().__init__(status=answer.status, reason=answer.reason, body=answer.body, headers=answer.headers)
        self._connection = connection

    async def write_eof(self, data: bytes = b"") -> None:
        """All of it is written: return once the connection has ended, which cancels whoever waits here."""
        await super().write_eof(data)
        self._connection.linger()
        await asyncio.get_running_loop().create_future()


def _malformation(exc: BaseException | None, message: str | None) -> str:
    """What aiohttp has against a request, in one line; of a target it may say nothing but the target."""
    if not message:
        return "the request is malformed"
    line, more, _ = message.partition("\n")
    if isinstance(exc, InvalidURLError) and not more:
        return f"{line[:200]!a} is no path of this port"
    return line[:200].removesuffix(":")


def _later(seconds: float, do: Callable[..., None], *arguments: Any) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, do, *arguments)
