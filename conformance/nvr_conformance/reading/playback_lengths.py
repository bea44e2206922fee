"""What the lengths of playback video count (OP-19, OP-20, OP-22): found from where things lie, not from a
list of readings, and said in words.

The document draws an arrow for each length and says no more. So a length is right where some two landmarks
of the chunk explain it; and a recorder means the same by it in each chunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Reading = TypeVar("Reading")

PACKET_HEADER_SIZE = 24
MOST_OFF = 8  # bytes by which a chunk's length may be off a landmark, and still count from there

_FROM = {0: "the packet header", 4: "itself", 8: "behind itself"}


class PacketReading(NamedTuple):
    """What the Length of a packet header counts: it leaves out the first ``omitted`` bytes of the packet, and
    unless ``with_padding`` its zero padding."""

    omitted: int
    with_padding: bool

    def size(self, stated: int, padding: int) -> int:
        """Of the whole packet: header, video data, zero padding."""
        return stated + self.omitted + (0 if self.with_padding else padding)

    def __str__(self) -> str:
        if self.omitted == PACKET_HEADER_SIZE:
            return "Length counts the video data" + (" and its padding" if self.with_padding else "")
        begin = _FROM.get(self.omitted)
        more = "" if begin else f", {_more(-self.omitted)}"
        end = "the padding" if self.with_padding else "the video data"
        return f"Length counts from {begin or _FROM[0]} to the end of {end}{more}"


PACKET_READINGS = tuple(
    PacketReading(omitted, with_padding)
    for omitted, with_padding in (
        (0, True), (0, False), (8, True), (24, False), (4, True), (4, False), (8, False), (24, True),
    )
)  # fmt: skip
"""What an arrow that begins at some field of the packet header may mean, the likeliest first."""


class LengthReading(NamedTuple):
    """What a chunk's length counts: from one landmark to another, and some bytes more (or less)."""

    begin: str
    end: str
    more: int = 0

    def __str__(self) -> str:
        more = f", {_more(self.more)}" if self.more else ""
        return f"Length counts from {self.begin} to {self.end}{more}"


def length_readings(
    stated: int, begins: Mapping[str, int], ends: Mapping[str, int]
) -> tuple[LengthReading, ...]:
    """What explains a chunk's length, the likeliest first: landmarks that are as far apart, or nearly so."""
    found = [
        LengthReading(begin, end, stated - (ends[end] - begins[begin])) for end in ends for begin in begins
    ]
    near = [reading for reading in found if abs(reading.more) <= MOST_OFF]
    return tuple(sorted(near, key=lambda reading: abs(reading.more)))


def size_readings(stated: int, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """What explains the data size of 0x0006, the likeliest first."""
    return tuple(f"0x0006 counts {what}" for what, size in sizes.items() if size == stated)


def in_common(found: Sequence[Sequence[Reading]]) -> list[Reading]:
    """The readings that explain all, in the order of the first."""
    return [reading for reading in found[0] if all(reading in others for others in found)] if found else []


def _more(count: int) -> str:
    return f"{count} more" if count > 0 else f"{-count} less"
