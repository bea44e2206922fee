"""Gaps in a recording, told from GOPs that were left out: a recorder that records on motion has many gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.gop import Gop

MISSING = 0.5  # GOP lengths behind the end of a GOP, from which on something may be missing


class Finder(Protocol):
    """What gives the GOP at a time: a player."""

    def at(self, camera: int, moment: int) -> Gop: ...


def without_gaps(player: Finder, gops: Sequence[Gop]) -> list[Gop]:
    """The longest run of GOPs, forward or backward, between which there is no gap in the recording.

    Where two are apart, GOTODATE is asked for the time between them: what it finds there was left out, and
    that is no gap. Moves the player.
    """
    runs: list[list[Gop]] = []
    for gop in gops:
        if not runs or is_gap_between(player, runs[-1][-1], gop):
            runs.append([])
        runs[-1].append(gop)
    return max(runs, key=len, default=[])


def is_gap_between(player: Finder, one: Gop, other: Gop) -> bool:
    """Whether two GOPs are apart, and nothing is recorded between them."""
    if one.start is None or other.start is None:
        return False
    earlier, later = sorted((one, other), key=lambda gop: gop.start or 0)
    if earlier.start is None or later.start is None or earlier.length is None:
        return False
    end = earlier.start + round(earlier.length)
    if later.start - end <= earlier.length * MISSING:
        return False
    return not is_recorded(player, earlier.camera, end, later.start)


def is_recorded(player: Finder, camera: int, begin: int, end: int) -> bool:
    """Whether GOTODATE finds a GOP that begins in this time (hundredths)."""
    found = player.at(camera, (begin + end) // 2)
    slack = 5
    return found.given and found.start is not None and begin - slack <= found.start < end - slack
