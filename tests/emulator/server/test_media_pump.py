"""The pump: it ends when it is told to, leaves others their turns, and makes nothing that nobody takes."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import footage_of
from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.sinks import HttpSink
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.packet import read_packet

NOW = 1_700_000_000.0


def test_it_ends_though_a_command_was_obeyed_just_before():
    """Both in one turn of the loop, while a UID is valid: so there is a moment that it waits for."""

    async def cancelled_in_time():
        machine = Machine(small_recorder(2))
        recorder, clock, pump = machine.recorder, machine.clock, machine.pump
        recorder.sessions.login("ADMIN", 0, clock.now())
        task = asyncio.create_task(pump.run())
        await asyncio.sleep(0)
        pump.changed()
        await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        return task in done

    assert asyncio.run(cancelled_in_time())


def test_others_have_their_turn_while_more_is_due_than_can_be_sent():
    async def served_meanwhile():
        machine, served = Machine(small_recorder(2)), []
        recorder, clock, pump = machine.recorder, machine.clock, machine.pump
        stream = start_stream(recorder, clock.now())
        until = asyncio.get_running_loop().time() + 5

        def endless(now):
            # More and more is due, until somebody else was served (or nobody ever is).
            while not served and asyncio.get_running_loop().time() < until:
                yield LivePicture(stream, [], 0, True)

        recorder.run_until = endless
        task = asyncio.create_task(pump.run())
        await asyncio.sleep(0)
        served.append(asyncio.get_running_loop().time() < until)
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        return served[0]

    assert asyncio.run(served_meanwhile())


def start_stream(recorder, now):
    source = footage_of("counter-small", Codec.H264, 1)
    return recorder.live.start(1, 1, "H264", source, None, now)


class Client:
    """A connection that is read when told to."""

    def __init__(self):
        self.waiting = bytearray()
        self.taken = bytearray()

    def read(self):
        self.taken += self.waiting
        self.waiting.clear()

    def write(self, data):
        self.waiting += data

    def is_closing(self):
        return False

    def get_write_buffer_size(self):
        return len(self.waiting)


def test_pictures_for_a_client_that_does_not_keep_up_are_never_made():
    async def sent():
        recorder, client, slow = Recorder(plan(small_recorder(2)), NOW), Client(), []
        stream = start_stream(recorder, NOW)
        packets = []
        sink = HttpSink(b"".join, lambda: 10_000, slow.append)
        stream.keeps_up = sink.keeps_up
        sink.open(client)

        def let_pass(begin, end):
            for moment in range(begin * 10, end * 10):
                for picture in recorder.run_until(NOW + moment / 10):
                    packets.extend(picture.packets)
                    sink.write(picture)

        let_pass(0, 20)
        kept = len(packets)
        assert len(slow) == 1
        assert len(client.waiting) < 100_000
        client.read()
        let_pass(20, 23)
        return [read_packet(packet) for packet in packets], kept, stream

    packets, kept, stream = asyncio.run(sent())
    assert 0 < kept < len(packets)
    numbers = [packet.sequence for packet in packets]
    steps = [(later - earlier) % 65536 for earlier, later in pairwise(numbers)]
    assert set(steps) == {1}
    assert packets[kept].timestamp - packets[kept - 1].timestamp > 90_000
    assert stream.packets_sent == len(packets)


def test_pictures_that_wait_for_the_head_are_bounded():
    async def held():
        recorder, client = Recorder(plan(small_recorder(2)), NOW), Client()
        stream, made = start_stream(recorder, NOW), 0
        sink = HttpSink(b"".join, lambda: 10_000)
        stream.keeps_up = sink.keeps_up
        for moment in range(200):
            for picture in recorder.run_until(NOW + moment / 10):
                made += 1
                sink.write(picture)
        sink.open(client)
        return made, len(client.waiting)

    made, waiting = asyncio.run(held())
    assert made < 100
    assert 0 < waiting < 100_000


def test_a_stream_that_ends_while_its_pictures_are_sent_gives_no_more():
    recorder = Recorder(plan(small_recorder(2)), NOW)
    stream = start_stream(recorder, NOW)
    pictures = recorder.run_until(NOW + 2)
    assert next(pictures).stream is stream
    recorder.live.end(stream, "stopped")
    assert list(pictures) == []


def looks(happen, *, uids=1):
    """How often the pump looks for what is due, when something happens while it waits."""

    async def counted():
        machine, count = Machine(small_recorder(2)), [0]
        recorder, clock, pump = machine.recorder, machine.clock, machine.pump
        sessions = [recorder.sessions.login("ADMIN", 0, clock.now()) for _ in range(uids)]
        look = recorder.run_until

        def counting(now):
            count[0] += 1
            return look(now)

        recorder.run_until = counting
        task = asyncio.create_task(pump.run())
        for _ in range(5):
            await asyncio.sleep(0)
        happen(recorder, sessions, clock.now())
        pump.changed()
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        return count[0]

    return asyncio.run(counted())


def test_a_keep_alive_does_not_wake_it():
    assert looks(lambda recorder, sessions, now: recorder.sessions.touch(sessions[0], now)) == 1


def test_what_is_due_earlier_wakes_it():
    assert looks(lambda recorder, sessions, now: start_stream(recorder, now)) == 2


def test_the_first_that_is_due_wakes_it():
    assert looks(lambda recorder, sessions, now: recorder.sessions.login("ADMIN", 0, now), uids=0) == 2
