"""Whether what lies between two GOPs was left out, or never recorded: a recorder that records on motion has
many gaps, and one whose pictures come at a varying rate has long GOPs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from nvr_conformance.facts.playback_order import apart, goes_faster, near, stands_still, strides
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.gop import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nvr_conformance.reading.gop import Gop

_MOST = 16  # GOPs in which pictures must come to a gap, if audio does
_PARTS = 8  # of a stride of fast play, at which it is looked whether it leads over a gap
_CUT = 2  # hundredths by which times that are cut may differ


class Finder(Protocol):
    """What gives the GOP at a time, by GOTODATE, the one before a picture, by PREVFRAME, and the one that
    comes next: a player."""

    def at(self, camera: int, moment: int) -> Gop: ...

    def before(self, camera: int, moment: int) -> Gop: ...

    def fetch(self, camera: int) -> Gop: ...

    def records(self, camera: int, moment: int) -> bool: ...


def left_out(player: Finder, gops: Sequence[Gop]) -> dict[int, Gop]:
    """What is recorded between a GOP and the next of these, forward or backward, by the first one's number.

    Where two are apart, GOTODATE is asked for the time between them: what it finds there was left out; where
    it finds nothing there is a gap in the recording, or the one GOP is long. Moves the player.
    """
    found: dict[int, Gop] = {}
    for number in apart(gops):
        earlier, later = sorted(gops[number : number + 2], key=lambda gop: gop.start or 0)
        if earlier.start is None or later.start is None:
            continue
        between = recorded_between(player, earlier.camera, earlier.start, later.start, earlier.length)
        if between is not None:
            found[number] = between
    return found


def found_there(player: Finder, gops: Sequence[Gop]) -> list[Gop]:
    """What GOTODATE gives at the times of these GOPs, if all of them show the same: whether the scene stands
    still or one GOP came again and again. Moves the player."""
    if not stands_still(gops):
        return []
    moments = ((gop.camera, gop.whole_second()) for gop in gops)
    return [player.at(camera, moment) for camera, moment in moments if moment is not None]


def begins_near(player: Finder, gop: Gop, moment: int) -> Fact:
    """PLB-13: BPLAY begins near TIMEF; or ahead of a gap, and nothing is recorded from there to the GOP that
    was on show at TIMEF. ``gop``: what came first. Moves the player."""
    fact = near(gop, moment)
    if fact.ok or gop.start is None or gop.start > moment:
        return fact
    shown = moment // SECOND * SECOND  # as TIMEF says it
    between = recorded_between(player, gop.camera, gop.start, shown, gop.length)
    if between is not None and (start := between.start or 0) + (between.length or 0) > shown:
        between = recorded_between(player, gop.camera, gop.start, start, gop.length)
    if between is None:
        return Fact(True, fact.expected, f"{gop}, and nothing is recorded behind it")
    return Fact(False, fact.expected, f"{gop}; behind it: {between}")


def goes_faster_but_for_gaps(player: Finder, steps: Sequence[Sequence[Gop]], *, backward: bool) -> Fact:
    """PLB-18, PLB-19: ``goes_faster``; where strides differ otherwise and lead over gaps in the recording,
    which make them longer, NothingToJudge. Moves the player."""
    fact = goes_faster(steps, backward=backward)
    if not fact.ok and _leads_on(steps, backward=backward):
        pairs = (sorted(pair, key=_start) for gops in steps for pair in pairwise(gops))
        if any(not _is_whole(player, earlier, later) for earlier, later in pairs):
            raise NothingToJudge("it leads over gaps in the recording, which make it go further")
    return fact


def _leads_on(steps: Sequence[Sequence[Gop]], *, backward: bool) -> bool:
    return all(stride < 0 if backward else stride > 0 for gops in steps for stride in strides(gops))


def _is_whole(player: Finder, earlier: Gop, later: Gop) -> bool:
    """Whether there is recording at some places between two GOPs."""
    begin, end = _start(earlier), _start(later)
    moments = {_up(begin + (end - begin) * part // _PARTS) for part in range(_PARTS)}
    return all(player.records(earlier.camera, moment) for moment in sorted(moments) if moment < end)


def pictures_pause(player: Finder, camera: int, begin: int, end: int) -> bool:
    """Whether there is a gap in the pictures too, where audio has one from ``begin`` to ``end`` (hundredths):
    audio comes in seconds, so some pictures may lie on both sides of its gap. Moves the player."""
    length = round(player.at(camera, _down(begin)).length or SECOND)
    gops = [player.at(camera, _down(begin - 2 * length - SECOND))]
    while len(gops) < _MOST + 4 and gops[-1].given and (gops[-1].start or end) < end:
        gops.append(player.fetch(camera))
    if not gops[-1].given or gops[-1].start is None:
        return True  # nothing more is recorded
    missing = left_out(player, gops)
    return any(number not in missing for number in apart(gops))


def recorded_between(
    player: Finder, camera: int, begin: int, end: int, length: float | None = None
) -> Gop | None:
    """A GOP that begins between these times (hundredths), if GOTODATE finds one; where no whole second lies
    between, which is all that its TIMEF can name, PREVFRAME. ``length``: of the GOP that begins at ``begin``,
    as far as it is known."""
    behind = min(begin + round(length or 0), end)
    for moment in _moments(begin, behind, end):
        if _is_between(found := player.at(camera, moment), begin, end):
            return found
    if _up(behind) >= end and _is_between(found := player.before(camera, end), begin, end):
        return found
    return None


def _is_between(gop: Gop, begin: int, end: int) -> bool:
    return gop.given and gop.start is not None and begin + _CUT < gop.start < end - _CUT


def _moments(begin: int, behind: int, end: int) -> Iterator[int]:
    """Whole seconds at which a GOP between ``behind`` and ``end`` shows. GOTODATE may give the GOP that
    contains TIMEF, the next, or the one before (OP-26): so one of them lies in the GOP behind it, and one in
    the GOP ahead of it."""
    middle = (behind + end) // 2
    inside = [_up(middle), _down(middle), _up(behind), _down(end - 1)]
    moments = [moment for moment in inside if begin < moment < end]
    yield from dict.fromkeys([*moments, _up(end), _up(begin)])


def _start(gop: Gop) -> int:
    return gop.start or 0


def _down(moment: int) -> int:
    return moment // SECOND * SECOND


def _up(moment: int) -> int:
    return -(-moment // SECOND) * SECOND
