"""A gap in the recording is no missing GOP, and a missing GOP no gap."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nvr_conformance.procedures.playback_gaps import is_recorded, without_gaps

LENGTH = 100


@dataclass(frozen=True)
class Gop:
    start: int | None
    length: float | None = LENGTH
    given: bool = True
    camera: int = 1


class Recording:
    """Gives the GOP that contains a moment, else the next, else the last."""

    def __init__(self, *numbers):
        self.starts = [number * LENGTH for number in numbers]

    def at(self, camera, moment):
        found = [start for start in self.starts if start + LENGTH > moment] or self.starts[-1:]
        return Gop(found[0])


def gops(*numbers):
    return [Gop(number * LENGTH) for number in numbers]


@pytest.mark.parametrize(
    ("recorded", "played", "run"),
    [
        (range(9), (0, 1, 2, 3), (0, 1, 2, 3)),
        ((0, 1, 2, 50, 51, 52, 53), (0, 1, 2, 50, 51, 52, 53), (50, 51, 52, 53)),
        ((0, 1, 2, 50, 51), (51, 50, 2, 1, 0), (2, 1, 0)),
        (range(9), (0, 1, 3, 4), (0, 1, 3, 4)),  # GOP 2 was left out
        (range(99), (90, 70, 50), (90, 70, 50)),
        ((), (), ()),
    ],
)
def test_the_longest_run_without_a_gap(recorded, played, run):
    assert without_gaps(Recording(*recorded), gops(*played)) == gops(*run)


def test_what_is_not_known_is_no_gap():
    for unknown in (Gop(None), Gop(0, None)):
        assert without_gaps(Recording(0, 9), [unknown, Gop(900)]) == [unknown, Gop(900)]


def test_recorded_between():
    recording = Recording(0, 1, 2, 9)
    assert is_recorded(recording, 1, 100, 300)
    assert not is_recorded(recording, 1, 300, 900)
