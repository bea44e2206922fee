"""Whether a time that a recorder tells can be the time of now, whichever way its clock is set.

A clock may be wrong by any time, and that is no fault of the protocol's. A time that is off by what a time
zone makes (a multiple of a quarter of an hour, up to 14 hours) is local time where UTC belongs.
"""

from __future__ import annotations

EARLIEST, LATEST = 946_684_800, 4_102_444_800  # 2000 … 2099
TOLERANCE = 1800.0  # seconds
_QUARTER = 900  # seconds
_NEAR = 180.0  # seconds off a multiple of it
_FARTHEST = 15 * 3600  # seconds


def is_plausible(seconds: float, around: float) -> bool:
    """Whether these Unix seconds are near ``around``, or off as a clock may be that nobody has set."""
    off = abs(seconds - around)
    if not EARLIEST <= seconds <= LATEST:
        return False
    if off <= TOLERANCE or off > _FARTHEST:
        return True
    return min(off % _QUARTER, -off % _QUARTER) > _NEAR


def how_far(seconds: float, around: float) -> str:
    """For reports: the time, and how far off it is."""
    off = seconds - around
    return f"{seconds:.0f}, {off / 3600:+.2f} h off" + (", as a time zone" if abs(off) <= _FARTHEST else "")
