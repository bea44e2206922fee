"""How much of a range is to be in its files, by whether each of its minutes is recorded (DWN-13)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE = 60


def recorded_at_least(lasts: float, seconds: float, probed: Sequence[bool], slack: float) -> Fact:
    """DWN-13: files that last ``lasts`` seconds have what is recorded of a range of ``seconds``, and no more.

    ``probed``: whether there is a recording at its begin, each minute behind it, and its end; where one is
    and the next is not, or none is at both, it is not known of the minute between them. ``slack``: seconds by
    which each end of a recording may be elsewhere.
    """
    whole = sum(before and after for before, after in pairwise(probed)) * MINUTE
    changes = sum(before is not after for before, after in pairwise(probed))
    if not whole:
        raise NothingToJudge("no whole minute of the range is recorded")
    least = whole - slack * (2 + changes)
    most = seconds + 2 * slack
    return Fact(
        least <= lasts <= most, f"{max(0.0, least):.0f} to {most:.0f} s of pictures", f"{lasts:.0f} s"
    )
