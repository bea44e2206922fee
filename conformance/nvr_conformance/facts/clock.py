"""Whether a time that a recorder tells can be the time of now, whichever way its clock is set.

A clock may be wrong by any time, and that is no fault of the protocol's. A time that is off by what a time
zone makes (a multiple of a quarter of an hour, up to 14 hours) is local time where UTC belongs, unless the
clock itself is as far off, which the recorder's own Date tells.
"""

from __future__ import annotations

from dataclasses import dataclass

EARLIEST, LATEST = 946_684_800, 4_102_444_800  # 2000 … 2099
TOLERANCE = 1800.0  # seconds
_QUARTER = 900  # seconds
_NEAR = 180.0  # seconds off a multiple of it
_FARTHEST = 15 * 3600  # seconds
_SINCE_DATE = 120.0  # seconds that may have passed between an answer and what is judged by its Date


@dataclass(frozen=True, slots=True)
class Now:
    """What time it should be (Unix seconds), and what the recorder itself says: the Date of a recent answer;
    None where no answer has one."""

    unix: float
    date: float | None = None

    @property
    def unknown(self) -> str:
        """Why local time cannot be told from a wrong clock, and what to do."""
        if self.date is None:
            return "no answer has a Date: a wrong clock looks like local time; set the recorder's clock"
        off = (self.date - self.unix) / 3600
        return f"by its Date the recorder's clock is {off:+.2f} h off, which may look like local time; set it"


def may_be(seconds: float, now: Now) -> bool | None:
    """Whether these Unix seconds are near now, or off as a clock may be that nobody has set; None where that
    cannot be known."""
    off = abs(seconds - now.unix)
    if not EARLIEST <= seconds <= LATEST:
        return False
    if off <= TOLERANCE or off > _FARTHEST or min(off % _QUARTER, -off % _QUARTER) > _NEAR:
        return True
    if now.date is None:
        return None
    if abs(seconds - now.date) <= _SINCE_DATE:
        return True
    return False if abs(now.date - now.unix) <= TOLERANCE else None


def how_far(seconds: float, now: Now) -> str:
    """For reports: the time, and how far off it is."""
    off = seconds - now.unix
    return f"{seconds:.0f}, {off / 3600:+.2f} h off" + (", as a time zone" if abs(off) <= _FARTHEST else "")
