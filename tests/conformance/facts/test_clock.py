"""A recorder's clock may be wrong; local time is not UTC."""

from __future__ import annotations

import pytest

from nvr_conformance.facts.clock import Now, how_far, may_be

NOW = 1_790_000_000
HOUR = 3600


@pytest.mark.parametrize(
    ("off", "plausible"),
    [
        (0, True),
        (-1799, True),
        (5 * HOUR + 400, True),  # a clock that was never set
        (-40 * 86_400, True),
        (20 * 365 * 86_400, True),
        (9 * HOUR, False),
        (-HOUR - 20, False),
        (5 * HOUR + 45 * 60 + 2, False),
        (-3.5 * HOUR, False),
        (-NOW, False),
        (90 * 365 * 86_400, False),
    ],
)
def test_times(off, plausible):
    assert may_be(NOW + off, Now(NOW, NOW + 5)) is plausible


@pytest.mark.parametrize("off", [HOUR, -3 * HOUR - 47 * 60, 9 * HOUR - 20, -15 * 60 - 1800])
def test_a_clock_that_is_wrong_says_so_in_its_date(off):
    assert may_be(NOW + off, Now(NOW, NOW + off + 60)) is True
    assert may_be(NOW + off, Now(NOW + 400, NOW + off + 60)) is not False


@pytest.mark.parametrize("date", [NOW, NOW - 1200, NOW + 1200])
def test_local_time_is_none_where_the_date_is_right(date):
    assert may_be(NOW + 9 * HOUR, Now(NOW, date)) is False


@pytest.mark.parametrize("date", [None, NOW + HOUR, NOW - 40 * 86_400])
def test_without_a_date_that_is_right_or_agrees_it_is_not_known(date):
    now = Now(NOW, date)
    assert may_be(NOW + 9 * HOUR, now) is None
    assert "set " in now.unknown
    assert may_be(NOW + 5 * HOUR + 400, now) is True
    assert may_be(NOW + 20, now) is True
    assert may_be(0, now) is False


def test_it_is_said_how_far():
    assert how_far(NOW + 9 * HOUR, Now(NOW)) == f"{NOW + 9 * HOUR}, +9.00 h off, as a time zone"
