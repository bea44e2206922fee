"""Facts about ``recordedtime.cgi`` (INF-04, INF-05): its form, and whether playback confirms its range."""

from __future__ import annotations

import calendar
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.bounds import COUNT_DIGITS
from nvr_conformance.facts.logs import is_time
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.zone_bits import LIKELY, ZoneSample, zone_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nvr_conformance.reading.playback_video import ChunkWalk
    from nvr_conformance.wire.exchange import Exchange

HEADING = ["Recording information", "", "Disk,Capacity,Remain capacity,Recorded time range"]
SLOT_FIELDS = 9
_NAME = re.compile(r"MAIN-[1-9]|EXT[1-5]-[1-9]")
_MOMENT = r"([0-9]{4}/[0-9]{2}/[0-9]{2}),([01]),([0-9]{2}:[0-9]{2}:[0-9]{2})"
_RANGE = re.compile(f"{_MOMENT},{_MOMENT}")
_CAPACITY = re.compile(rf"[0-9]{{1,{COUNT_DIGITS}}}GB(\(R\))?")
_REMAINING = re.compile(rf"[0-9]{{1,{COUNT_DIGITS}}}GB")
_LONGEST_GOP = 30.0  # seconds: more is not believed
ROUNDED = 10.0  # seconds, or one GOP: a range may be rounded
MOVED_ON = 60.0  # seconds: a ring may have moved on by so much


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """A local time: seconds since 1970 on the recorder's wall clock, and whether it was summer time."""

    wall: int
    summer: bool

    def unix(self, zone_minutes: int, *, whole: bool = False) -> int:
        """Unix seconds, where the offset of the zone is known: the standard one, or the ``whole`` one, which
        has the hour of summer time in it."""
        return self.wall - zone_minutes * 60 - (3600 if self.summer and not whole else 0)


def form(exchange: Exchange) -> Fact:
    """INF-04: the heading, then nine fields a slot, all lines ended by CRLF; a blank ahead of it is open, as
    the example has some, and so is an empty line at the end."""
    expected = "the heading, then nine fields a slot, CRLF each"
    if not exchange.ok:
        return Fact(False, expected, str(exchange))
    lines = [line.rstrip(" \t") for line in exchange.text.split("\r\n")]
    if lines[:3] != HEADING or lines[-1] or "\n" in exchange.text.replace("\r\n", ""):
        return Fact(False, expected, repr(exchange.text[:120]))
    slots = lines[3 : -2 if lines[-2:] == ["", ""] else -1]
    names = [line.partition(",")[0] for line in slots]
    if not slots or len(set(names)) < len(names):
        return Fact(False, expected, f"{len(slots)} slots: {', '.join(names)}")
    problem = next((text for text in map(_slot_problem, slots) if text), "")
    return Fact(not problem, expected, problem or f"{len(slots)} slots")


def _slot_problem(line: str) -> str:
    """What is wrong with the line of a slot; empty if nothing."""
    fields = line.split(",")
    if len(fields) != SLOT_FIELDS:
        return f"{len(fields)} fields: {line!r}"
    name, capacity, remaining, *recorded = fields
    if not _NAME.fullmatch(name):
        return f"no slot is called {name!r}"
    if not any(fields[1:]):
        return ""
    if not _CAPACITY.fullmatch(capacity) or not _REMAINING.fullmatch(remaining):
        return f"sizes: {line!r}"
    if int(remaining.removesuffix("GB")) > int(capacity.partition("GB")[0]):
        return f"more remains than there is: {line!r}"
    if not any(recorded):
        return ""
    right = all(
        is_time(f"{date} {clock}") and summer in ("0", "1")
        for date, summer, clock in (recorded[:3], recorded[3:])
    )
    return "" if right else f"recorded time: {line!r}"


def stated_range(text: str) -> tuple[LocalMoment, LocalMoment] | None:
    """The oldest and the latest time of all slots, as they are written; None where there is none."""
    found = [(_moment(*match[:3]), _moment(*match[3:])) for match in _RANGE.findall(text)]
    ranges = [(first, last) for first, last in found if first is not None and last is not None]
    if not ranges:
        return None
    oldest = min((first for first, _ in ranges), key=_order)
    return oldest, max((last for _, last in ranges), key=_order)


def _moment(date: str, summer: str, clock: str) -> LocalMoment | None:
    if not is_time(f"{date} {clock}"):
        return None
    return LocalMoment(calendar.timegm(time.strptime(f"{date} {clock}", "%Y/%m/%d %H:%M:%S")), summer == "1")


