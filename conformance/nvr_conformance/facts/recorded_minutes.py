"""How much of a range is to be in its files, by whether it is recorded at some places (DWN-13)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence


def recorded_at_least(
    lasts: float, seconds: float, probed: Sequence[bool], apart: float, slack: float
) -> Fact:
    """DWN-13: files that last ``lasts`` seconds have what is recorded of a range of ``seconds``, and no more.

    ``probed``: whether there is a recording at its begin, and each ``apart`` seconds behind it up to its end;
    where there is at one place and not at the next, or at neither, it is not known of what lies between.
    ``slack``: seconds by which each end of a recording may be elsewhere.
    """
    whole = sum(before and after for before, after in pairwise(probed)) * apart
    changes = sum(before is not after for before, after in pairwise(probed))
    if not whole:
        raise NothingToJudge(f"no {apart:g} s of the range are known to be recorded")
    least = whole - slack * (2 + changes)
    most = seconds + 2 * slack
    return Fact(
        least <= lasts <= most, f"{max(0.0, least):.0f} to {most:.0f} s of pictures", f"{lasts:.0f} s"
    )
