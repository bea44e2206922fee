"""Whether the zone and the summer time beside a time are those of a place at that time (§7.1.2, 0x0007)."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NotThere

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

SUMMER_HOUR = 60  # minutes


class Stated(NamedTuple):
    """What is said at a place: a time in Unix seconds, the minutes of its zone, and summer time (0 or 1)."""

    place: str
    seconds: int
    minutes: int
    summer: int


def stated(place: str, data: bytes, byte_order: str) -> Stated:
    """The eight bytes of a time with its zone."""
    seconds, sign, hours, minutes, summer = struct.unpack(byte_order + "IBBBB", data)
    return Stated(place, seconds, (hours * 60 + minutes) * (-1 if sign else 1), summer)


def of_the_time(said: Iterable[Stated], zone: tzinfo) -> Fact:
    """LIV-12, PLB-07: each has the zone and the summer time of ``zone`` at its time. Whether the hour of
    summer time is in the zone's hours too is open: one of both ways must do for all."""
    ways = {0, SUMMER_HOUR}
    told = 0
    for each in said:
        told += 1
        moment = datetime.fromtimestamp(each.seconds, zone)
        in_summer = bool(moment.dst())
        least = (moment.utcoffset() or timedelta()) // timedelta(minutes=1) - SUMMER_HOUR * in_summer
        ways = {more for more in ways if each.minutes == least + more * in_summer}
        if each.summer != in_summer or not ways:
            expected = f"{least:+} minutes, {'in' if in_summer else 'out of'} summer time at {moment}"
            return Fact(False, expected, f"{each.place}: {each.minutes:+} minutes, summer time {each.summer}")
    if not told:
        raise NotThere("0x0007 does not come")
    return Fact(True, "the zone of the time", f"{told} times")
