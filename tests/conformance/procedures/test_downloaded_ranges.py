"""Ranges about a gap: whole minutes, of which it is known how much is recorded."""

import pytest

from nvr_conformance.procedures.downloaded_ranges import over_a_gap

HOUR = 1_714_000_000 // 3600 * 3600


def test_a_gap_of_some_minutes():
    ranges, inside = over_a_gap(HOUR + 600, HOUR + 1200, 10.0)
    told = {each.name: (each.begin - HOUR, each.end - HOUR, each.recorded) for each in ranges}
    assert told == {
        "over a gap": (540, 1260, 120.0),
        "up to a gap": (540, 1140, 60.0),
        "from a gap on": (660, 1260, 60.0),
    }
    assert inside == (HOUR + 660, HOUR + 1140)


@pytest.mark.parametrize("length", [15, 61, 100, 120])
def test_a_gap_without_room_for_a_minute_has_none_inside(length):
    ranges, inside = over_a_gap(HOUR + 605, HOUR + 605 + length, 10.0)
    assert inside is None
    assert ranges[0].recorded > 30
    for each in ranges:
        assert each.begin % 60 == each.end % 60 == 0
