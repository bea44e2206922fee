"""Facts about the order of GOPs (PLB-12 … PLB-19): pure functions over what ``camera.cgi`` gave.

Each gives a ``Fact`` for ``check(id, *fact)`` and raises NothingToJudge where a pass would prove nothing.
Times and lengths are those of the GOPs as they came, never those that 0x0009 is set to.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.gop import SECOND, clock_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.reading.decoding import Decoded
    from nvr_conformance.reading.gop import Gop

NEAR = 10 * SECOND  # hundredths, or one GOP where that is longer
FURTHER = 1.5  # times as far after repeats as before them
STILL = "its pictures tell no order; let something move ahead of the camera"
_CUT = 2  # hundredths by which times that are cut may differ


def apart(gops: Sequence[Gop]) -> list[int]:
    """After which of these GOPs, in either direction, the next one is so far that one may be missing."""
    ordered = [sorted(pair, key=_start) for pair in pairwise(gops)]
    usual = median([_start(later) - _start(earlier) for earlier, later in ordered]) if ordered else 0
    found = []
    for number, (earlier, later) in enumerate(ordered):
        away, length = _start(later) - _start(earlier), earlier.length
        if length is None or earlier.count < 2:
            # Of one picture it is not known how long it lasts: as long as most.
            wide = away > max(usual, length or 0) * FURTHER
        else:
            wide = away > length * (1 + FURTHER / earlier.count) + _CUT
        if wide:
            found.append(number)
    return found


def follow_on(
    gops: Sequence[Gop], left_out: Mapping[int, Gop] | None = None, *, backward: bool = False
) -> Fact:
    """PLB-12, PLB-13, PLB-15, PLB-16: each is the GOP next to the one before it, later or earlier, none
    twice, none missing. ``left_out``: what is recorded between a GOP and the next, by the GOP's number."""
    expected = f"each the GOP {'before' if backward else 'after'} the last, none twice, none missing"
    if len(gops) < 2:
        raise NothingToJudge(f"{len(gops)} GOPs have no order")
    for number, (first, second) in enumerate(pairwise(gops)):
        earlier, later = (second, first) if backward else (first, second)
        where = f"GOP {number + 1}: {_both(first, second)}"
        if _start(later) <= _start(earlier):
            return Fact(False, expected, where)
        if left_out and number in left_out:
            return Fact(False, expected, f"{where}; between them: {left_out[number]}")
        if _overlap(earlier, later):
            return Fact(False, expected, f"{where}, before that one ends")
    return Fact(True, expected, f"{len(gops)} GOPs from {clock_time(gops[0].start)}")


def stands_still(gops: Sequence[Gop]) -> bool:
    """Whether all GOPs begin with the same key picture, to the byte: a scene that stands still (a covered
    lens, no signal), or one GOP again and again."""
    return len({picture for gop in gops for picture in gop.chunk.pictures[:1]}) == 1


def none_again(gops: Sequence[Gop], found: Sequence[Gop] = ()) -> Fact:
    """PLB-12: no GOP has the bytes of the one before, whatever its times say.

    ``found``: what GOTODATE gives at the times of these. Where all stand still and it has the same,
    NothingToJudge: what pictures show is the camera's affair.
    """
    expected = "other pictures in each GOP"
    if len(gops) < 2:
        raise NothingToJudge(f"{len(gops)} GOPs have no order")
    if stands_still(gops):
        for number, gop in enumerate(gops):
            if any(gop.start == other.start and not stands_still([gop, other]) for other in found):
                actual = f"GOP {number}: the same pictures again, of which GOTODATE gives others"
                return Fact(False, expected, actual)
        raise NothingToJudge(f"the scene stands still, {STILL}")
    for number, (first, second) in enumerate(pairwise(gops), 1):
        if first.video == second.video:
            return Fact(False, expected, f"GOP {number}: the same pictures again")
    return Fact(True, expected, f"{len(gops)} GOPs")


def near(gop: Gop, moment: int, behind: Gop | None = None) -> Fact:
    """PLB-13, PLB-17: the moment is in the GOP, or within one GOP or 10 s of it. ``behind``: what is recorded
    next, whose moments are within one GOP whatever was lost in between."""
    start, slack = _start(gop), max(NEAR, round(gop.length or 0))
    begin, end = start - slack, start + (gop.length or 0) + slack
    if behind is not None and behind.given and behind.start is not None and behind.start > start:
        end = max(end, behind.start + (behind.length or 0))
    expected = f"within one GOP or 10 s of {clock_time(moment)}"
    return Fact(begin <= moment <= end, expected, str(gop))


def strides(gops: Sequence[Gop]) -> list[int]:
    """How many hundredths each GOP begins behind the one before; negative backward."""
    return [_start(later) - _start(first) for first, later in pairwise(gops)]


def goes_faster(steps: Sequence[Sequence[Gop]], *, backward: bool) -> Fact:
    """PLB-18, PLB-19: every answer goes on in the one direction; no step goes less far than the one before,
    and one of the repeats goes further than the first. Of a step its shortest stride counts, or its longest:
    GOPs differ in length, and a gap in the recording makes a stride longer."""
    direction = "backward" if backward else "forward"
    expected = f"GOPs from {direction} on {direction}, further after repeats"
    sign = -1 if backward else 1
    shortest: list[int] = []
    longest: list[int] = []
    for number, gops in enumerate(steps, 1):
        wide = [sign * stride for stride in strides(gops)]
        if not wide:
            raise NothingToJudge(f"{len(gops)} GOPs at step {number}")
        shortest.append(min(wide))
        longest.append(max(wide))
    actual = f"{', '.join(f'{stride / SECOND:.1f}' for stride in shortest)} s from answer to answer"
    onward = all(stride > 0 for stride in shortest)
    never_less = all(after >= before - _CUT for before, after in zip(shortest, longest[1:], strict=False))
    further = max(shortest[1:], default=0) >= FURTHER * shortest[0]
    return Fact(onward and never_less and further, expected, actual)


def pictures_differ(decoded: Sequence[Decoded]) -> Fact:
    """PLB-12: consecutive GOPs do not decode to the same pictures."""
    expected = "other pictures in each GOP"
    lumas = [[picture.luma for picture in one.pictures] for one in decoded]
    if len(lumas) < 2 or not all(lumas):
        raise NothingToJudge("there are not enough pictures")
    if len({one[0] for one in lumas}) == 1 or any(len(set(one)) < 2 for one in lumas):
        raise NothingToJudge(f"the scene stands still, {STILL}")
    for number, (first, second) in enumerate(pairwise(lumas), 1):
        if first == second:
            return Fact(False, expected, f"GOP {number} has the pictures of the one before")
    return Fact(True, expected, f"{len(lumas)} GOPs")


def _overlap(earlier: Gop, later: Gop) -> bool:
    """Whether a GOP begins before the last picture of the one before it, as the camera's clock tells."""
    span = earlier.plausible_span
    return span is not None and _start(later) < _start(earlier) + span


def _start(gop: Gop) -> int:
    if gop.start is None:
        raise NothingToJudge(f"when it begins is not known: {gop}")
    return gop.start


def _both(first: Gop, second: Gop) -> str:
    return f"from {clock_time(second.start)}, behind one from {clock_time(first.start)}"
