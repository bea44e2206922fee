"""What is recorded: GOPs on a grid, stretches, gaps, both ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.footage.footage import TICKS, footage_of, hundredths, ticks
from nvr_emulator.footage.recordings import MINUTE, Recording, Stretch, on_the_minute
from nvr_protocol.codecs import Codec

START = on_the_minute(ticks(1_714_000_000))
GAP = (START + 10 * MINUTE, START + 15 * MINUTE)
NOW = START + 20 * MINUTE + 30 * TICKS


@pytest.fixture(scope="module")
def footage():
    return footage_of("counter-small", Codec.H264, 1)


@pytest.fixture(scope="module")
def recording(footage):
    return Recording([Stretch(footage, START, GAP[0]), Stretch(footage, GAP[1], None)])


def test_gops_lie_on_a_grid_that_is_counted_from_the_epoch(footage):
    gop = footage.containing(START + 123)
    assert gop.start <= START + 123 < gop.end
    assert footage.gop(gop.number) == gop
    assert footage.gop(gop.number + 1).start == gop.end


@given(moment=st.integers(0, 2**48))
def test_each_moment_has_one_gop(moment):
    footage = footage_of("counter-small", Codec.H264, 1)
    gop = footage.containing(moment)
    assert gop.start <= moment < gop.end
    assert footage.gop(gop.number) == gop


def test_picture_times_are_cut_to_hundredths(footage):
    gop = footage.containing(START)
    assert gop.picture_hundredths() == [hundredths(gop.start) + 20 * picture for picture in range(5)]


def test_the_oldest_begins_at_the_start_and_the_latest_is_complete(recording):
    assert recording.oldest(NOW).gop.start == START
    assert recording.latest(NOW).gop.end <= NOW
    assert NOW - recording.latest(NOW).gop.end < TICKS


def test_nothing_lies_in_the_gap(recording):
    assert recording.containing(GAP[0], NOW) is None
    assert recording.following(GAP[0], NOW).gop.start == GAP[1]
    assert recording.preceding(GAP[1] - 1, NOW).gop.end == GAP[0]
    assert recording.near(GAP[0] + MINUTE, NOW).gop.start == GAP[1]


def test_near_gives_the_last_beyond_the_end_and_the_first_before_the_start(recording):
    assert recording.near(NOW + MINUTE, NOW) == recording.latest(NOW)
    assert recording.near(START - MINUTE, NOW) == recording.oldest(NOW)


def test_a_step_crosses_the_gap(recording):
    last = recording.preceding(GAP[0], NOW)
    first = recording.step(last, 1, NOW)
    assert first.gop.start == GAP[1]
    assert recording.step(first, -1, NOW) == last
    assert recording.step(last, 5, NOW).gop.start == GAP[1] + 4 * TICKS


def test_a_step_past_either_end_gives_nothing(recording):
    assert recording.step(recording.oldest(NOW), -1, NOW) is None
    assert recording.step(recording.latest(NOW), 1, NOW) is None
    assert recording.step(recording.latest(NOW), 1, NOW + TICKS) is not None


@given(count=st.integers(-2000, 2000), first=st.integers(0, 900))
def test_steps_add_up(count, first):
    footage = footage_of("counter-small", Codec.H264, 1)
    recording = Recording([Stretch(footage, START, GAP[0]), Stretch(footage, GAP[1], None)])
    place = recording.step(recording.oldest(NOW), first, NOW)
    if place is None:
        return
    there = recording.step(place, count, NOW)
    assert there is None or recording.step(there, -count, NOW) == place


def test_an_empty_stretch_is_no_recording(footage):
    assert Recording([Stretch(footage, NOW, None)]).oldest(NOW) is None
    assert Recording([Stretch(footage, NOW, None)]).near(NOW, NOW) is None
