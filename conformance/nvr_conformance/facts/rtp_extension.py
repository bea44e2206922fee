"""Facts about the header extension of RTP packets (LIV-11, LIV-12, LIV-26): what comes there is right.

Which ids come, in which packets and in which order is the recorder's affair, and so is whether any do.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from nvr_conformance.facts import zones
from nvr_conformance.facts.clock import Now, how_far, may_be
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import Tlv, TlvWalk, order_of, walk, wrong_value
from nvr_conformance.reading.rtp import once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from nvr_conformance.reading.rtp import RtpRecord

COMPRESSION = {"H264": 3, "H265": 4}
LIVE = 1  # the operation that 0x000D names in live
DRIFT = 3.0  # seconds by which 0x0007 may grow otherwise than time does
_LATEST_ZONE = 14  # hours


def extension(records: Sequence[RtpRecord]) -> Fact:
    """LIV-11: where X=1, profile 0, the right number of words, and TLVs that fill them exactly."""
    expected = "profile 0, the length in words, TLVs that fill it"
    extended = [record for record in records if record.extension is not None or record.problem]
    if not extended:
        raise NotThere("no packet has a header extension")
    walks = {id(record): found for record, found, _ in _walks(records)}
    for record in extended:
        problem = record.problem
        if not problem and record.extension_profile != 0:
            problem = f"profile 0x{record.extension_profile:04x}"
        if not problem and record.extension:
            problem = walks[id(record)].problem
        if problem:
            return Fact(False, expected, f"{record.place}, header extension: {problem}")
    return Fact(True, expected, f"{len(extended)} packets")


def names_camera(records: Sequence[RtpRecord], camera: int) -> Fact:
    """LIV-12: 0x0004, where it comes, names the camera."""
    expected = f"camera {camera} in 0x0004"
    count = 0
    for record, element, order in _elements(records, 0x0004):
        count += 1
        if len(element.data) != 4 or struct.unpack(order + "H", element.data[:2])[0] != camera:
            return Fact(False, expected, f"{record.place}: {element.data.hex(' ')}")
    return Fact(True, expected, f"so in {_some(count, 0x0004)} packets")


def names_codec(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-12: 0x0005, where it comes, names the codec of the pictures."""
    expected = f"{codec} in 0x0005"
    count = 0
    for record, element, order in _elements(records, 0x0005):
        count += 1
        if element.data[:2] != struct.pack(order + "H", COMPRESSION[codec]):
            return Fact(False, expected, f"{record.place}: {element.data.hex(' ')}")
    return Fact(True, expected, f"so in {_some(count, 0x0005)} packets")


def plausible_time(
    records: Sequence[RtpRecord], now: Now | None = None, *, element: int = 0x0007, clock: int = 90_000
) -> Fact:
    """LIV-12 (LIV-26: 0x0011): where it comes it is a time: of ``now`` (None: any in
    2000 … 2099), as far as clocks agree, with its zone in range.

    It grows with time, by the packets' arrival or by their own time stamps of ``clock`` ticks a second: a
    relay may hold packets back, and a wrong RTP clock is not this row's matter.
    """
    name = f"0x{element:04x}"
    expected = f"a plausible time in {name}" if now is None else f"a time near {now.unix:.0f} in {name}"
    count, known = 0, True
    first: tuple[int, RtpRecord] | None = None
    for record, found, order in _elements(records, element):
        count += 1
        if len(found.data) != 8:
            return Fact(False, expected, f"{record.place}: {found.data.hex(' ')}")
        seconds, sign, hours, minutes, summer = struct.unpack(order + "IBBBB", found.data)
        plausible = may_be(seconds, now or Now(seconds))
        known = known and plausible is not None
        if plausible is False:
            said = f"{seconds}" if now is None else how_far(seconds, now)
            return Fact(False, expected, f"{record.place}: {name} says {said}")
        if not (sign <= 1 and hours <= _LATEST_ZONE and minutes <= 59 and summer <= 1):
            zone = f"zone {sign}/{hours}/{minutes}/{summer}"
            return Fact(False, expected, f"{record.place}: {seconds}, {zone}")
        first = first or (seconds, record)
        grown = seconds - first[0]
        ticks = (record.timestamp - first[1].timestamp + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        passed = (record.arrived - first[1].arrived, ticks / clock)
        if all(abs(grown - each) > DRIFT for each in passed):
            return Fact(False, expected, f"{record.place}: {seconds} does not grow with time")
    if now is not None and not known:
        raise NothingToJudge(now.unknown)
    return Fact(True, expected, f"so in {_some(count, element)} packets")


def zone_of_the_time(records: Sequence[RtpRecord], zone: tzinfo) -> Fact:
    """LIV-12: zone and summer time of 0x0007 are those of the place at the time that 0x0007 tells."""
    found = _elements(records, 0x0007)
    said = [zones.stated(record.place, tlv.data, order) for record, tlv, order in found if len(tlv.data) == 8]
    return zones.of_the_time(said, zone)


def stated_values(records: Sequence[RtpRecord]) -> Fact:
    """LIV-12: fields that §7 fixes, or gives a range, hold what it says; the operation of 0x000D is live."""
    expected = "the fixed values of §7, and live in 0x000D"
    count = 0
    for record, found, order in _walks(records):
        problem = wrong_live_value(found, order)
        if problem:
            return Fact(False, expected, f"{record.place}, header extension: {problem}")
        count += len(found.elements)
    if not count:
        raise NotThere("no header extension holds an element")
    return Fact(True, expected, f"{count} elements")


def wrong_live_value(found: TlvWalk, order: str) -> str:
    """What these elements have otherwise than §7 fixes it for live; "" where nothing. 0x0007 and 0x0011 are
    judged as times."""
    for element in found.firsts():
        if element.id in (0x0007, 0x0011):
            continue
        if problem := wrong_value(element, order):
            return problem
        if element.id == 0x000D and element.data[:1] != bytes([LIVE]):
            return f"{found.place(0x000D)} says operation 0x{element.data[:1].hex()}, in live"
    return ""


def comes(records: Sequence[RtpRecord], id_: int) -> bool:
    """Whether an element of that id comes."""
    return next(_elements(records, id_), None) is not None


def _walks(records: Sequence[RtpRecord]) -> list[tuple[RtpRecord, TlvWalk, str]]:
    """Each header extension with what is in it, and its byte order."""

    def walk_each() -> list[tuple[RtpRecord, TlvWalk, str]]:
        order = _order(records)
        return [(each, walk(each.extension, byte_order=order), order) for each in records if each.extension]

    return once(records, "header extensions", walk_each)


def _elements(records: Sequence[RtpRecord], id_: int) -> Iterator[tuple[RtpRecord, Tlv, str]]:
    """The first element of an id in each header extension that has one."""
    for record, found, order in _walks(records):
        element = found.first(id_)
        if element is not None:
            yield record, element, order


def _order(records: Sequence[RtpRecord]) -> str:
    """The byte order of the first header extension, which is that of all."""
    return order_of(next((record.extension for record in records if record.extension), b""))


def _some(count: int, id_: int) -> int:
    if not count:
        raise NotThere(f"0x{id_:04x} does not come")
    return count
