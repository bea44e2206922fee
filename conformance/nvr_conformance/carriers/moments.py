"""Times that a carrier tells, one behind the other, held against clocks that go beside them.

A time is whole seconds (0x0007, 0x0011) and, where they come, hundredths (0x000A, 0x0012). A recorder may
stamp pictures late when many come at once; it may not stamp them all alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nvr_conformance.facts.clock import EARLIEST, LATEST
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import order_of, walk, wrong_value

if TYPE_CHECKING:
    from nvr_conformance.reading.additional_information import TlvWalk
    from nvr_conformance.reading.rtp import RtpRecord

RECORDER, CAMERA = (0x0007, 0x000A), (0x0011, 0x0012)
"""The ids of a time and of its hundredths."""
BACK = 10  # hundredths by which a time may be earlier than the one before
APART = 40  # hundredths by which times and a clock may part, of all but a tenth of the times at either end
FEWEST = 5  # times that show it
LASTING = 1.5  # seconds of a clock that show it


@dataclass(frozen=True, slots=True)
class Moment:
    """A time told, in hundredths of a Unix second; ``exact``: its own hundredths came. ``clocks``: what other
    clocks show then, in seconds from wherever each begins."""

    place: str
    time: int
    exact: bool
    clocks: tuple[float, ...] = ()


def told_by(elements: TlvWalk, order: str, ids: tuple[int, int]) -> tuple[int, bool] | None:
    """The time that these elements tell, in hundredths, and whether its hundredths came; None without one."""
    byte_order: Literal["big", "little"] = "big" if order == ">" else "little"
    seconds, part = elements.get(ids[0]), elements.get(ids[1])
    if seconds is None or len(seconds) < 4:
        return None
    time = int.from_bytes(seconds[:4], byte_order) * 100
    if part is None or len(part) < 2:
        return time, False
    return time + int.from_bytes(part[:2], byte_order), True


def camera_told(elements: TlvWalk | None, order: str) -> tuple[int, bool] | None:
    """The time that a camera's information tells, as ``told_by``. What a camera puts there is its own affair
    (OP-35): where 0x0011 is no time of this century, it is none."""
    told = None if elements is None else told_by(elements, order, CAMERA)
    return told if told is not None and EARLIEST <= told[0] // 100 <= LATEST else None


def wrong_camera_value(elements: TlvWalk | None, order: str) -> str:
    """What 0x0011 and 0x0012 of a camera's information have otherwise than §7 gives it, where they are a
    time; "" where nothing."""
    if elements is None or camera_told(elements, order) is None:
        return ""
    found = (elements.first(id_) for id_ in CAMERA)
    return next(filter(None, (wrong_value(each, order) for each in found if each is not None)), "")


def moments_of(records: Sequence[RtpRecord], ids: tuple[int, int], rate: int) -> list[Moment]:
    """The time in the first packet of each time stamp that has one, beside the stream's own clock of ``rate``
    ticks a second, and arrival."""
    return list(_moments(records, ids, rate))


def _moments(records: Sequence[RtpRecord], ids: tuple[int, int], rate: int) -> Iterator[Moment]:
    order = order_of(next((record.extension for record in records if record.extension), b""))
    before: int | None = None
    ticks = 0
    for record in records:
        if record.problem or record.timestamp == before:
            continue
        if before is not None:
            ticks += (record.timestamp - before + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        before = record.timestamp
        elements = walk(record.extension or b"", byte_order=order)
        told = camera_told(elements, order) if ids == CAMERA else told_by(elements, order, ids)
        if told is not None:
            yield Moment(record.place, *told, (ticks / rate, record.arrived))


def keep_step(moments: Sequence[Moment], ids: tuple[int, int] = RECORDER) -> Fact:
    """Times with hundredths never go back, and go on as one of the clocks beside them does.

    NotThere where no hundredths come, NothingToJudge where too few times are told.
    """
    expected = f"{_names(ids)} going on with the pictures"
    exact = _exact(moments, ids)
    if back := _back(exact):
        return Fact(False, expected, back)
    lasting = max(_lasts(exact, clock) for clock in range(len(exact[0].clocks)))
    if len(exact) < FEWEST or lasting < LASTING:
        raise NothingToJudge(f"{len(exact)} times in {lasting:.1f} s say nothing about {_names(ids)}")
    apart = min(_apart(exact, clock) for clock in range(len(exact[0].clocks)))
    first, last = exact[0], exact[-1]
    actual = f"{first.place}: {shown(first.time)} … {last.place}: {shown(last.time)}"
    if apart > APART:
        actual += f", off by up to {apart / 100:.2f} s from the clock beside it"
    return Fact(apart <= APART, expected, actual)


def differ(moments: Sequence[Moment], ids: tuple[int, int] = RECORDER) -> Fact:
    """Times with hundredths never go back, and not most of them are that of the picture before: of different
    pictures, without a clock beside them."""
    expected = f"{_names(ids)} of its own for each picture"
    exact = _exact(moments, ids)
    if len(exact) < 2:
        raise NothingToJudge("one picture")
    if back := _back(exact):
        return Fact(False, expected, back)
    again = [after for before, after in pairwise(exact) if after.time == before.time]
    few = 2 * len(again) < len(exact) - 1 or not again
    actual = f"{shown(exact[0].time)} … {shown(exact[-1].time)}"
    return Fact(few, expected, actual if few else f"{again[0].place}: {shown(again[0].time)} again")


def shown(time: int) -> str:
    return f"{time // 100}.{time % 100:02}"


def _exact(moments: Sequence[Moment], ids: tuple[int, int]) -> list[Moment]:
    exact = [moment for moment in moments if moment.exact]
    if not exact:
        raise NotThere(f"0x{ids[1]:04x} does not come")
    return exact


def _back(moments: Sequence[Moment]) -> str:
    for before, after in pairwise(moments):
        if after.time < before.time - BACK:
            return f"{after.place}: {shown(after.time)} behind {shown(before.time)}"
    return ""


def _lasts(moments: Sequence[Moment], clock: int) -> float:
    return moments[-1].clocks[clock] - moments[0].clocks[clock]


def _apart(moments: Sequence[Moment], clock: int) -> float:
    """Hundredths between which times and a clock part, without the tenth of them at either end."""
    parted = sorted(moment.time - 100 * moment.clocks[clock] for moment in moments)
    tenth = len(parted) // 10
    return parted[-1 - tenth] - parted[tenth]


def _names(ids: tuple[int, int]) -> str:
    return f"0x{ids[0]:04x} and 0x{ids[1]:04x}"
