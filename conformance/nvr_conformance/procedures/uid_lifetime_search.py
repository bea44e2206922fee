"""Which ages of idle UIDs are to be looked at, so that few tell how long one lives (§1.3). No I/O.

A look is a command, and starts a UID's time again: each UID tells of one age. So several are looked at in a
round, and the next round looks between the oldest that was alive and the youngest that was gone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.judgement.measurement import TOUCH, Sample, bounds, contradict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DUST = 1e-6  # what sums of seconds lose


@dataclass(frozen=True)
class Search:
    """``first``: the ages of the first round, the most telling first; beyond the highest nobody looks.
    ``resolution``: bounds so near to each other are near enough; ``grain``: how near two ages of a round
    may be (less than the resolution where answers take time). Seconds."""

    first: tuple[float, ...]
    resolution: float
    grain: float

    def next_ages(self, samples: Sequence[Sample], at_once: int) -> list[float]:
        """The ages of the next round, youngest first, ``at_once`` at most; none when no more is to be
        learnt."""
        low, high = bounds(samples)
        low = low or 0.0
        if high is None:
            return sorted([age for age in self.first if age > low + _DUST][:at_once])
        width = high - low
        if width <= self.resolution + TOUCH:
            return []
        parts = math.ceil(width / self.grain - _DUST)
        count = min(at_once, parts - 1)
        if width / (count + 1) <= self.resolution + _DUST:
            parts = count + 1  # this round is the last one
        places = dict.fromkeys(round(number * parts / (count + 1)) for number in range(1, count + 1))
        return [round(low + place * width / parts, 6) for place in places]


def tells(age: float, samples: Iterable[Sample]) -> bool:
    """Whether it is still open how a UID of this age fares; it is, once samples contradict each other."""
    low, high = bounds(samples)
    return contradict(low, high) or ((low is None or age > low) and (high is None or age < high))


def contradicting(samples: Iterable[Sample], stated: float, tolerance: float) -> list[Sample]:
    """The samples that cannot be if UIDs live as long as ``stated``, give or take ``tolerance``."""
    return [
        sample
        for sample in samples
        if (sample.alive and sample.least > stated + tolerance - _DUST)
        or (not sample.alive and sample.most < stated - tolerance - _DUST)
    ]


class Turn(NamedTuple):
    """What to do ``at`` seconds after a round began: log in the UID that is to reach ``age``, or look at
    it."""

    at: float
    age: float
    is_look: bool


def timetable(ages: Iterable[float], spacing: float) -> list[Turn]:
    """When to log in and when to look, for UIDs of these ages, so that no two turns come nearer than
    ``spacing``. An age below it cannot be had."""
    turns: list[Turn] = []
    for age in sorted(ages, reverse=True):
        if age < spacing:
            continue
        at = 0.0
        while any(abs(turn.at - moment) < spacing - _DUST for turn in turns for moment in (at, at + age)):
            at += spacing / 12
        turns += [Turn(at, age, False), Turn(at + age, age, True)]
    return sorted(turns)
