"""The recorder's own port: HTTP requests become commands, replies become responses."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import struct
from collections.abc import Callable

from aiohttp import web

from nvr_emulator.recorder.download.table import DownloadAnswer
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request, refusal
from nvr_emulator.server.clock import Clock
from nvr_emulator.server.download_response import send_download
from nvr_emulator.server.http_connection import HttpServer
from nvr_emulator.server.journal import Journal
from nvr_emulator.server.media_pump import MediaPump
from nvr_emulator.server.sinks import bytes_waiting
from nvr_emulator.server.whole_answer import response_of
from nvr_protocol.multipart import BOUNDARY_LINE

log = logging.getLogger("nvr_emulator")

UNSENT_IN_KERNEL = 0x894B
"""SIOCOUTQNSD (Linux): how many bytes of a socket the kernel has not sent yet."""


class LiveResponse(web.StreamResponse):
    """An answer without end and without a length: the connection's close is its end."""

    _length_check = False


class RecorderServer:
    """Serves one recorder. Make a `web_server()` for each port."""

    def __init__(self, recorder: Recorder, clock: Clock, pump: MediaPump, journal: Journal) -> None:
        self.recorder = recorder
        self.clock = clock
        self.pump = pump
        self.journal = journal
        self._sending: list[tuple[asyncio.Transport | None, Callable[[], None]]] = []

    def web_server(self) -> HttpServer:
        """What `loop.create_server` takes as its factory."""
        return HttpServer(self.handle, _malformed)

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        self._release_sent()
        request = Request.of_target(
            incoming.method,
            incoming.raw_path,
            peer=incoming.remote or "127.0.0.1",
            authorization=incoming.headers.get("Authorization"),
            secure=incoming.secure,
        )
        now = self.clock.now()
        reply = self.answer(request, now)
        entry = self.journal.note(request, reply, now)
        log.debug("%s %s -> %s %s", request.method, request.target[:500], reply.status, entry.reason)
        self.pump.changed()
        match reply:
            case LiveAnswer():
                return await self._stream(incoming, reply)
            case DownloadAnswer():
                return await send_download(incoming, reply, self.recorder.downloads)
            case Answer():
                return await self._whole(incoming, reply)
            case _:
                raise TypeError(f"{type(reply).__name__} is no answer that can be sent")

    def answer(self, request: Request, now: float) -> Reply:
        """What the recorder says; its own faults become a 500 of one line, and it goes on."""
        try:
            return self.recorder.receive(request, now)
        except Exception:
            log.exception("the recorder failed at %s", request.target[:500])
            return refusal(Refused(500, "the emulator failed at this request; its log has the trace"))

    async def _whole(self, incoming: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        if answer.hang_up and incoming.transport is not None:
            incoming.transport.close()
            raise ConnectionResetError
        response = response_of(incoming, answer, self.recorder.plan.variants, self.clock.now())
        transport = incoming.transport
        try:
            await response.prepare(incoming)
            await response.write_eof()
        finally:
            if answer.sent is not None:
                self._sending.append((transport, answer.sent))
                self._release_sent()
        return response

    async def _stream(self, incoming: web.BaseRequest, reply: LiveAnswer) -> web.StreamResponse:
        stream = reply.stream
        sink = self.pump.attach(stream)
        response = LiveResponse(
            headers={
                "Content-Type": self.recorder.live.content_type(),
                "Cache-Control": "no-cache",
                "Connection": "close",
                "Server": "recorder",
            }
        )
        response.force_close()
        try:
            await response.prepare(incoming)
            await response.write(BOUNDARY_LINE)
            if incoming.transport is None:
                raise ConnectionResetError
            sink.open(incoming.transport)
            await sink.ended
        finally:
            self.pump.detach(stream)
            self.recorder.live_commands.connection_lost(stream)
            self.pump.changed()
        return response

    def _release_sent(self) -> None:
        """Tell the recorder which answers have left; one that is not read stays in flight."""
        waiting, self._sending = self._sending, []
        for transport, sent in waiting:
            if transport is None or all_sent(transport):
                sent()
            else:
                self._sending.append((transport, sent))


def all_sent(transport: asyncio.Transport) -> bool:
    """Whether a connection has nothing left to send, in this process or in the kernel."""
    if transport.is_closing():
        return True
    if bytes_waiting(transport):
        return False
    connection = transport.get_extra_info("socket")
    try:
        (unsent,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), UNSENT_IN_KERNEL, b"\0\0\0\0"))
    except (OSError, ValueError):
        # Not Linux, or closed: what this process has handed over counts as sent.
        return True
    return bool(unsent == 0)


def _malformed(status: int, reason: str) -> web.Response:
    answer = refusal(Refused(status, reason))
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers={"Content-Type": answer.content_type, "Server": "recorder"},
    )
