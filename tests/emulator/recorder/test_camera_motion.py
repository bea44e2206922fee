"""§4.2: a camera stays within its ends, and stops by itself."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.recorder.camera_motion import AXES, MOVE_SECONDS, at_rest, driven, headed

BEGUN = 1_714_000_000.0
A_MOMENT = 1e-6 * AXES["pan"].fastest
"""As far as the fastest axis moves in less than a float can tell of times like these."""
AXIS = AXES["pan"]

COMMANDS = st.lists(
    st.tuples(
        st.floats(0, 5, allow_nan=False),
        st.one_of(
            st.tuples(st.just(driven), st.floats(-1, 1, allow_nan=False)),
            st.tuples(st.just(headed), st.floats(-1000, 1000, allow_nan=False)),
        ),
    ),
    max_size=8,
)


@given(axis=st.sampled_from(list(AXES.values())), commands=COMMANDS, later=st.floats(0, 20, allow_nan=False))
def test_it_never_leaves_its_ends_and_stands_still_in_the_end(axis, commands, later):
    motion, now = at_rest(axis.home), BEGUN
    for wait, (move, value) in commands:
        now += wait
        before = motion.at(now)
        motion = move(axis, motion, value, now)
        assert motion.at(now) == pytest.approx(before, abs=A_MOMENT)
        assert axis.low <= motion.at(now + later) <= axis.high
    longest = MOVE_SECONDS + (axis.high - axis.low) / axis.fastest
    assert motion.at(now + longest) == motion.at(now + longest + later) == motion.goal


@given(share=st.floats(-1, 1, allow_nan=False), later=st.floats(0, 100, allow_nan=False))
def test_a_speed_command_lasts_two_seconds_at_most(share, later):
    motion = driven(AXIS, at_rest(0.0), share, BEGUN)
    assert motion.at(BEGUN + MOVE_SECONDS + later) == motion.goal
    assert motion.goal == pytest.approx(share * AXIS.fastest * MOVE_SECONDS)


def test_it_moves_evenly_and_faster_at_a_higher_speed():
    slow, fast = (driven(AXIS, at_rest(0.0), share, BEGUN) for share in (0.1, 0.5))
    places = [fast.at(BEGUN + quarter / 4) for quarter in range(9)]
    steps = [after - before for before, after in itertools.pairwise(places)]
    assert steps == pytest.approx([steps[0]] * 8, abs=1e-3)
    assert fast.at(BEGUN + 1) == pytest.approx(5 * slow.at(BEGUN + 1), rel=1e-3)


def test_speed_0_stops_where_it_is():
    moving = driven(AXIS, at_rest(0.0), 1.0, BEGUN)
    stopped = driven(AXIS, moving, 0.0, BEGUN + 0.5)
    assert stopped.at(BEGUN + 10) == moving.at(BEGUN + 0.5) == pytest.approx(30.0)


def test_at_its_end_it_stops():
    motion = driven(AXIS, at_rest(170.0), 1.0, BEGUN)
    assert motion.goal == AXIS.high
    assert motion.ends < BEGUN + 1
    assert driven(AXIS, at_rest(AXIS.high), 1.0, BEGUN).ends == BEGUN
