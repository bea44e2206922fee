"""Sends what is due: pictures to UDP ports and into HTTP answers, on the real clock or on the manual one."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
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
from nvr_emulator.server.rtp_sockets import RtpSockets
from nvr_emulator.server.sinks import HttpSink, RtpSink
from nvr_protocol.timestamps import Ticks

if TYPE_CHECKING:
    from nvr_emulator.server.faults_in_force import FaultsInForce
    from nvr_emulator.server.sent_packets import SentPackets

log = logging.getLogger("nvr_emulator")

TURN = 0.004
"""Seconds for which pictures are sent before whoever else is served has a turn."""
BEAT = 0.008
"""Seconds by which a picture may be late so that many streams share one look at what is due."""
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
        self._manual = isinstance(clock, ManualClock)
        self.budgets = ClientBudgets()
        self._sinks: dict[int, HttpSink] = {}
        self._rtp_sinks: dict[int, RtpSink] = {}
        self._rtp_sockets = RtpSockets(self._nobody_listens)
        self._later: list[tuple[float, int, RtpSink]] = []
        """When a further burst of a picture goes out, a heap."""
        self._numbers = itertools.count()
        self._behind: set[int] = set()
        """Streams of which it was told that pictures are left out."""
        self._rests: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._begun = 0.0
        """When it last looked at what is due, by the host's clock. (To ask for the running loop is a call of
        the system each time.)"""
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
            await self.faults.pass_time(self.clock.now())
            if self._send_due(TURN):
                await asyncio.sleep(0)
            else:
                await self._tick()

    async def _tick(self) -> None:
        """Let a timer send what is due, until woken, or until there is more to do than fits a turn."""
        rests = self._rests = asyncio.get_running_loop().create_future()
        self._wait(rests)
        try:
            await rests
        finally:
            self._rests = None
            if self._timer is not None:
                self._timer.cancel()

    def _wait(self, rests: asyncio.Future[None]) -> None:
        """Set the timer for what is due next."""
        now, due = self.clock.now(), self._next_event()
        self._due = due
        if due is None:
            self._timer = None
            return
        wait = (due - now) / self.clock.speed
        if not (self._later and self._later[0][0] <= due):
            # The next turn may take as long as this one did.
            wait = max(wait, BEAT - 2 * (time.monotonic() - self._begun))
        self._timer = rests.get_loop().call_later(max(0.0, wait), self._on_time)

    def _on_time(self) -> None:
        """Something is due."""
        rests = self._rests
        if rests is None or rests.done():
            return
        try:
            end = self.faults.next_end()
            if (end is not None and end <= self.clock.now()) or self._send_due(TURN):
                self._wake()
            else:
                self._wait(rests)
        except Exception as error:  # whoever waits for the ticker is told
            rests.set_exception(error)

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
        self._rtp_sockets.close()

    def _next_event(self) -> float | None:
        """When something is due: in the recorder, in a fault, or the further bursts of a picture."""
        moments = [self.recorder.next_event(), self.faults.next_end()]
        if self._later:
            moments.append(self._later[0][0])
        return min([moment for moment in moments if moment is not None], default=None)

    def _send_due(self, seconds: float | None = None) -> bool:
        """Send what is due, for so many seconds at most; whether more is."""
        now, more = self.clock.now(), False
        self._begun = time.monotonic()
        until = None if seconds is None else self._begun + seconds
        if self.faults.streams:
            self._send_late(now)
        while self._later and self._later[0][0] <= now:
            heappop(self._later)[2].send_next()
        for stream in self.recorder.live.leave_out_late(ticks(now), self._most_late):
            self._fell_behind(stream)
        for picture in self.recorder.run_until(now):
            self._send(picture, now)
            if until is not None and time.monotonic() >= until:
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
            if picture.key and self.recorder.plan.variants.rtp_source == "rtcp-beside":
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
            plan = self.recorder.plan
            sender = self._rtp_sockets.of(
                stream.number,
                destination,
                in_runs=plan.udp_segmentation,
                port_a_stream=plan.variants.rtp_source == "port-a-stream",
            )
            self._rtp_sinks[stream.number] = RtpSink(sender, destination)
        return self._rtp_sinks[stream.number]

    def _end_sinks(self) -> None:
        for stream in self.recorder.live.take_ended():
            self._refused.discard(stream.number)
            self._behind.discard(stream.number)
            self.faults.streams.forget(stream.number)
            sink = self._sinks.get(stream.number) or self._rtp_sinks.pop(stream.number, None)
            if sink is not None:
                sink.end()
            self._rtp_sockets.close_of(stream.number)

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

    def _nobody_listens(self, destinations: list[tuple[str, int]]) -> None:
        """Hosts sent back that nobody listens: tell it once of each stream."""
        for destination in destinations:
            for stream in self.recorder.live.streams():
                if stream.destination == destination and stream.number not in self._refused:
                    self._refused.add(stream.number)
                    self.tell(NobodyListens(uid=stream.uid, camera=stream.camera, destination=destination))
