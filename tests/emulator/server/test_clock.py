"""The recorder's clock: where it goes, and where it cannot."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.settings import EARLIEST, LATEST
from nvr_emulator.server.clock import ClockError, ManualClock, RealClock, RealClockError

START = 1_700_000_000.0


NUMBERS = st.integers() | st.sampled_from([10**5000, -(10**5000)]) | st.floats()


@given(NUMBERS | st.booleans() | st.text(max_size=5) | st.none())
def test_whatever_moves_a_manual_clock_it_stays_where_times_can_be_told(seconds):
    clock = ManualClock(START)
    is_number = not isinstance(seconds, bool) and isinstance(seconds, int | float)
    if is_number and 0 <= seconds <= LATEST - START:
        moment = clock.after(seconds)
        assert math.isclose(moment, START + seconds)
        assert EARLIEST <= moment <= LATEST
        return
    with pytest.raises(ClockError, match=r"^seconds: ") as caught:
        clock.after(seconds)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 150
    assert clock.now() == START


def test_it_never_runs_backwards_but_starts_again():
    clock = ManualClock(START)
    clock.move_to(START + 10)
    clock.move_to(START + 5)
    assert clock.now() == START + 10
    clock.restart()
    assert clock.now() == START


def test_nobody_moves_the_real_clock():
    for move in (RealClock().after, RealClock().move_to):
        with pytest.raises(RealClockError, match="the clock is real"):
            move(1)


def test_the_real_clock_runs_from_its_start_and_stands_still_at_the_end():
    clock = RealClock(START)
    assert START <= clock.now() < START + 60
    clock.restart()
    assert START <= clock.now() < START + 60
    assert abs(RealClock().now() - time.time()) < 60
    assert RealClock(LATEST).now() == LATEST
