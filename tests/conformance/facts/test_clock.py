"""A recorder's clock may be wrong; local time is not UTC."""

from __future__ import annotations

import pytest

from nvr_conformance.facts.clock import how_far, is_plausible

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
    assert is_plausible(NOW + off, NOW) is plausible


def test_it_is_said_how_far():
    assert how_far(NOW + 9 * HOUR, NOW) == f"{NOW + 9 * HOUR}, +9.00 h off, as a time zone"
