"""What was measured of a recorder: a number between two bounds, and the samples that bound it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.judgement.plain_struct import PlainStruct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOUCH = 1e-3  # bounds so near to each other are the same


class Sample(msgspec.Struct, frozen=True):
    """One look at something: when it was between ``least`` and ``most`` old, was it alive?"""

    least: float
    most: float
    alive: bool


class Measurement(PlainStruct, frozen=True, omit_defaults=True):
    """A number that lies above ``low`` and is not above ``high``. None: nothing bounds it there.

    ``stated`` is what the document says it is, ``how`` the way of measuring. ``unclear`` tells why there
    are no bounds: samples that contradict each other.
    """

    id: str
    name: str
    unit: str
    samples: tuple[Sample, ...]
    how: str
    stated: float | None = None
    low: float | None = None
    high: float | None = None
    unclear: str = ""

    @property
    def text(self) -> str:
        """The number as people read it, rounded outwards to a tenth: ``89.9 to 90.0 s``."""
        if self.unclear:
            return f"unclear: {self.unclear}"
        low = None if self.low is None else math.floor(self.low * 10 + TOUCH) / 10
        high = None if self.high is None else math.ceil(self.high * 10 - TOUCH) / 10
        if low is not None and high is not None:
            return f"{low:.1f} to {high:.1f} {self.unit}"
        if low is not None:
            return f"more than {low:.1f} {self.unit}"
        return f"at most {high:.1f} {self.unit}" if high is not None else "nothing was measured"

    def agrees(self, other: Measurement) -> bool:
        """Whether both can be true of one number; what is unclear has no bounds, and agrees with anything."""
        low = max((each.low for each in (self, other) if each.low is not None), default=-math.inf)
        high = min((each.high for each in (self, other) if each.high is not None), default=math.inf)
        return low <= high + TOUCH


def bounds(samples: Iterable[Sample]) -> tuple[float | None, float | None]:
    """What is certain: it lasts longer than the oldest that was alive at the least, and not longer than the
    youngest that was gone at the most."""
    low = high = None
    for sample in samples:
        if sample.alive:
            low = sample.least if low is None else max(low, sample.least)
        else:
            high = sample.most if high is None else min(high, sample.most)
    return low, high


def contradict(low: float | None, high: float | None) -> bool:
    """Whether these bounds leave nothing between them."""
    return low is not None and high is not None and low > high + TOUCH


def measured(
    id_: str, name: str, samples: Sequence[Sample], *, unit: str, stated: float | None, how: str
) -> Measurement:
    """The measurement that samples make."""
    low, high = bounds(samples)
    made = Measurement(id_, name, unit, tuple(sorted(samples, key=lambda each: each.least)), how, stated)
    if contradict(low, high):
        text = f"alive after {low:.1f} {unit}, gone after {high:.1f} {unit}"
        return msgspec.structs.replace(made, unclear=text)
    return msgspec.structs.replace(made, low=low, high=high)


def put_together(measurements: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """One measurement of each name, from the samples of all that have it."""
    grouped: dict[tuple[str, str], list[Measurement]] = {}
    for each in measurements:
        grouped.setdefault((each.id, each.name), []).append(each)
    return tuple(
        measured(
            id_,
            name,
            [sample for each in members for sample in each.samples],
            unit=members[0].unit,
            stated=members[0].stated,
            how="; ".join(dict.fromkeys(each.how for each in members)),
        )
        for (id_, name), members in grouped.items()
    )
