"""A measured lifetime as a drawing for the report: each sample a mark at its age, alive above, gone below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nvr_conformance.judgement.measurement import Measurement, Sample

WIDTH = 560
_LEFT, _RIGHT = 48, 14  # margins of the axis, for the words "alive" and "gone"
_TICKS = 8  # at most


class Mark(NamedTuple):
    """A sample where it is drawn; ``left`` to ``right`` is what is not known of its age."""

    x: float
    left: float
    right: float
    alive: bool
    text: str


class Tick(NamedTuple):
    """A number on the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Axis:
    """Ages from ``start`` to ``end`` over the width of a drawing."""

    measurement: Measurement
    title: str
    start: float
    end: float

    def x(self, age: float) -> float:
        """Where an age stands; beyond the ends at the end."""
        inside = min(max(age, self.start), self.end)
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (inside - self.start) / (self.end - self.start), 1)

    @property
    def marks(self) -> list[Mark]:
        """The samples that lie within."""
        return [
            self._mark(sample)
            for sample in self.measurement.samples
            if sample.most >= self.start and sample.least <= self.end
        ]

    def _mark(self, sample: Sample) -> Mark:
        middle = (sample.least + sample.most) / 2
        unsure = (sample.most - sample.least) / 2
        text = f"{'alive' if sample.alive else 'gone'} after {middle:.2f} {self.measurement.unit}"
        if unsure > 1e-6:
            text += f" ± {math.ceil(unsure * 100 - 1e-6) / 100:.2f} {self.measurement.unit}"
        return Mark(self.x(middle), self.x(sample.least), self.x(sample.most), sample.alive, text)

    @property
    def ticks(self) -> list[Tick]:
        """Round numbers."""
        step = _round_step((self.end - self.start) / _TICKS)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(self.start / step - 1e-6), math.floor(self.end / step + 1e-6)
        return [
            Tick(self.x(number * step), f"{number * step:.{digits}f}") for number in range(first, last + 1)
        ]

    @property
    def band(self) -> tuple[float, float] | None:
        """Left edge and width of where the number lies; None where that is not known."""
        low, high = self.measurement.low, self.measurement.high
        if low is None and high is None:
            return None
        left = self.x(self.start if low is None else low)
        right = self.x(self.end if high is None else high)
        return left, round(max(right - left, 2.0), 1)

    @property
    def stated(self) -> float | None:
        """Where the document's number stands, if it is within."""
        stated = self.measurement.stated
        return self.x(stated) if stated is not None and self.start <= stated <= self.end else None


@dataclass(frozen=True)
class MeasurementPlot:
    """A measurement with its drawings: all samples, and those around the number."""

    measurement: Measurement

    @property
    def axes(self) -> list[Axis]:
        """One axis, or two where the bounds are too near to each other to be seen on the first."""
        made = self.measurement
        ages = [age for sample in made.samples for age in (sample.least, sample.most)]
        whole = Axis(made, "all samples", 0.0, 1.05 * max([*ages, made.stated or 0.0, 1.0]))
        if made.low is None or made.high is None:
            return [whole]
        width = max(made.high - made.low, 0.05)
        if width > 0.05 * whole.end:
            return [whole]
        middle = (made.low + made.high) / 2
        near = Axis(made, "around the bounds", max(0.0, middle - 5 * width), middle + 5 * width)
        return [whole, near]


def _round_step(least: float) -> float:
    """The least of 1, 2, 5, 10, 20 … and their tenths that is not below ``least``."""
    unit: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= least * (1 - 1e-9))
