"""Which picture of which live stream is due first, and what is left out where nobody keeps up."""

import random

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import TICKS, footage_of, ticks
from nvr_emulator.recorder.live.streams import LiveTable
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.packet import read_packet

NOW = 1_700_000_000.0


def table():
    return LiveTable(plan(small_recorder(2)), random.Random(1))


def start(live, camera, now=NOW, fixture="counter-small"):
    return live.start(1, camera, "H264", footage_of(fixture, Codec.H264, camera), ("127.0.0.1", 9), now)


def test_pictures_come_in_the_order_in_which_they_are_due():
    live = table()
    streams = [start(live, 1), start(live, 2, fixture="city"), start(live, 3, NOW + 0.35)]
    made = []
    for tenth in range(30):
        now = ticks(NOW + tenth / 10)
        pictures = list(live.due(now))
        assert [picture.taken for picture in pictures] == sorted(picture.taken for picture in pictures)
        assert all(picture.taken <= now for picture in pictures)
        made += pictures
        assert live.next_due() > now
        assert live.next_due() == min(stream.next_due() for stream in streams)
    for stream in streams:
        taken = [picture.taken for picture in made if picture.stream is stream]
        interval = stream.source.interval
        assert taken == list(range(taken[0], taken[0] + interval * len(taken), interval))
        assert len(taken) == stream.pictures_sent > 5


def test_a_stream_that_was_lost_and_is_back_takes_its_turn_once():
    live = table()
    stream = start(live, 1)
    list(live.due(ticks(NOW + 1)))
    for second in range(1, 4):
        live.suspend(1)
        assert live.next_due() is None
        assert list(live.due(ticks(NOW + second))) == []
        live.resume(1, ticks(NOW + second))
    list(live.due(ticks(NOW + 5)))
    live.end(stream, "stopped")
    assert live.next_due() is None
    assert list(live.due(ticks(NOW + 9))) == []


def test_what_is_late_is_left_out_up_to_the_next_key_picture_and_counted():
    live = table()
    late, punctual = start(live, 1), start(live, 2, NOW + 4)
    first = list(live.due(ticks(NOW + 1.1)))
    now = ticks(NOW + 3.3)
    assert live.leave_out_late(now, TICKS) == [late]
    assert live.leave_out_late(now, TICKS) == []
    assert late.next_due() > now
    pictures = [picture for picture in live.due(ticks(NOW + 5)) if picture.stream is late]
    assert pictures[0].key
    before, after = first[-1], pictures[0]
    interval = late.source.interval
    assert late.pictures_left_out == (after.taken - before.taken) // interval - 1 > 5
    assert punctual.pictures_left_out == 0
    # No sequence number goes to what is never made.
    numbers = [
        read_packet(packets[at]).sequence for packets, at in ((before.packets, -1), (after.packets, 0))
    ]
    assert numbers[1] == (numbers[0] + 1) & 0xFFFF


def test_at_twice_the_capacity_as_much_is_sent_as_at_capacity():
    """Who sends has so many pictures a second; the streams ask for as many, and for twice as many."""

    def sent(streams, capacity):
        live, made, now = table(), [], NOW
        for camera in range(1, streams + 1):
            start(live, camera)
        for _ in range(20 * capacity):
            now += 1 / capacity
            live.leave_out_late(ticks(now), TICKS)
            if (picture := next(live.due(ticks(now)), None)) is not None:
                assert ticks(now) - picture.taken <= TICKS
                made.append(picture)
        return len(made), max(stream.pictures_left_out for stream in live.streams())

    at_capacity, left_out = sent(4, 20)
    assert left_out == 0
    at_twice, left_out = sent(8, 20)
    assert left_out > 0
    assert at_twice >= at_capacity
