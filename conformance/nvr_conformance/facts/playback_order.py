"""Facts about the order of GOPs (PLB-07, PLB-12 … PLB-19): pure functions over what ``camera.cgi`` gave.

Each gives a ``Fact`` for ``check(id, *fact)`` and raises NothingToJudge where a pass would prove nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.playback_chunk import END_AT
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.gop import clock_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.decoding import Decoded
    from nvr_conformance.reading.gop import Gop

SKIPPED = 1.5  # GOP lengths from one answer to the next, from which on something was skipped
NEAR = 1.0  # GOP lengths
ZONES_AT = {"end": 25, "start": 33}  # of the zones in the GOP information, from the stream header on


def follow_on(gops: Sequence[Gop]) -> Fact:
    """PLB-12: each GOP begins one picture interval behind the end of the one before; none twice, none
    missing."""
    expected = "each GOP one picture behind the end of the one before"
    if len(gops) < 2:
        raise NothingToJudge(f"{len(gops)} GOPs have no order")
    for number, (earlier, later) in enumerate(pairwise(gops), 1):
        if not _follows_closely(earlier, later):
            return Fact(False, expected, f"GOP {number}: {_both(earlier, later)}")
        if earlier.video == later.video:
            return Fact(False, expected, f"GOP {number}: the same pictures again")
    return Fact(True, expected, f"{len(gops)} GOPs from {clock_time(gops[0].start)}")


def neighbours(gops: Sequence[Gop], *, backward: bool) -> Fact:
    """PLB-13, PLB-15, PLB-16: each is the GOP next to the one before it, later or earlier."""
    expected = f"each the GOP {'before' if backward else 'after'} the last"
    if len(gops) < 2:
        raise NothingToJudge(f"{len(gops)} GOPs have no order")
    for number, (first, second) in enumerate(pairwise(gops), 1):
        earlier, later = (second, first) if backward else (first, second)
        start, length = _place(earlier)
        if abs(_place(later)[0] - start - length) > length / 2:
            return Fact(False, expected, f"GOP {number}: {_both(first, second)}")
    return Fact(True, expected, f"{len(gops)} GOPs from {clock_time(gops[0].start)}")


def near(gop: Gop, moment: int, tolerance: float = NEAR) -> Fact:
    """PLB-17: the moment is in the GOP, or within ``tolerance`` GOP lengths of it."""
    start, length = _place(gop)
    expected = f"within {tolerance:g} GOP of {clock_time(moment)}"
    slack = length * tolerance
    return Fact(start - slack - 1 <= moment < start + length + slack - 1, expected, str(gop))


def contains(gop: Gop, moment: int) -> Fact:
    """PLB-14: the moment is in the GOP."""
    start, length = _place(gop)
    return Fact(start - 1 <= moment < start + length - 1, f"the GOP of {clock_time(moment)}", str(gop))


def stays(gops: Sequence[Gop]) -> Fact:
    """PLB-14: the same GOP over and over."""
    if len(gops) < 2:
        raise NothingToJudge(f"{len(gops)} GOPs cannot stay")
    actual = ", ".join(clock_time(gop.start) for gop in gops)
    alike = all(gop.start == gops[0].start and gop.video == gops[0].video for gop in gops)
    return Fact(alike, "the same GOP each time", actual)


def strides(gops: Sequence[Gop]) -> list[float]:
    """How far each GOP begins from the one before, in lengths of a GOP; negative backward."""
    return [(_place(later)[0] - _place(first)[0]) / _place(first)[1] for first, later in pairwise(gops)]


def skips(steps: Sequence[Sequence[Gop]], *, backward: bool) -> Fact:
    """PLB-18, PLB-19: within each step every answer skips GOPs, and each step skips further than the one
    before. Of a step its shortest stride counts: a gap in the recording makes another one longer."""
    expected = f"GOPs skipped {'backward' if backward else 'forward'}, further with each repeat"
    sign = -1 if backward else 1
    shortest: list[float] = []
    for number, gops in enumerate(steps, 1):
        wide = [sign * stride for stride in strides(gops)]
        if not wide:
            raise NothingToJudge(f"{len(gops)} GOPs at step {number}")
        if min(wide) < SKIPPED:
            return Fact(
                False, expected, f"step {number}: {', '.join(f'{stride:+.1f}' for stride in wide)} GOPs"
            )
        shortest.append(min(wide))
    actual = f"{', '.join(f'{stride:.1f}' for stride in shortest)} GOPs from answer to answer"
    return Fact(all(low < high for low, high in pairwise(shortest)), expected, actual)


def ends_with_its_last_picture(gop: Gop) -> Fact:
    """PLB-07: GOP end is the time of the last picture, as the frame rate or the camera's clock tell."""
    chunk, spans = gop.chunk, gop.spans()
    if chunk.gop_end is None or gop.start is None or not spans:
        raise NothingToJudge("no GOP information, or no frame rate")
    told = " or ".join(f"{span / 100:.2f}" for span in dict.fromkeys(spans))
    expected = f"the end {told} s behind the start: {gop.count} pictures"
    where = f" (offset {(chunk.stream_header_offset or 0) + END_AT})"
    return Fact(gop.ends_right(), expected, f"{(chunk.gop_end - gop.start) / 100:.2f} s{where}")


