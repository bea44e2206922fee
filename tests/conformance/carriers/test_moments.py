"""Times that go on with a clock hold; those that stand still, run back or lag do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.carriers.moments import CAMERA, RECORDER, Moment, differ, keep_step, told_by
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import walk
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.dialect import Dialect
from nvr_protocol.timestamps import Zone

START = 1_714_000_000_00


def told(times, *, apart=0.2, exact=True):
    return [
        Moment(f"picture {number}", time, exact, (number * apart, 7 + number * apart // 0.5 * 0.5))
        for number, time in enumerate(times)
    ]


def every(hundredths, count=20, first=START + 35):
    return [first + number * hundredths for number in range(count)]


def test_times_that_go_on_with_a_clock_hold():
    assert keep_step(told(every(20))).ok
    assert differ(told(every(20))).ok


@pytest.mark.parametrize("late", [10, 60])
def test_some_pictures_may_be_stamped_late(late):
    times = every(20)
    assert keep_step(told([*times[:8], min(times[8] + late, times[9]), *times[9:]])).ok


@pytest.mark.parametrize(
    "wrong",
    [
        lambda time: time - time % 100,
        lambda time: time - time % 100 + time % 100 // 10,
        lambda time: time - time % 100 + 99 - time % 100,
        lambda time: time + (100 if time % 100 >= 50 else 0),
        lambda time: START,
    ],
)
def test_times_that_do_not_go_on_are_found(wrong):
    assert not keep_step(told([wrong(time) for time in every(20)])).ok


def test_one_of_two_clocks_is_enough():
    moments = [Moment(moment.place, moment.time, True, (moment.clocks[0], 0.0)) for moment in told(every(20))]
    assert keep_step(moments).ok


def test_the_same_time_again_and_again_is_found():
    assert not differ(told([START] * 4)).ok
    assert not differ(told([START, START, START, START + 20])).ok
    assert differ(told([START, START, START + 20, START + 40])).ok
    assert not differ(told([START, START + 20, START + 5])).ok


def test_where_nothing_is_told_nothing_is_judged():
    with pytest.raises(NotThere):
        keep_step(told(every(20), exact=False))
    with pytest.raises(NothingToJudge):
        keep_step(told(every(20, count=4)))
    with pytest.raises(NothingToJudge):
        differ(told([START]))


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 99), st.sampled_from("><"))
def test_what_is_written_is_told(seconds, part, order):
    zone = Zone(90)
    written = write_information(
        AdditionalInformation(
            seconds=seconds,
            zone=zone,
            frame_hundredths=part,
            camera_seconds=seconds,
            camera_zone=zone,
        ),
        Dialect(byte_order="big" if order == ">" else "little"),
    )
    elements = walk(written, byte_order=order)
    assert told_by(elements, order, RECORDER) == (seconds * 100 + part, True)
    assert told_by(elements, order, CAMERA) == (seconds * 100, False)
    assert told_by(walk(b""), order, CAMERA) is None
