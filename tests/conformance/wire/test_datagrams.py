"""What a network does to datagrams is undone; what a recorder does is not."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.wire.datagrams import CANDIDATES, WINDOW, Kind, Sieve

RECORDER, ROUTER, STRANGER = ("192.0.2.1", 40000), ("192.0.2.9", 50000), ("203.0.113.7", 6000)
CAMERA_2 = struct.pack(">HHHH", 4, 8, 2, 0)
CAMERA_3 = struct.pack(">HHHH", 4, 8, 3, 0)


def packet(sequence, picture, ssrc=0xCAFE, *, type_=98, extension=CAMERA_2, payload=b"x" * 40):
    head = struct.pack(
        ">BBHII",
        0x90 if extension else 0x80,
        type_,
        sequence % 65536,
        (4_294_900_000 + picture * 18_000) % 2**32,
        ssrc,
    )
    words = struct.pack(">HH", 0, len(extension) // 4) + extension if extension else b""
    return head + words + struct.pack(">I", sequence) + payload


def a_stream(pictures=20, each=5, first=65_500, **values):
    """Packets of some pictures, over both wraps."""
    return [packet(first + n, n // each, **values) for n in range(pictures * each)]


def sent(datagrams, sieve=None):
    """What is left of (datagram, sender) pairs, in the order of sending."""
    sieve = sieve or Sieve(2, "H264")
    kept = []
    for data, sender in datagrams:
        kind, ahead = sieve.take(data, sender)
        if kind is Kind.OUSTS:
            kept.clear()
        if kind in (Kind.OWN, Kind.OUSTS):
            kept.insert(len(kept) - ahead, data)
    return kept


def through(packets, seed, places=6, double=0.1):
    """As a network delivers them: late by some places, and now and then twice; the first is the first."""
    chance = random.Random(seed)
    timed = [(0, packets[0])]
    for number, data in enumerate(packets[1:], 1):
        copies = 2 if chance.random() < double else 1
        timed += [(number + chance.randint(0, places), data) for _ in range(copies)]
    return [data for _, data in sorted(timed, key=lambda each: each[0])]


@given(st.integers(0, 2**32), st.integers(0, 40))
def test_order_and_copies_are_undone(seed, places):
    packets = a_stream()
    delivered = through(packets, seed, places)
    assert sent((data, RECORDER) for data in delivered) == packets


def test_what_was_undone_is_counted():
    first, second, third, *rest = a_stream(2)
    sieve = Sieve(2, "H264")
    sent([(each, RECORDER) for each in (first, third, second, third, *rest)], sieve)
    assert (sieve.late, sieve.copies, sieve.strangers) == (1, 1, 0)


def test_the_stream_may_come_from_any_port_and_address():
    packets = a_stream()
    assert sent((data, random.choice([RECORDER, ROUTER])) for data in packets) == packets


@pytest.mark.parametrize(
    "change",
    [
        lambda n, s: packet(n % 20, n // 5),  # starts again at each GOP
        lambda n, s: packet(n - n // 20, n // 5),  # one number twice
        lambda n, s: packet(n + n // 20, n // 5),  # one number left out
        lambda n, s: packet(n, -n // 5 if n % 20 == 0 else n // 5),  # a time that goes back
        lambda n, s: packet(n, n // 5, ssrc=n // 20),  # an SSRC for each GOP
        lambda n, s: packet(n, n // 5, ssrc=n),  # an SSRC for each packet
        lambda n, s: packet(n, n // 5 + n // 20 * 300, ssrc=n // 20),  # and a minute between GOPs
        lambda n, s: b"\x50" + packet(n, n // 5)[1:],  # version 1
        lambda n, s: packet(n, n // 5, type_=96 + n % 20),  # any payload type
        lambda n, s: packet(n, n // 5, extension=CAMERA_3),  # another camera
    ],
)
def test_what_a_recorder_does_wrong_is_left_as_it_is(change):
    packets = [change(number, None) for number in range(100)]
    assert sent((data, RECORDER) for data in packets) == packets


@given(st.integers(0, 2**32), st.integers(1, 5))
def test_packets_of_others_do_not_count(seed, share):
    chance, own = random.Random(seed), a_stream()
    datagrams = []
    for number, data in enumerate(own):
        for _ in range(share):
            ssrc = chance.choice([1, 2, 0xF00D])
            other = packet(number * 3, number, ssrc, extension=b"", payload=chance.randbytes(200))
            datagrams.append((other, STRANGER))
        datagrams.append((data, RECORDER))
    sieve = Sieve(2, "H264")
    assert sent(datagrams, sieve) == own
    assert sieve.strangers >= share * len(own) - share


def test_control_packets_and_other_protocols_do_not_count():
    own = a_stream(2)
    report = struct.pack(">BBHIQIII", 0x80, 200, 6, 0xCAFE, 0, 0, 0, 0)
    others = [report, b"", b"GET / HTTP/1.1\r\n\r\n", bytes(40)]
    datagrams = [(own[0], RECORDER), *((each, STRANGER) for each in others)]
    datagrams += [(each, RECORDER) for each in own[1:]]
    assert sent(datagrams) == own


def test_the_stream_that_names_its_camera_is_the_one():
    others = a_stream(first=30_000, ssrc=7, extension=CAMERA_3)
    own = a_stream()
    mixed = [(data, RECORDER) for pair in zip(others, own, strict=True) for data in pair]
    assert sent(mixed) == own


@given(st.lists(st.tuples(st.binary(max_size=60), st.sampled_from([RECORDER, STRANGER])), max_size=40))
def test_any_datagrams_are_taken(datagrams):
    assert len(sent(datagrams)) <= len(datagrams)


def test_a_flood_leaves_nothing_behind():
    sieve = Sieve(2, "H264")
    sieve.take(packet(1, 0), RECORDER)
    for number in range(5000):
        data = packet(number, number, ssrc=number, extension=b"")
        assert sieve.take(data, STRANGER) == (Kind.STRANGER, 0)
    for number in range(5000):
        sieve.take(packet(number, number), RECORDER)
    assert len(sieve._looked_at) <= CANDIDATES
    assert len(sieve._recent) <= WINDOW
    assert len(sieve._known) <= WINDOW
