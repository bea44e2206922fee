"""Sends what is due: pictures to UDP ports and into HTTP answers, on the real clock or on the manual one."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import logging
import socket
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from nvr_emulator.footage.footage import TICKS, Footage, ticks
from nvr_emulator.journal.entries import ClockMoved, FellBehind, NobodyListens, ReaderTooSlow
from nvr_emulator.recorder.happenings import Tell, unheard
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import seam
from nvr_emulator.server.client_budgets import ClientBudgets
from nvr_emulator.server.clock import Clock, ManualClock
from nvr_emulator.server.datagrams import DatagramSocket
from nvr_emulator.server.refused_datagrams import ask_for_refusals, refusals
from nvr_emulator.server.sinks import HttpSink, RtpSink
from nvr_protocol.timestamps import Ticks

if TYPE_CHECKING:
    from nvr_emulator.server.faults_in_force import FaultsInForce
    from nvr_emulator.server.sent_packets import SentPackets

log = logging.getLogger("nvr_emulator")

TURN = 0.004
"""Seconds for which pictures are sent before whoever else is served has a turn."""
TICK = 0.006
"""Seconds between two looks at what is due, at least: many streams share one."""
MOST_LATE = Ticks(TICKS)
"""Pictures that are later than this are left out up to the next key picture."""
UNPACED = 32
"""Packets that an advance of the manual clock sends without a pause: a default buffer holds some 90."""
PAUSE = 0.0005
LONGEST_FLOOD = 2.0
"""Seconds of pictures that one advance of the manual clock sends at most."""
SETTLING = 1.0
"""Seconds of real time that an advance waits for HTTP clients to take what was sent."""


class MediaPump:
    """Moves pictures from the recorder to its clients."""

    def __init__(self, recorder: Recorder, clock: Clock, faults: FaultsInForce) -> None:
        self.recorder = recorder
        self.faults = faults
        self.clock = clock
        self._reports = recorder.plan.variants.rtp_source == "rtcp-beside"
        self._manual = isinstance(clock, ManualClock)
        self.budgets = ClientBudgets()
        self._sinks: dict[int, HttpSink] = {}
        self._rtp_sinks: dict[int, RtpSink] = {}
        self._sockets: dict[tuple[int, int | None], DatagramSocket] = {}
        self._later: list[tuple[float, int, RtpSink]] = []
        """When a further burst of a picture goes out, a heap."""
        self._numbers = itertools.count()
        self._behind: set[int] = set()
        """Streams of which it was told that pictures are left out."""
        self._rests: asyncio.Future[None] | None = None
        self._due: float | None = None
        """When something was due as it went to rest."""
        self._unpaced = 0
        self.moving = asyncio.Lock()
        """Held by whoever moves the clock."""
        self._refused: set[int] = set()
        self._most_late = Ticks(round(MOST_LATE * max(1.0, clock.speed)))
        self.sent: SentPackets | None = None
        """Keeps what was sent over RTP, where anybody wants that."""
        self._target = 0.0
        """Where the manual clock is moved to."""
        self.tell: Tell = unheard

    def attach(self, stream: LiveStream, client: str) -> HttpSink:
        """Where the pictures of an HTTP stream go from now on, whose client is at that host."""

        def too_slow(waiting: int) -> None:
            self.tell(
                ReaderTooSlow(stream=stream.number, uid=stream.uid, camera=stream.camera, waiting=waiting)
            )

        def share() -> int:
            return self.budgets.of_stream(client)

        sink = HttpSink(self.recorder.live.part_writer(stream), share, too_slow)
        self.budgets.begin_stream(client)
        self._sinks[stream.number] = sink
        stream.keeps_up = sink.keeps_up
        if stream.ended:
            sink.end()
        return sink

    def detach(self, stream: LiveStream, client: str) -> None:
        """The connection of an HTTP stream is gone."""
        if self._sinks.pop(stream.number, None) is not None:
            self.budgets.end_stream(client)

    def changed(self) -> None:
        """A command was obeyed: end what ended, and wake up if something is due earlier than it was."""
        self._end_sinks()
        due = self._next_event()
        if due is not None and (self._due is None or due < self._due):
            self._wake()

    async def run(self) -> None:
        """Serve the real clock until cancelled: one ticker for all streams."""
        while True:
            begun = self.clock.now()
            await self.faults.pass_time(begun)
            if self._send_due(TURN):
                await asyncio.sleep(0)
                continue
            due = self._due = self._next_event()
            if due is not None and not (self._later and self._later[0][0] <= due):
                due = max(due, begun + TICK * self.clock.speed)
            await self._rest(due)

    async def _rest(self, until: float | None) -> None:
        """Wait for that moment of the recorder's clock, or until woken."""
        loop = asyncio.get_running_loop()
        self._rests = loop.create_future()
        wait = None if until is None else max(0.0, until - self.clock.now()) / self.clock.speed
        timer = None if wait is None else loop.call_later(wait, self._wake)
        try:
            await self._rests
        finally:
            self._rests = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._rests is not None and not self._rests.done():
            self._rests.set_result(None)

    async def advance(self, seconds: float) -> None:
        """Move the manual clock; everything due is sent, in order, before this returns. `ClockError`."""
        clock = self.clock
        async with self.moving:
            self._target = clock.after(seconds)
            self.tell(ClockMoved(seconds=seconds))
            if seconds > LONGEST_FLOOD:
                clock.move_to(self._target - LONGEST_FLOOD)
                self.recorder.skip_to(clock.now())
                self.changed()
            while (due := self._next_event()) is not None and due <= self._target:
                clock.move_to(due)
                await self.faults.pass_time(due)
                self._send_due()
                await self._pause()
            clock.move_to(self._target)
            await self.faults.pass_time(clock.now())
            self._send_due()
            await self._settle()

    def clock_stepped(self, seconds: float) -> None:
        """The clock was set: an advance that is under way leads as far as it would have."""
        self._target += seconds
        for _, _, sink in self._later:
            sink.send_all()
        self._later.clear()
        self._wake()

    def close(self) -> None:
        """Close the sockets and end all answers."""
        for sink in self._sinks.values():
            sink.end()
        for sender in self._sockets.values():
            _close(sender)

    def _next_event(self) -> float | None:
        """When something is due: in the recorder, in a fault, or the further bursts of a picture."""
        burst = self._later[0][0] if self._later else None
        moments = (self.recorder.next_event(), self.faults.next_end(), burst)
        return min((moment for moment in moments if moment is not None), default=None)

    def _send_due(self, seconds: float | None = None) -> bool:
        """Send what is due, for so many seconds at most; whether more is."""
        loop, now = asyncio.get_running_loop(), self.clock.now()
        until, more = None if seconds is None else loop.time() + seconds, False
        self._send_late(now)
        while self._later and self._later[0][0] <= now:
            heappop(self._later)[2].send_next()
        for stream in self.recorder.live.leave_out_late(ticks(now), self._most_late):
            self._fell_behind(stream)
        for picture in self.recorder.run_until(now):
            self._send(picture, now)
            if until is not None and loop.time() >= until:
                more = True
                break
        self._end_sinks()
        return more

    def _fell_behind(self, stream: LiveStream) -> None:
        """Tell it once of each stream."""
        if stream.number not in self._behind:
            self._behind.add(stream.number)
            log.warning(
                "this machine is too slow for so many streams: pictures of camera %d on UID %d are left out",
                stream.camera,
                stream.uid,
            )
            self.tell(
                FellBehind(
                    uid=stream.uid,
                    camera=stream.camera,
                    left_out=stream.pictures_left_out,
                    streams=len(self.recorder.live.streams()),
                )
            )

    def _send(self, picture: LivePicture, now: float) -> None:
        stream = picture.stream
        if stream.destination is not None:
            if self._reports and picture.key:
                self._rtp_sink(stream, stream.destination).report(picture)
            self.send_packets(stream, picture.packets, now)
        elif (sink := self._sinks.get(stream.number)) is not None:
            if self.faults.streams:
                passing = self.faults.streams.pass_on(
                    stream.number, stream.camera, list(picture.packets), now, http=True
                )
                if not passing:
                    return
                picture = replace(picture, packets=passing)
            sink.write(picture)

    @seam
    def send_packets(self, stream: LiveStream, datagrams: Sequence[bytes], now: float) -> None:
        """Send datagrams of an RTP stream, in this order: what the network does to them happens here. `now`:
        Unix seconds of the recorder's clock."""
        if self.faults.streams:
            datagrams = self.faults.streams.pass_on(stream.number, stream.camera, list(datagrams), now)
        self._write(stream, datagrams, now)

    def _send_late(self, now: float) -> None:
        """Send what faults have kept back until now."""
        late = self.faults.streams.due(now)
        for stream in self.recorder.live.streams() if late else ():
            self._write(stream, late.get(stream.number, []), now)

    def _write(self, stream: LiveStream, datagrams: Sequence[bytes], now: float) -> None:
        """Send datagrams; many are spread over the time that a picture lasts."""
        if stream.ended is not None or stream.destination is None:
            return
        if self.sent is not None:
            self.sent.keep(stream.destination, datagrams, now)
        sink = self._rtp_sinks.get(stream.number) or self._rtp_sink(stream, stream.destination)
        bursts = sink.write(datagrams)
        if self._manual:
            self._unpaced += len(datagrams)
            sink.send_all()
        elif bursts:
            lasts = stream.source.interval / TICKS if isinstance(stream.source, Footage) else 0.0
            for number in range(1, bursts + 1):
                moment = now + lasts * number / (bursts + 1)
                heappush(self._later, (moment, next(self._numbers), sink))

    def _rtp_sink(self, stream: LiveStream, destination: tuple[str, int]) -> RtpSink:
        if stream.number not in self._rtp_sinks:
            own = stream.number if self.recorder.plan.variants.rtp_source == "port-a-stream" else None
            self._rtp_sinks[stream.number] = RtpSink(self._socket(destination[0], own), destination)
        return self._rtp_sinks[stream.number]

    def _end_sinks(self) -> None:
        for stream in self.recorder.live.take_ended():
            self._refused.discard(stream.number)
            self._behind.discard(stream.number)
            self.faults.streams.forget(stream.number)
            sink = self._sinks.get(stream.number) or self._rtp_sinks.pop(stream.number, None)
            if sink is not None:
                sink.end()
            self._close_own_socket(stream.number)

    def _close_own_socket(self, number: int) -> None:
        for key in [key for key in self._sockets if key[1] == number]:
            _close(self._sockets.pop(key))

    async def _pause(self) -> None:
        if self._unpaced >= UNPACED:
            self._unpaced = 0
            await asyncio.sleep(PAUSE)
        else:
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + SETTLING
        # A transport has no event for "all is written".
        while loop.time() < until and any(sink.unsent for sink in self._sinks.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def _socket(self, host: str, own: int | None = None) -> DatagramSocket:
        """The socket that sends to such hosts; one of its own for the stream of that number."""
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        key = (family, own)
        if key not in self._sockets:
            sender = socket.socket(family, socket.SOCK_DGRAM)
            sender.setblocking(False)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
            ask_for_refusals(sender)
            asyncio.get_running_loop().add_reader(sender, self._take_refusals, sender)
            self._sockets[key] = DatagramSocket(sender, in_runs=self.recorder.plan.udp_segmentation)
        return self._sockets[key]

    def _take_refusals(self, sender: socket.socket) -> None:
        """Hosts sent back that nobody listens: tell it once of each stream."""
        for destination in refusals(sender):
            for stream in self.recorder.live.streams():
                if stream.destination == destination and stream.number not in self._refused:
                    self._refused.add(stream.number)
                    self.tell(NobodyListens(uid=stream.uid, camera=stream.camera, destination=destination))


def _close(sender: DatagramSocket) -> None:
    asyncio.get_running_loop().remove_reader(sender.socket)
    sender.socket.close()