def _order(moment: LocalMoment) -> int:
    return moment.unix(0)


def zone_of(chunks: Sequence[ChunkWalk], otherwise: int | None = None) -> int:
    """The recorder's zone without summer time, in minutes: what most fields of the chunks say; ``otherwise``
    where they say nothing for certain. Where the GOP information has the sign is open (OP-21): where 0x0007
    agrees; where none comes, ``otherwise`` goes ahead of a guess."""
    votes: Counter[int] = Counter()
    samples: list[ZoneSample] = []
    for chunk in chunks:
        data = chunk.information.get(0x0007)
        if data is not None and len(data) >= 8:
            votes[_minutes(data[5], data[6], negative=data[4] == 1)] += 1
            samples += [ZoneSample(data[4], data[7], zone[2]) for zone in _zones(chunk)]
    if not samples and otherwise is not None:
        return otherwise
    bits = next(iter(zone_bits(samples)), LIKELY[0])
    for chunk in chunks:
        for hours, minutes, info in _zones(chunk):
            votes[_minutes(hours, minutes, negative=bool(info >> bits.sign & 1))] += 1
    if not votes:
        raise NothingToJudge("no chunk names the recorder's time zone")
    return votes.most_common(1)[0][0]


def tells_sign(chunk: ChunkWalk) -> bool:
    """Whether a chunk says on which side of UTC the recorder is: 0x0007 alone has a stated place for it."""
    data = chunk.information.get(0x0007)
    return data is not None and len(data) >= 8


def _zones(chunk: ChunkWalk) -> tuple[tuple[int, int, int], ...]:
    return (chunk.gop_start_zone, chunk.gop_end_zone) if chunk.present else ()


def _minutes(hours: int, minutes: int, *, negative: bool) -> int:
    return -(hours * 60 + minutes) if negative else hours * 60 + minutes


def start_of(chunk: ChunkWalk) -> float | None:
    """When a chunk's first picture was taken, in Unix seconds: what most of its three time fields say."""
    stated = [
        value for value in (chunk.gop_start, chunk.picture_time, chunk.information_time) if value is not None
    ]
    return statistics.median_low(stated) / 100 if stated and chunk.present else None


def length_of(chunks: Iterable[ChunkWalk]) -> float:
    """About how long the GOPs are, in seconds."""
    lengths = [
        abs(chunk.gop_end - chunk.gop_start) / 100
        for chunk in chunks
        if chunk.gop_end is not None and chunk.gop_start is not None
    ]
    return min(statistics.median(lengths), _LONGEST_GOP) if lengths else 0.0


class End(NamedTuple):
    """How far an end of the stated range is from where playback has it, and what that is judged by: seconds.

    ``off`` is None where playback gives nothing there. ``is_early``: the stated time is the earlier one.
    """

    off: float | None
    slack: float
    expected: str
    actual: str
    is_early: bool = False

    @property
    def is_confirmed(self) -> bool:
        """Within a GOP, or the 10 s that a recorder may round by."""
        return self.off is not None and self.off <= self.slack

    @property
    def may_have_moved(self) -> bool:
        """Off by no more than a ring moves on between two questions."""
        return self.off is not None and self.off <= MOVED_ON


def oldest_confirmed(stated: int, chunks: list[ChunkWalk]) -> End:
    """INF-05: the first picture that playback gives at or before the stated time is of about that time."""
    starts = [start for chunk in chunks if (start := start_of(chunk)) is not None]
    slack = max(ROUNDED, length_of(chunks))
    if not starts:
        return End(
            None, slack, f"a GOP that begins at {stated}", "playback gives no GOP there", is_early=True
        )
    first = min(starts)
    expected = f"the first GOP begins within {slack:.0f} s of {stated}"
    return End(abs(first - stated), slack, expected, f"at {first:.2f}", is_early=stated < first)


def latest_confirmed(stated: int, chunks: list[ChunkWalk], elapsed: float) -> End:
    """INF-05: the last GOP that playback gives reaches the stated time and is not of later than that, but for
    what was recorded in the ``elapsed`` seconds since and the GOP under way."""
    starts = [start for chunk in chunks if (start := start_of(chunk)) is not None]
    length = length_of(chunks)
    slack = max(ROUNDED, length)
    if not starts:
        return End(None, slack, f"a GOP that reaches {stated}", "playback gives no GOP there")
    last = max(starts)
    off = max(0.0, last - elapsed - stated, stated - last - length)
    expected = f"the last GOP reaches {stated} within {slack:.0f} s"
    return End(off, slack, expected, f"it is {length:.2f} s from {last:.2f} on")
