"""Facts about the times in answers to ``camera.cgi`` (PLB-05, PLB-07, PLB-38).

Each gives a ``Fact`` for ``check(id, *fact)`` and raises NothingToJudge where a pass would prove nothing;
offsets count from the body's first byte. Moments are hundredths of a Unix second.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from nvr_conformance.facts import zones
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import wrong_value
from nvr_conformance.reading.zone_bits import ZoneSample, zone_bits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.playback_video import ChunkWalk

END_AT, START_AT, PICTURE_AT = 20, 28, 52  # of the times, from the stream header on
ZONES_AT = {"end": 25, "start": 33}  # of the zones, likewise
_CUT = 2  # hundredths by which times that are cut may differ
_SLOWER = 0.25  # of the pictures that come: a recorder may record events faster than it is set to
_LONG_TERM = (0x0010, 0x0011)  # of 0x0028: a stream with long-term reference P
_NOT_TO_DISPLAY = 2  # of 0x0029


def times(chunk: ChunkWalk) -> Fact:
    """PLB-07: GOP start ≤ picture time ≤ GOP end; where 0x0007 and 0x000A come, they have the time of the
    picture or of the GOP's start."""
    expected = "GOP start ≤ picture ≤ GOP end, and 0x0007/0x000A alike"
    start, picture, end = chunk.gop_start, chunk.picture_time, chunk.gop_end
    if start is None or picture is None or end is None or not chunk.present:
        raise NothingToJudge("no GOP information")
    problem = next((text for id_, text in chunk.problems if id_ == "PLB-07"), "")
    if problem:
        return Fact(False, expected, problem)
    actual = f"start {_time(start)}, picture {_time(picture)}, end {_time(end)}"
    if chunk.stream_header_offset is not None:
        places = {"start": START_AT, "picture": PICTURE_AT, "end": END_AT}
        offsets = (f"{name} at {chunk.stream_header_offset + at}" for name, at in places.items())
        actual += f" (offsets: {', '.join(offsets)})"
    stated, hundredths = chunk.information_time, chunk.number(0x000A)
    actual += f", {chunk.information.place(0x0007)} {_time(stated)}"
    step = 100 if hundredths is None or hundredths > 99 else 1
    agrees = stated is None or stated // step in (picture // step, start // step)
    return Fact(start <= picture <= end and agrees, expected, actual)


def ends(gops: Sequence[Gop]) -> Fact:
    """PLB-07: GOP end is not before the last picture and not behind the start of the next GOP; ``gops``
    follow on one another, over gaps perhaps."""
    expected = "each GOP end between its last picture and the next GOP"
    told = 0
    for number, gop in enumerate(gops):
        end, start = gop.chunk.gop_end, gop.start
        if end is None or start is None or not gop.given:
            continue
        told += 1
        where = f"GOP {number}: offset {(gop.chunk.stream_header_offset or 0) + END_AT}: {_time(end)}"
        following = gops[number + 1].start if number + 1 < len(gops) else None
        if following is not None and following <= start:
            following = None  # PLB-12 tells
        least = _least_end(gop, start, following)
        if end < least:
            return Fact(False, expected, f"{where}, its last picture not before {_time(round(least))}")
        if following is not None and end > following + _CUT:
            return Fact(False, expected, f"{where}, the next GOP from {_time(following)} on")
    if not told:
        raise NothingToJudge("no GOP information")
    return Fact(True, expected, f"{told} GOPs")


def _least_end(gop: Gop, start: int, following: int | None) -> float:
    """The last picture by the camera's clock; else where it is at the earliest, if the pictures came no more
    than half as fast at the end."""
    if gop.span is not None and gop.interval is not None:
        return start + gop.span - max(_CUT, gop.interval / 2)
    if following is None or gop.count < 2 or gop.length is None:
        return start
    length = min(following - start, gop.length)
    return start + length * (gop.count - 1) / gop.count / 2


