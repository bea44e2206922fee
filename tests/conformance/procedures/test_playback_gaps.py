"""A gap in the recording is no GOP that was left out, and a GOP that was left out no gap, whichever GOP a
recorder gives for a time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nvr_conformance.procedures.playback_gaps import begins_near, left_out, pictures_pause, recorded_between

LENGTH = 100
BEGIN = 40  # of the first GOP: whole seconds, as TIMEF has them, are no starts of GOPs


@dataclass(frozen=True)
class Gop:
    start: int | None
    length: float | None = LENGTH
    given: bool = True
    camera: int = 1
    count: int = 5


NONE = Gop(None, given=False)


class Recording:
    """Gives the GOP that contains a moment, else the next, else the last; or the one beside it."""

    def __init__(self, *numbers, beside=0, length=LENGTH):
        self.starts = [BEGIN + number * length for number in numbers]
        self.beside = beside
        self.length = length
        self.asked = 0

    def at(self, camera, moment):
        self.asked += 1
        assert moment % 100 == 0
        found = [n for n, start in enumerate(self.starts) if start + self.length > moment]
        number = (found[0] if found else len(self.starts) - 1) + self.beside
        self.place = min(max(number, 0), len(self.starts) - 1)
        return Gop(self.starts[self.place], self.length)

    def fetch(self, camera):
        self.place += 1
        return Gop(self.starts[self.place], self.length) if self.place < len(self.starts) else NONE

    def before(self, camera, moment):
        earlier = [start for start in self.starts if start < moment]
        return Gop(earlier[-1], self.length) if earlier else NONE


def gops(*numbers, length=LENGTH):
    return [Gop(BEGIN + number * length, length) for number in numbers]


@pytest.mark.parametrize("length", [100, 37, 500])
@pytest.mark.parametrize("beside", [-1, 0, 1])
@pytest.mark.parametrize(
    ("recorded", "played", "missing"),
    [
        (range(9), (0, 1, 2, 3), {}),
        ((0, 1, 2, 50, 51, 52, 53), (0, 1, 2, 50, 51, 52, 53), {}),
        ((0, 1, 2, 50, 51), (51, 50, 2, 1, 0), {}),
        (range(9), (0, 1, 4, 5), {1}),
        (range(9), (5, 4, 1, 0), {1}),
        (range(99), (90, 70, 50), {0, 1}),
        ((), (), {}),
    ],
)
def test_what_was_left_out(recorded, played, missing, beside, length):
    recording = Recording(*recorded, beside=beside, length=length)
    assert left_out(recording, gops(*played, length=length)).keys() == set(missing)


def test_one_gop_that_was_left_out():
    for beside in (-1, 0, 1):
        assert left_out(Recording(*range(9), beside=beside), gops(2, 3, 5, 6)).keys() == {1}


def test_nothing_is_asked_where_nothing_can_be_missing():
    recording = Recording(*range(9))
    left_out(recording, gops(0, 1, 2, 3))
    assert recording.asked == 0


def test_pictures_that_come_at_half_the_rate_are_not_left_out():
    slow = [Gop(BEGIN + number * 200, 100, count=1) for number in range(6)]
    recording = Recording(*range(6), length=200)
    assert left_out(recording, slow) == {}


def test_recorded_between():
    recording = Recording(0, 1, 2, 9)
    assert recorded_between(recording, 1, BEGIN, BEGIN + 200) == Gop(BEGIN + 100)
    assert recorded_between(recording, 1, BEGIN + 200, BEGIN + 900) is None


EVENTS = (0, 1, 2, 70, 71, 72)


@pytest.mark.parametrize("beside", [-1, 0, 1])
@pytest.mark.parametrize(
    ("first", "moment", "right"),
    [
        (2, BEGIN + 7000, True),  # the first GOP behind the gap is on show
        (2, 7000, True),  # a whole second ahead of it
        (2, BEGIN + 7060, True),  # within it
        (2, 6000, True),  # in the gap
        (2, 7100, True),  # which TIMEF says of the second one, and the first lasts beyond it
        (1, BEGIN + 7000, False),
        (1, 6000, False),
        (2, BEGIN + 7200, False),
        (70, 300, False),
    ],
)
def test_bplay_may_begin_ahead_of_a_gap(first, moment, right, beside):
    recording = Recording(*EVENTS, beside=beside)
    assert begins_near(recording, Gop(BEGIN + first * LENGTH), moment).ok is right


def test_nothing_is_asked_where_bplay_begins_at_timef():
    recording = Recording(*range(9))
    assert begins_near(recording, Gop(BEGIN), BEGIN + LENGTH).ok
    assert recording.asked == 0


@pytest.mark.parametrize("beside", [-1, 0, 1])
@pytest.mark.parametrize("length", [37, 100, 500])
@pytest.mark.parametrize(
    ("gap", "audio", "pause"),
    [
        ((20, 80), (2000, 8100), True),
        ((20, 80), (1900, 8100), True),  # a second of pictures at each end
        ((20, 24), (2000, 2500), True),
        ((20, 20), (1600, 1900), False),
        ((20, 80), (1000, 1500), False),
        ((20, 80), (2000, 10_000), True),
    ],
)
def test_whether_pictures_pause_where_audio_does(gap, audio, pause, length, beside):
    numbers = [
        number for number in range(99_00 // length) if not gap[0] * 100 <= number * length < gap[1] * 100
    ]
    recording = Recording(*numbers, beside=beside, length=length)
    assert pictures_pause(recording, 1, *audio) is pause


def test_nothing_more_is_recorded():
    assert pictures_pause(Recording(*range(9)), 1, 900, 9000)
