"""How fast the RTP clock of a stream goes (LIV-10, §2.3.1), to some tenths of a percent.

A picture's time stamp is held against two clocks: the recorder's own, which it writes into the same packet
(0x0007, 0x000A), and this machine's, by when the packet came. Each picture of an early stretch makes a pair
with each of a late one; of the speeds that the pairs give, the middle half says how sure the measurement is.
What a constant delay does is the same at both ends; by how much the delay may have changed is added. A clock
that was set meanwhile, or packets that were held up once, show in one half of the time alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from operator import attrgetter
from statistics import median
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import order_of, walk

if TYPE_CHECKING:
    from nvr_conformance.reading.rtp import RtpRecord

TOLERANCE = 0.001  # two crystals differ by a tenth of that
FEWEST = 5  # pictures at either end
LONG = 30.0  # seconds between the ends, at least
COMPARED = 60  # pictures at either end, at most
STEADY = 0.5  # of the difference between two clocks, in either half of the time, at least
STAMPING = 0.1  # seconds by which the recorder may be later with 0x0007 at one end than at the other
STEPS = 0.25  # seconds by which a clock that is moved in steps is later at one end than at the other
DELAY = 0.5  # seconds by which packets may be longer on their way at one end than at the other


Shown = Sequence[tuple[float, float]]
"""Of each picture the seconds that the clock shows, and those that a witness shows."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """One picture: its time stamp, when it came (seconds), and the recorder's time in it, if it has one."""

    ticks: int
    arrived: float
    recorder: float | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Between which bounds a clock's speed lies; 1.0 is right."""

    low: float
    high: float

    def is_right(self) -> bool:
        """Whether it can be that of a clock that goes right."""
        return self.low <= 1 + TOLERANCE and self.high >= 1 - TOLERANCE

    def common(self, other: Speed | None) -> Speed | None:
        """The bounds that both allow; None where they contradict each other."""
        if other is None:
            return self
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Speed(low, high) if low <= high else None

    def __str__(self) -> str:
        low, high = (round(100 * (bound - 1), 2) + 0.0 for bound in (self.low, self.high))
        return f"{low:+.2f} to {high:+.2f} %"


def clock_speed(
    early: Sequence[RtpRecord],
    middle: Sequence[RtpRecord],
    late: Sequence[RtpRecord],
    *,
    in_steps: bool,
    clock: int = 90_000,
) -> Fact:
    """LIV-10: time stamps grow at ``clock`` ticks a second between two stretches of one stream, and alike
    up to the middle one and from there on.

    ``in_steps``: this machine's clock is moved by hand; nothing is on its way then, but what comes between
    the stretches comes in heaps.
    """
    stretches = [_stamped(records) for records in (early, middle, late)]
    if min(len(stretches[0]), len(stretches[2])) < FEWEST:
        raise NothingToJudge("the stream has too few pictures to tell how fast its clock goes")
    base = stretches[0][0].ticks
    came, told = (
        [_witnessed(stretch, base, clock, witness) for stretch in stretches]
        for witness in (attrgetter("arrived"), attrgetter("recorder"))
    )
    if in_steps:
        came[1] = []
    by_arrival = _speed(*came, moved=STEPS if in_steps else DELAY)
    own = _speed(*told, moved=0.0 if in_steps else STAMPING)
    found = by_arrival or own
    if found is None:
        raise NothingToJudge(f"no clock goes steadily beside it for {LONG:.0f} s")
    expected = f"{clock} ticks a second ± {100 * TOLERANCE:.1f} %"
    by = {"by arrival": by_arrival, "by 0x0007": own}
    actual = "off by " + ", ".join(f"{speed} {name}" for name, speed in by.items() if speed is not None)
    common = found.common(own)
    if common is not None:
        return Fact(common.is_right(), expected, actual)
    if not in_steps and own is not None and own.is_right():
        raise NothingToJudge(f"{actual}: the packets come later and later, or sooner and sooner")
    return Fact(found.is_right(), expected, f"{actual}, which cannot both be")


def _witnessed(
    stretch: Sequence[Stamped], base: int, clock: int, witness: Callable[[Stamped], float | None]
) -> list[tuple[float, float]]:
    """Seconds that the stream's clock has grown since ``base``, each beside what a witness says it was."""
    return [
        (_grown(each.ticks, base) / clock, time) for each in stretch if (time := witness(each)) is not None
    ]


def _stamped(records: Sequence[RtpRecord]) -> list[Stamped]:
    """The first packet of each picture, ``COMPARED`` of them."""
    pictures: list[Stamped] = []
    before: int | None = None
    readable = [record for record in records if not record.problem]
    order = order_of(next((record.extension for record in readable if record.extension), b""))
    for record in readable:
        if record.timestamp != before:
            before = record.timestamp
            pictures.append(Stamped(before, record.arrived, _own_time(record, order)))
    return pictures[:: -(-len(pictures) // COMPARED) or 1]


def own_times(records: Sequence[RtpRecord]) -> list[tuple[float, RtpRecord]]:
    """The recorder's time in each packet that has one, in Unix seconds."""
    order = order_of(next((record.extension for record in records if record.extension), b""))
    found = ((_own_time(record, order), record) for record in records if not record.problem)
    return [(time, record) for time, record in found if time is not None]


def _own_time(record: RtpRecord, order: str) -> float | None:
    """0x0007, and 0x000A where there is one, in Unix seconds."""
    elements = walk(record.extension or b"", byte_order=order)
    seconds, part = elements.get(0x0007), elements.get(0x000A)
    if seconds is None or len(seconds) < 4:
        return None
    hundredths = 0 if part is None or len(part) < 2 else struct.unpack(order + "H", part[:2])[0]
    return float(struct.unpack(order + "I", seconds[:4])[0] + hundredths / 100)


def _grown(ticks: int, base: int) -> int:
    """By how much a time stamp has grown, or shrunk, since ``base``, over the wrap."""
    return (ticks - base + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000


def _speed(early: Shown, middle: Shown, late: Shown, *, moved: float) -> Speed | None:
    """None where the stretches are too near to each other, or the two clocks part in one half of the time."""
    speeds, apart = _speeds(early, late)
    if apart < LONG:
        return None
    quarter = len(speeds) // 4
    found = Speed(speeds[quarter] - moved / apart, speeds[-1 - quarter] + moved / apart)
    halves = [_speeds(early, middle)[0], _speeds(middle, late)[0]]
    if not found.is_right() and all(halves):
        whole = median(speeds) - 1
        if any((median(half) - 1) / whole < STEADY for half in halves):
            return None
    return found


def _speeds(early: Shown, late: Shown) -> tuple[list[float], float]:
    """The speed that each pair gives, the lowest first, and how many seconds lie between the stretches."""
    pairs = [(end[0] - begin[0], end[1] - begin[1]) for begin, end in product(early, late)]
    speeds = sorted(shown / witness for shown, witness in pairs if witness > 0)
    return speeds, median(witness for _, witness in pairs) if speeds else 0.0
