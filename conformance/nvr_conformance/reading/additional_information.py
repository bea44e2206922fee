"""Additional information read by the judge's own walk (§7), so that the emulator's
writer is not its own judge."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

LENGTHS = {
    0x0004: 8, 0x0005: 8, 0x0006: 8, 0x0007: 12, 0x0008: 8, 0x0009: 8, 0x000A: 8, 0x000B: 12, 0x000C: 8,
    0x000D: 8, 0x0011: 12, 0x0012: 8, 0x0027: 8, 0x0028: 8, 0x0029: 8,
}  # fmt: skip
"""The self-inclusive length of each id."""


@dataclass(frozen=True, slots=True)
class Tlv:
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
        return next((element.data for element in self.elements if element.id == id_), None)

    def place(self, id_: int) -> str:
        """Where that element is, for reports."""
        offset = next((element.offset for element in self.elements if element.id == id_), None)
        return f"0x{id_:04x}" if offset is None else f"offset {offset}: 0x{id_:04x}"


def walk(data: bytes, start: int = 0, end: int | None = None, byte_order: str = ">") -> TlvWalk:
    """Walk elements that should fill ``start`` to ``end`` exactly.

    Past an element of known id and wrong length the walk goes on by the length that it should have, if that
    leads to another known element or to the end: so the rest can be read all the same.
    """
    end = len(data) if end is None else min(end, len(data))
    result = TlvWalk(end=start)
    offset = start
    while offset < end:
        if end - offset < 4:
            result.problem = result.problem or f"offset {offset}: {end - offset} bytes are left over"
            break
        id_, length = struct.unpack_from(byte_order + "HH", data, offset)
        wanted = LENGTHS.get(id_)
        possible = 4 <= length <= end - offset and not length % 4
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


def order_of(data: bytes) -> str:
    """The byte order that explains these elements (OP-13): big-endian, unless only little-endian does."""
    return "<" if walk(data).problem and not walk(data, byte_order="<").problem else ">"


def _leads_on(data: bytes, offset: int, end: int, byte_order: str) -> bool:
    if offset == end:
        return True
    return offset + 4 <= end and struct.unpack_from(byte_order + "H", data, offset)[0] in LENGTHS
