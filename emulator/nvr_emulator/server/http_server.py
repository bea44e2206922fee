"""The recorder's own port: HTTP requests become commands, replies become responses."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from aiohttp import web

from nvr_emulator.faults.answers import Passage
from nvr_emulator.journal.entries import Exchange, headers_kept
from nvr_emulator.recorder.download.table import DownloadAnswer
from nvr_emulator.recorder.happenings import CUT_OFF
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request, refusal
from nvr_emulator.server.clock import ManualClock
from nvr_emulator.server.disturbed import disturb
from nvr_emulator.server.download_response import send_download
from nvr_emulator.server.exchanges import exchange_of
from nvr_emulator.server.http_connection import FAILED, HttpServer, known_to
from nvr_emulator.server.library_internals import EndlessResponse
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.unsent import LONG, all_sent, leave
from nvr_emulator.server.whole_answer import date_at, response_of
from nvr_protocol.multipart import BOUNDARY_LINE

log = logging.getLogger("nvr_emulator")


class RecorderServer:
    """Serves one recorder. Make a `web_server()` for each port."""

    def __init__(self, machine: Machine) -> None:
        self.recorder = machine.recorder
        self.clock = machine.clock
        self.pump = machine.pump
        self.faults = machine.faults
        self.observer = machine.observer
        self._sending: list[tuple[asyncio.Transport | None, Callable[[], None]]] = []
        self._requests = 0

    @property
    def download_rate(self) -> float | None:
        """How many times faster than it lasts footage is handed out. On a manual clock nobody waits: a
        download would stand still until the clock is moved."""
        rate = self.recorder.plan.variants.download_rate
        return None if isinstance(self.clock, ManualClock) or rate is None else rate * self.clock.speed

    def web_server(self) -> HttpServer:
        """What `loop.create_server` takes as its factory."""
        return HttpServer(self.handle, _malformed, requests=lambda: self._requests)

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        self._release_sent()
        arrived = time.monotonic()
        self._requests += 1
        request = Request.of_target(
            incoming.method,
            incoming.raw_path,
            peer=incoming.remote or "127.0.0.1",
            authorization=incoming.headers.get("Authorization"),
            secure=incoming.secure,
            number=self._requests,
            knows=known_to(incoming),
        )
        now = self.clock.now()
        # UIDs whose time is up end ahead of the request in the journal, as they do in the recorder.
        self.recorder.sessions.expire(now)
        self.observer.request_comes()
        reply = self.answer(request, now)
        exchange = self.observer.answered(self._exchange(incoming, request, reply, now, arrived))
        log.debug("%s %s -> %s %s", request.method, request.target[:500], reply.status, reply.reason)
        self.pump.changed()
        passage = self._disturbed(incoming, exchange)
        match reply:
            case LiveAnswer():
                return await self._stream(incoming, reply, passage)
            case DownloadAnswer():
                return await send_download(
                    incoming, reply, self.recorder.downloads, now, self.download_rate, passage
                )
            case Answer():
                return await self._whole(incoming, reply, exchange)
            case _:
                raise TypeError(f"{type(reply).__name__} is no answer that can be sent")

    def answer(self, request: Request, now: float) -> Reply:
        """What the recorder says; its own faults become a 500 of one line, and it goes on."""
        try:
            return self.recorder.receive(request, now)
        except Exception:
            log.exception("the recorder failed at %s", request.target[:500])
            return refusal(Refused(500, FAILED))

    def _exchange(
        self, incoming: web.BaseRequest, request: Request, reply: Reply, now: float, arrived: float
    ) -> Exchange:
        exchange = exchange_of(request, reply, self.recorder.live.content_type)
        exchange.at, exchange.arrived, exchange.took = now, arrived, time.monotonic() - arrived
        exchange.raw_headers = headers_kept(incoming.raw_headers)
        return exchange

    def _disturbed(self, incoming: web.BaseRequest, exchange: Exchange) -> Passage | None:
        """How the answer passes, where faults are upon it."""
        plan, hits = self.faults.answers.of(exchange.name)
        self.faults.tell_struck(hits, exchange.number)
        return disturb(incoming, plan)

    async def _whole(
        self, incoming: web.BaseRequest, answer: Answer, exchange: Exchange
    ) -> web.StreamResponse:
        if answer.hang_up and incoming.transport is not None:
            incoming.transport.close()
            raise ConnectionResetError
        response = response_of(incoming, answer, self.recorder.plan.variants, self.clock.now())
        transport = incoming.transport
        try:
            if transport is None or len(answer.content) < LONG:
                await response.prepare(incoming)
            else:
                with self.pump.budgets.answer(incoming.remote or "", transport, len(answer.content)):
                    await response.prepare(incoming)
        finally:
            if answer.sent is not None:
                self._sending.append((transport, partial(self._taken, answer.sent, exchange)))
                self._release_sent()
        return response

    async def _stream(
        self, incoming: web.BaseRequest, reply: LiveAnswer, passage: Passage | None
    ) -> web.StreamResponse:
        stream, variants = reply.stream, self.recorder.plan.variants
        client = incoming.remote or ""
        sink = self.pump.attach(stream, client)
        response = EndlessResponse(
            headers={
                "Content-Type": self.recorder.live.content_type(),
                "Cache-Control": "no-cache",
                "Connection": "close",
                "Server": "recorder",
                "Date": date_at(int(self.clock.now())),
            }
        )
        response.force_close()
        try:
            if variants.live_multipart_framing == "chunked":
                response.enable_chunked_encoding()
            await response.prepare(incoming)
            late = variants.live_multipart_first_boundary == "with-first-part"
            if not late:
                await response.write(BOUNDARY_LINE)
            if incoming.transport is None:
                raise ConnectionResetError
            sink.open(incoming.transport, BOUNDARY_LINE if late else b"", chunked=bool(response.chunked))
            await sink.ended
            await leave(incoming.transport)
        finally:
            self.pump.detach(stream, client)
            if passage is not None and passage.broken:
                self.recorder.live.end(stream, CUT_OFF)
            self.recorder.live_commands.connection_lost(stream)
            self.pump.changed()
        return response

    def _taken(self, sent: Callable[[], None], exchange: Exchange) -> None:
        sent()
        self.observer.taken(exchange)

    def _release_sent(self) -> None:
        """Tell the recorder which answers have left; one that is not read stays in flight."""
        waiting, self._sending = self._sending, []
        for transport, sent in waiting:
            if transport is None or all_sent(transport):
                sent()
            else:
                self._sending.append((transport, sent))


def _malformed(status: int, reason: str) -> web.Response:
    answer = refusal(Refused(status, reason))
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers={"Content-Type": answer.content_type, "Server": "recorder"},
    )