def zones_agree(gop: Gop) -> Fact:
    """PLB-07: the time zone of the GOP information is that of 0x0007. How the zone info byte is laid out is
    open (OP-21): it has to be 0 exactly where there is neither a negative zone nor summer time."""
    stated = gop.chunk.information.get(0x0007)
    if stated is None or len(stated) < 8 or gop.chunk.gop_start is None:
        raise NothingToJudge("no time zone")
    sign, hours, minutes, summer = stated[4:8]
    expected = f"{'-' if sign else '+'}{hours:02}:{minutes:02}{' summer' if summer else ''} as in 0x0007"
    for name, zone in (("start", gop.chunk.gop_start_zone), ("end", gop.chunk.gop_end_zone)):
        if zone[:2] != (hours, minutes) or bool(zone[2]) != bool(sign or summer):
            offset = (gop.chunk.stream_header_offset or 0) + ZONES_AT[name]
            said = f"{zone[0]:02}:{zone[1]:02}, zone info 0x{zone[2]:02x}"
            return Fact(False, expected, f"offset {offset}, GOP {name}: {said}")
    return Fact(True, expected, expected)


def pictures_differ(decoded: Sequence[Decoded]) -> Fact:
    """PLB-12: consecutive GOPs do not decode to the same pictures."""
    expected = "other pictures in each GOP"
    lumas = [[picture.luma for picture in one.pictures] for one in decoded]
    if len(lumas) < 2 or any(len(set(one)) < 2 for one in lumas):
        raise NothingToJudge("the pictures stand still, or there are not enough of them")
    for number, (first, second) in enumerate(pairwise(lumas), 1):
        if first == second:
            return Fact(False, expected, f"GOP {number} has the pictures of the one before")
    return Fact(True, expected, f"{len(lumas)} GOPs")


def _follows_closely(earlier: Gop, later: Gop) -> bool:
    """By the frame rate or by GOP end: where one of the two is wrong, the other is a witness."""
    start, length = _place(earlier)
    interval = length / max(1, earlier.count)
    begins = _place(later)[0]
    counted = abs(begins - start - length) < max(1.5, interval * 0.75)
    end = earlier.chunk.gop_end
    return counted or (end is not None and 0 < begins - end < interval * 1.75 + 1)


def _place(gop: Gop) -> tuple[int, float]:
    """Start and length of a GOP in hundredths."""
    if gop.start is None or gop.length is None:
        raise NothingToJudge(f"when it begins and how long it lasts is not known: {gop}")
    return gop.start, gop.length


def _both(first: Gop, second: Gop) -> str:
    return f"from {clock_time(second.start)}, behind one from {clock_time(first.start)}"
