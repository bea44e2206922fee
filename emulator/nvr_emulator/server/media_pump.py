"""Sends what is due: pictures to UDP ports and into HTTP answers, on the real clock or on the manual one."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from nvr_emulator.journal.entries import ClockMoved, NobodyListens, ReaderTooSlow
from nvr_emulator.recorder.happenings import Tell, unheard
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import seam
from nvr_emulator.server.clock import Clock, ManualClock
from nvr_emulator.server.refused_datagrams import ask_for_refusals, refusals
from nvr_emulator.server.sinks import BURST, BURST_PAUSE, HttpSink, RtpSink, fair_share

if TYPE_CHECKING:
    from nvr_emulator.server.faults_in_force import FaultsInForce

TURN = 0.005
"""Seconds for which pictures are sent before whoever else is served has a turn."""
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
        self._sinks: dict[int, HttpSink] = {}
        self._rtp_sinks: dict[int, RtpSink] = {}
        self._sockets: dict[tuple[int, int | None], socket.socket] = {}
        self._woken = asyncio.Event()
        self._sleeps_until: float | None = -math.inf
        """The recorder's time at which it looks again at what is due (None: never), while it waits for it."""
        self._unpaced = 0
        self.moving = asyncio.Lock()
        """Held by whoever moves the clock."""
        self._refused: set[int] = set()
        self._target = 0.0
        """Where the manual clock is moved to."""
        self.tell: Tell = unheard

    def attach(self, stream: LiveStream) -> HttpSink:
        """Where the pictures of an HTTP stream go from now on."""

        def too_slow(waiting: int) -> None:
            self.tell(
                ReaderTooSlow(stream=stream.number, uid=stream.uid, camera=stream.camera, waiting=waiting)
            )

        sink = HttpSink(self.recorder.live.part_writer(stream), self._share, too_slow)
        self._sinks[stream.number] = sink
        stream.keeps_up = sink.keeps_up
        if stream.ended:
            sink.end()
        return sink

    def _share(self) -> int:
        return fair_share(len(self._sinks))

    def detach(self, stream: LiveStream) -> None:
        """The connection of an HTTP stream is gone."""
        self._sinks.pop(stream.number, None)

    def changed(self) -> None:
        """A command was obeyed: end what ended, and look anew where something is due earlier than before."""
        self._end_sinks()
        due = self._next_event()
        if due is not None and (self._sleeps_until is None or due < self._sleeps_until):
            self._woken.set()

    async def run(self) -> None:
        """Serve the real clock until cancelled."""
        while True:
            self._woken.clear()
            await self.faults.pass_time(self.clock.now())
            await self._send_due_in_turns()
            due = self._sleeps_until = self._next_event()
            wait = None if due is None else max(0.0, due - self.clock.now())
            # Not wait_for: before 3.12 it loses a cancellation that comes just behind what it waits for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            self._sleeps_until = -math.inf

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
        self._woken.set()

    def close(self) -> None:
        """Close the sockets and end all answers."""
        for sink in self._sinks.values():
            sink.end()
        for sender in self._sockets.values():
            asyncio.get_running_loop().remove_reader(sender)
            sender.close()

    def _next_event(self) -> float | None:
        """When something is due, in the recorder or in a fault."""
        moments = (self.recorder.next_event(), self.faults.next_end())
        return min((moment for moment in moments if moment is not None), default=None)

    def _send_due(self) -> None:
        now = self.clock.now()
        self._send_late(now)
        for picture in self.recorder.run_until(now):
            self._send(picture, now)
        self._end_sinks()

    async def _send_due_in_turns(self) -> None:
        """The same, and where that takes long, commands are answered meanwhile."""
        loop = asyncio.get_running_loop()
        until = loop.time() + TURN
        now = self.clock.now()
        self._send_late(now)
        for picture in self.recorder.run_until(now):
            self._send(picture, now)
            if loop.time() >= until:
                await asyncio.sleep(0)
                until = loop.time() + TURN
        self._end_sinks()

    def _send(self, picture: LivePicture, now: float) -> None:
        stream = picture.stream
        if stream.destination is not None:
            self._rtp_sink(stream, stream.destination).report(picture)
            self.send_packets(stream, picture.packets, now)
        elif (sink := self._sinks.get(stream.number)) is not None:
            if self.faults.streams:
                passing = self.faults.streams.pass_on(
                    stream.number, stream.camera, picture.packets, now, http=True
                )
                if not passing:
                    return
                picture = replace(picture, packets=passing)
            sink.write(picture)

    @seam
    def send_packets(self, stream: LiveStream, datagrams: list[bytes], now: float) -> None:
        """Send datagrams of an RTP stream, in this order: what the network does to them happens here. `now`:
        Unix seconds of the recorder's clock."""
        if self.faults.streams:
            datagrams = self.faults.streams.pass_on(stream.number, stream.camera, datagrams, now)
        self._write(stream, datagrams)

    def _send_late(self, now: float) -> None:
        """Send what faults have kept back until now."""
        late = self.faults.streams.due(now)
        for stream in self.recorder.live.streams() if late else ():
            self._write(stream, late.get(stream.number, []))

    def _write(self, stream: LiveStream, datagrams: list[bytes]) -> None:
        if stream.ended is None and stream.destination is not None:
            self._unpaced += len(datagrams)
            self._rtp_sink(stream, stream.destination).write(datagrams)

    def _rtp_sink(self, stream: LiveStream, destination: tuple[str, int]) -> RtpSink:
        if stream.number not in self._rtp_sinks:
            spread = not isinstance(self.clock, ManualClock)
            source = self.recorder.plan.variants.rtp_source
            own = stream.number if source == "port-a-stream" else None
            self._rtp_sinks[stream.number] = RtpSink(
                self._socket(destination[0], own), destination, spread=spread, reports=source == "rtcp-beside"
            )
        return self._rtp_sinks[stream.number]

    def _end_sinks(self) -> None:
        for stream in self.recorder.live.take_ended():
            self._refused.discard(stream.number)
            self.faults.streams.forget(stream.number)
            sink = self._sinks.get(stream.number) or self._rtp_sinks.pop(stream.number, None)
            if sink is not None:
                sink.end()
            self._close_own_socket(stream.number)

    def _close_own_socket(self, number: int) -> None:
        for key in [key for key in self._sockets if key[1] == number]:
            sender = self._sockets.pop(key)
            asyncio.get_running_loop().remove_reader(sender)
            sender.close()

    async def _pause(self) -> None:
        if self._unpaced >= BURST:
            self._unpaced = 0
            await asyncio.sleep(BURST_PAUSE / 4)
        else:
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + SETTLING
        # A transport has no event for "all is written".
        while loop.time() < until and any(sink.unsent for sink in self._sinks.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def _socket(self, host: str, own: int | None = None) -> socket.socket:
        """The socket that sends to such hosts; one of its own for the stream of that number."""
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        key = (family, own)
        if key not in self._sockets:
            sender = socket.socket(family, socket.SOCK_DGRAM)
            sender.setblocking(False)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
            ask_for_refusals(sender)
            asyncio.get_running_loop().add_reader(sender, self._take_refusals, sender)
            self._sockets[key] = sender
        return self._sockets[key]

    def _take_refusals(self, sender: socket.socket) -> None:
        """Hosts sent back that nobody listens: tell it once of each stream."""
        for destination in refusals(sender):
            for stream in self.recorder.live.streams():
                if stream.destination == destination and stream.number not in self._refused:
                    self._refused.add(stream.number)
                    self.tell(NobodyListens(uid=stream.uid, camera=stream.camera, destination=destination))
