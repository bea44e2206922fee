"""How fast a stream's clock goes: found to half a percent, and held against no fault but its own."""

from __future__ import annotations

import random
import struct

import pytest

from nvr_conformance.facts.rtp_clock import clock_speed
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.rtp import RtpRecord

UNIX = 1_714_014_000.0
STRETCHES = ((0.0, 8.0), (38.0, 42.0), (80.0, 100.0))
START = 2**32 - 3_000_000  # over the wrap


def stretches(speed=1.0, *, arrival=lambda time: time, own=lambda time: time, hundredths=True, rate=10):
    """Records of a clock of that speed. ``arrival`` and ``own``: what this machine's and the recorder's clock
    show at a time."""
    found = []
    for begin, end in STRETCHES:
        records = []
        for number in range(round(begin * rate), round(end * rate)):
            time = number / rate
            stamp = round(START + time * 90_000 * speed) % 2**32
            shown = None if own is None else UNIX + own(time)
            records += [
                RtpRecord(
                    len(records),
                    arrival(time) + part / 1000,
                    100,
                    timestamp=stamp,
                    extension=_told(shown, hundredths),
                )
                for part in range(3)
            ]
        found.append(records)
    return found


def _told(shown, hundredths):
    if shown is None:
        return None
    time = struct.pack(">HHI4B", 7, 12, int(shown), 0, 0, 0, 0)
    return time + (struct.pack(">HHHH", 10, 8, int(shown % 1 * 100), 0) if hundredths else b"")


def late(most, seed=1):
    """A network that takes its time, each packet another."""
    chance = random.Random(seed)
    return lambda time: time + chance.expovariate(4 / most)


def stepped(time):
    """A clock that is moved in steps."""
    return -(-time // 0.25) * 0.25


@pytest.mark.parametrize(
    ("clocks", "in_steps"),
    [
        ({}, False),
        ({"arrival": late(0.5)}, False),
        ({"arrival": late(0.5), "own": None}, False),
        ({"arrival": late(0.5), "hundredths": False}, False),
        ({"arrival": stepped}, True),
        ({"arrival": stepped, "own": None}, True),
    ],
)
class TestClocks:
    def test_a_clock_that_goes_right(self, clocks, in_steps):
        fact = clock_speed(*stretches(**clocks), in_steps=in_steps)
        assert fact.ok, fact

    @pytest.mark.parametrize("speed", [0.99, 1.01])
    def test_one_percent(self, clocks, in_steps, speed):
        fact = clock_speed(*stretches(speed, **clocks), in_steps=in_steps)
        assert not fact.ok, fact

    @pytest.mark.parametrize("speed", [0.995, 1.005])
    def test_half_a_percent(self, clocks, in_steps, speed):
        fact = clock_speed(*stretches(speed, **clocks), in_steps=in_steps)
        far_by_arrival_alone = "own" in clocks and not in_steps
        assert fact.ok is far_by_arrival_alone, fact


def test_it_says_what_was_measured():
    fact = clock_speed(*stretches(1.01), in_steps=False)
    assert fact.expected == "90000 ticks a second ± 0.1 %"
    assert fact.actual == "off by +0.42 to +1.58 % by arrival, +0.88 to +1.12 % by 0x0007"


@pytest.mark.parametrize("seconds", [-3600.0, -0.5, 0.2, 1.0, 5.0])
@pytest.mark.parametrize("when", [20.0, 60.0])
def test_a_recorder_whose_clock_is_set_meanwhile(seconds, when):
    fact = clock_speed(*stretches(own=lambda time: time + (seconds if time > when else 0.0)), in_steps=False)
    assert fact.ok, fact


def test_packets_that_are_held_up_once():
    held = {"arrival": lambda time: time + (1.5 if time > 60 else 0.0)}
    assert clock_speed(*stretches(**held), in_steps=False).ok
    with pytest.raises(NothingToJudge, match="steadily"):
        clock_speed(*stretches(**held, own=None), in_steps=False)


def test_packets_that_come_later_and_later():
    behind = {"arrival": lambda time: 1.02 * time}
    with pytest.raises(NothingToJudge, match="later and later"):
        clock_speed(*stretches(**behind), in_steps=False)
    assert not clock_speed(*stretches(**behind), in_steps=True).ok


def test_a_recorder_whose_own_clock_is_wrong():
    fact = clock_speed(*stretches(own=lambda time: 1.02 * time), in_steps=False)
    assert fact.ok
    assert fact.actual.endswith("which cannot both be")


def test_what_says_nothing():
    early, middle, late_ = stretches()
    with pytest.raises(NothingToJudge, match="too few"):
        clock_speed(early[:6], middle, late_, in_steps=False)
    with pytest.raises(NothingToJudge, match="steadily"):
        clock_speed(early[:60], [], early[60:], in_steps=False)
