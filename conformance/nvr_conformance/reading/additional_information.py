"""Additional information read by the judge's own walk (§7), so that the emulator's
writer is not its own judge."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

LENGTHS = {
    0x0004: 8, 0x0005: 8, 0x0006: 8, 0x0007: 12, 0x0008: 8, 0x0009: 8, 0x000A: 8, 0x000B: 12, 0x000C: 8,
    0x000D: 8, 0x0011: 12, 0x0012: 8, 0x0027: 8, 0x0028: 8, 0x0029: 8,
}  # fmt: skip
"""The self-inclusive length of each id."""

ELEMENT_LIMIT = 4096  # elements that are read; more are a problem
_RESERVED = frozenset(
    (0x0004, 0x0005, 0x0008, 0x0009, 0x000A, 0x000C, 0x000D, 0x0012, 0x0027, 0x0028, 0x0029)
)
_VALUES = {0x000C: (0, 1), 0x0027: (1,), 0x0028: (0, 0x10, 0x11), 0x0029: (0, 1, 2)}
_TIMES = (0x0007, 0x0011)
_HUNDREDTHS = (0x000A, 0x0012)
_TIME_PARTS = (("zone direction", 1), ("zone hours", 23), ("zone minutes", 59), ("summer time", 1))


class Tlv(NamedTuple):  # there are many: a frozen dataclass takes three times as long to make
    """One element; ``length`` as stated, ``offset`` of its id."""

    id: int
    length: int
    data: bytes
    offset: int


@dataclass(slots=True)
class TlvWalk:
    """The elements that were found; ``problem`` is the first thing that is wrong,
    ``end`` where the walk ended."""

    elements: list[Tlv] = field(default_factory=list)
    end: int = 0
    problem: str = ""

    def get(self, id_: int) -> bytes | None:
        """The data of the first element of that id."""
        element = self.first(id_)
        return None if element is None else element.data

    def first(self, id_: int) -> Tlv | None:
        """The first element of that id."""
        for element in self.elements:
            if element.id == id_:
                return element
        return None

    def place(self, id_: int) -> str:
        """Where that element is, for reports."""
        element = self.first(id_)
        return f"0x{id_:04x}" if element is None else f"offset {element.offset}: 0x{id_:04x}"

    def firsts(self) -> list[Tlv]:
        """The first element of each id: one that comes again is the camera's, whose ids are its own."""
        found: dict[int, Tlv] = {}
        for element in self.elements:
            found.setdefault(element.id, element)
        return list(found.values())


def walk(data: bytes, start: int = 0, end: int | None = None, byte_order: str = ">") -> TlvWalk:
    """Walk elements that should fill ``start`` to ``end`` exactly.

    Elements of unknown ids are passed over by their length. Past one of known id and wrong length the walk
    goes on by the length that it should have, if that leads to another known element or to the end: so the
    rest can be read all the same. Of an id that comes again any length is right.
    """
    end = len(data) if end is None else min(end, len(data))
    result = TlvWalk(end=start)
    offset = start
    seen: set[int] = set()
    while offset < end:
        if end - offset < 4 or len(result.elements) == ELEMENT_LIMIT:
            result.problem = result.problem or f"offset {offset}: {end - offset} bytes are left over"
            break
        id_, length = struct.unpack_from(byte_order + "HH", data, offset)
        wanted = None if id_ in seen else LENGTHS.get(id_)
        seen.add(id_)
        possible = 4 <= length <= end - offset
        if not possible or (wanted is not None and wanted != length):
            what = f"offset {offset}: element 0x{id_:04x} of length {length}, "
            what += f"not {wanted}" if wanted is not None else f"{end - offset} bytes left"
            result.problem = result.problem or what
            if wanted is not None and _leads_on(data, offset + wanted, end, byte_order):
                length = wanted
            elif not possible:
                break
        result.elements.append(Tlv(id_, length, data[offset + 4 : offset + length], offset))
        offset += length
        result.end = offset
    return result


def wrong_value(element: Tlv, byte_order: str = ">") -> str:
    """What §7 fixes, or gives a range, and this element has otherwise, with its place; "" where nothing. An
    element of another length than §7's is not looked into."""
    data = element.data
    if LENGTHS.get(element.id) != len(data) + 4:
        return ""
    place = f"offset {element.offset}: 0x{element.id:04x}"
    if element.id in _TIMES:
        parts = zip(_TIME_PARTS, data[4:8], strict=True)
        return next((f"{place}: {name} {value}" for (name, most), value in parts if value > most), "")
    if element.id in _RESERVED and data[2:4] != b"\0\0":
        return f"{place}: reserved {data[2:4].hex()}"
    (value,) = struct.unpack_from(byte_order + "H", data)
    if element.id in _HUNDREDTHS and value > 99:
        return f"{place}: {value} hundredths of a second"
    if value not in _VALUES.get(element.id, (value,)):
        return f"{place} says 0x{value:04x}"
    return ""


def order_of(data: bytes) -> str:
    """The byte order that explains these elements (OP-13): big-endian, unless only little-endian does."""
    return "<" if walk(data).problem and not walk(data, byte_order="<").problem else ">"


def _leads_on(data: bytes, offset: int, end: int, byte_order: str) -> bool:
    if offset == end:
        return True
    return offset + 4 <= end and struct.unpack_from(byte_order + "H", data, offset)[0] in LENGTHS
