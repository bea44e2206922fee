"""How an MP4 is built, by the boxes at its top (ISO/IEC 14496-12): no more than that."""

from __future__ import annotations

import struct

MOST = 10_000  # boxes that are looked at


def top_boxes(data: bytes) -> list[str]:
    """The types of the boxes at the top, in order, as far as they can be read."""
    found: list[str] = []
    at = 0
    while at + 8 <= len(data) and len(found) < MOST:
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        found.append(name.decode("latin-1"))
        if size < 8:  # 0: to the end; anything else that small is none
            break
        at += size
    return found


def build_of(data: bytes) -> str:
    """Where moov stands, or that the file is fragmented; in words."""
    boxes = top_boxes(data)
    if "moov" not in boxes:
        return "no moov"
    if "moof" in boxes:
        return "fragmented"
    if "mdat" not in boxes:
        return "moov alone"
    return "moov first" if boxes.index("moov") < boxes.index("mdat") else "moov last"