def zones_agree(gops: Sequence[Gop]) -> Fact:
    """PLB-07: the time zones of the GOP information are those of 0x0007. Which bits of the zone info byte
    have the sign and summer time is open (OP-21): two must do for all."""
    samples: dict[ZoneSample, str] = {}
    told = ""
    for gop in gops:
        for place, zone, (sign, hours, minutes, summer) in _zones(gop):
            told = f"{'-' if sign else '+'}{hours:02}:{minutes:02}{' summer' if summer else ''} as in 0x0007"
            said = f"{place}: {zone[0]:02}:{zone[1]:02}, zone info 0x{zone[2]:02x}"
            if zone[:2] != (hours, minutes):
                return Fact(False, told, said)
            samples.setdefault(ZoneSample(sign, summer, zone[2]), said)
            if not zone_bits(samples):
                others = ", ".join(list(samples.values())[:-1])
                return Fact(False, f"{told}, in two bits", said + (f", and {others}" if others else ""))
    if not samples:
        raise NothingToJudge("no time zone")
    return Fact(True, told, told)


def _zones(gop: Gop) -> Iterator[tuple[str, tuple[int, int, int], tuple[int, int, int, int]]]:
    """Place and zone of both ends, and the zone of 0x0007."""
    stated, offset = gop.chunk.information.first(0x0007), gop.chunk.stream_header_offset
    if stated is None or len(stated.data) != 8 or gop.chunk.gop_start is None or offset is None:
        return
    if wrong_value(stated, gop.chunk.byte_order):
        return  # PLB-05 tells
    sign, hours, minutes, summer = stated.data[4:]
    for name, zone in (("start", gop.chunk.gop_start_zone), ("end", gop.chunk.gop_end_zone)):
        yield f"offset {offset + ZONES_AT[name]}, GOP {name}", zone, (sign, hours, minutes, summer)


def zone_of_the_time(gops: Sequence[Gop], zone: tzinfo) -> Fact:
    """PLB-07: zone and summer time of 0x0007 are those of the place at the time that 0x0007 tells."""
    stated = []
    for gop in gops:
        found = gop.chunk.information.first(0x0007)
        if found is not None and len(found.data) == 8 and not wrong_value(found, gop.chunk.byte_order):
            place = gop.chunk.information.place(0x0007)
            stated.append(zones.stated(place, found.data, gop.chunk.byte_order))
    return zones.of_the_time(stated, zone)


def zone_samples(gops: Sequence[Gop]) -> list[ZoneSample]:
    """The zone info bytes of these GOPs, with the zones of 0x0007."""
    return [ZoneSample(zone[0], zone[3], info[2]) for gop in gops for _, info, zone in _zones(gop)]


def frame_rate(gops: Sequence[Gop]) -> Fact:
    """PLB-05: 0x0009 is ten times the pictures a second that the recorder is set to: fewer may come, not many
    times more. ``gops`` follow on one another."""
    stated = {rate for gop in gops if (rate := gop.chunk.number(0x0009)) is not None}
    if not stated:
        raise NotThere("0x0009 does not come")
    rates = [
        100 * one.count / (other.start - one.start)
        for one, other in pairwise(gops)
        if one.start is not None and other.start is not None and other.start > one.start
    ]
    if not rates:
        raise NothingToJudge("how fast pictures come is not known")
    come, least = median(rates), min(stated)
    place = next(gop.chunk.information.place(0x0009) for gop in gops if gop.chunk.number(0x0009) == least)
    expected = f"ten times the pictures a second, of which {come:.1f} come"
    return Fact(least >= 10 * come * _SLOWER, expected, f"{place} says {least}")


def is_long_term(gop: Gop) -> bool:
    """Whether a GOP says that it is of a stream with long-term reference P."""
    return gop.chunk.number(0x0028) in _LONG_TERM


def shows(gop: Gop, moment: int) -> Fact:
    """PLB-38: behind GOTODATE to ``moment``, an IDR picture of such a stream that is earlier says "not to
    display", others do not."""
    said, start = gop.chunk.number(0x0029), gop.start
    if not is_long_term(gop) or said not in (0, 1, _NOT_TO_DISPLAY) or start is None:  # others are for PLB-36
        raise NotThere("no stream with long-term reference P that has 0x0029")
    hidden = start < moment
    expected = f"{'not ' if hidden else ''}to display: from {_time(start)}, asked for {_time(moment)}"
    actual = f"{gop.chunk.information.place(0x0029)} says {said}"
    return Fact((said == _NOT_TO_DISPLAY) == hidden, expected, actual)


def _time(hundredths: int | None) -> str:
    return "absent" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"
