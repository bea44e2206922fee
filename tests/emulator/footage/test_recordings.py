"""What is recorded: GOPs on a grid, stretches, gaps, both ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.footage.footage import TICKS, Footage, footage_of, hundredths, ticks
from nvr_emulator.footage.outages import Outages
from nvr_emulator.footage.recordings import (
    MINUTE,
    Place,
    Recording,
    Stretch,
    Stretches,
    TimeLine,
    on_the_minute,
)
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


STEPS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=6)


def laid_out(steps, *, goes_on):
    """Stretches whose gaps and lengths are hundredths of a second; the last may go on."""
    made, moment = [], START
    for gap, length in steps:
        begin = moment + gap * TICKS // 100
        moment = begin + length * TICKS // 100
        made.append(Stretch(footage_of("counter-small", Codec.H264, 1), begin, moment))
    if made and goes_on:
        made[-1] = Stretch(made[-1].footage, made[-1].start, None)
    return made


def every_gop(stretches, now):
    """All that is recorded, one by one."""
    found = []
    for index, stretch in enumerate(stretches):
        limit = now if stretch.end is None else min(stretch.end, now)
        gop = stretch.footage.containing(stretch.start)
        while gop.end <= limit:
            if gop.start >= stretch.start:
                found.append(Place(index, gop))
            gop = gop.following()
    return found


@given(STEPS, st.booleans(), st.integers(-500, 25_000), st.integers(-500, 25_000), st.integers(-70, 70))
def test_every_place_is_the_one_that_counting_finds(steps, goes_on, wanted, now, count):
    stretches = laid_out(steps, goes_on=goes_on)
    moment, now = START + wanted * TICKS // 100, START + now * TICKS // 100
    recording, places = Recording(stretches), every_gop(stretches, now)
    assert recording.oldest(now) == (places[0] if places else None)
    assert recording.latest(now) == (places[-1] if places else None)
    holds = [place for place in places if place.gop.start <= moment < place.gop.end]
    assert recording.containing(moment, now) == (holds[0] if holds else None)
    later = [place for place in places if place.gop.start >= moment]
    assert recording.following(moment, now) == (later[0] if later else None)
    earlier = [place for place in places if place.gop.end <= moment]
    assert recording.preceding(moment, now) == (earlier[-1] if earlier else None)
    if places:
        begin = wanted % len(places)
        there = places[begin + count] if 0 <= begin + count < len(places) else None
        assert recording.step(places[begin], count, now) == there


@given(STEPS, st.booleans(), st.integers(-500, 25_000))
def test_the_length_of_all_is_the_sum_of_its_parts(steps, goes_on, now):
    stretches, now = laid_out(steps, goes_on=goes_on), START + now * TICKS // 100
    parts = [max(0, (now if s.end is None else min(s.end, now)) - s.start) for s in stretches]
    assert Recording(stretches).time_line.recorded(now) == sum(parts)


@given(STEPS, st.booleans(), STEPS, st.booleans())
def test_outages_leave_what_lies_outside_them(steps, goes_on, lost, still_lost):
    stretches, outages, holes = (
        laid_out(steps, goes_on=goes_on),
        Outages(),
        laid_out(lost, goes_on=still_lost),
    )
    for hole in holes:
        outages.begin(1, hole.start)
        if hole.end is not None:
            outages.end(1, hole.end)

    def holds(pieces, moment):
        return any(s.start <= moment and (s.end is None or moment < s.end) for s in pieces)

    pieces = outages.cut(1, stretches)
    edges = {edge for s in (*stretches, *holes) for edge in (s.start, s.end) if edge is not None}
    for moment in (edge + beside for edge in edges for beside in (-1, 0, 1)):
        assert holds(pieces, moment) == (holds(stretches, moment) and not holds(holes, moment))


def test_what_is_asked_takes_no_longer_where_more_is_recorded(monkeypatch):
    footage, asked = footage_of("counter-small", Codec.H264, 1), []
    containing = Footage.containing
    monkeypatch.setattr(Footage, "containing", lambda self, m: asked.append(m) or containing(self, m))

    def work(count):
        asked.clear()
        spans = [(START + n * 1200 * TICKS, START + (n * 1200 + 600) * TICKS) for n in range(count)]
        recording, now = Recording(Stretches(TimeLine(spans), lambda index: footage)), spans[-1][0] + 1
        middle = spans[count // 2][0] + 700 * TICKS
        for find in (recording.near, recording.containing, recording.following, recording.preceding):
            find(middle, now)
        assert recording.oldest(now)
        assert recording.latest(now)
        recording.time_line.recorded(now)
        return len(asked)

    assert work(100_000) == work(10) < 40
