"""Where the zone info byte of playback has its sign and its summer time (OP-21): found from samples.

The document names two bits and draws no numbers. The other bits are reserved, and may be anything.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class ZoneSample(NamedTuple):
    """A zone info byte, and what it should say: ``sign`` 1 west of Greenwich, ``summer`` 1 in summer time."""

    sign: int
    summer: int
    info: int


class ZoneBits(NamedTuple):
    """The numbers of the two bits; 7 is the highest."""

    sign: int
    summer: int

    def explains(self, sample: ZoneSample) -> bool:
        return (sample.info >> self.sign & 1, sample.info >> self.summer & 1) == (sample.sign, sample.summer)

    def __str__(self) -> str:
        return f"sign in bit {self.sign} of the zone info byte, summer time in bit {self.summer}"


LIKELY = (ZoneBits(7, 6), ZoneBits(0, 1), ZoneBits(4, 0), ZoneBits(3, 2))
_ALL = (
    *LIKELY,
    *(bits for pair in permutations(range(7, -1, -1), 2) if (bits := ZoneBits(*pair)) not in LIKELY),
)


def zone_bits(samples: Iterable[ZoneSample]) -> list[ZoneBits]:
    """The bits that explain all samples, the likeliest first; empty where none do."""
    different = set(samples)
    return [bits for bits in _ALL if all(map(bits.explains, different))]
