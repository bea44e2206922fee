"""Two boxes of an MP4 that are put right while it is written (ISO/IEC 14496-12): `mdat`, whose size comes
ahead of what it holds, and `moov`, whose offsets move with it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

FREE = b"\0\0\0\x08free"
"""What a muxer leaves ahead of `mdat`, so that its size may take 64 bits."""
MDAT = b"\0\0\0\0mdat"
"""`mdat` as a muxer begins it: the size is written when it is known."""
LARGE = 2**32 - 8

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def with_mdat_size(head: bytes, size: int) -> bytes:
    """The head of a file with the size of what its `mdat` will hold. ValueError where there is no such
    box."""
    place = head.rfind(MDAT)
    if place < len(FREE) or head[place - 8 : place] != FREE:
        raise ValueError("the muxer began no mdat box where it was expected")
    if size <= LARGE:
        return head[:place] + struct.pack(">I", size + 8) + head[place + 4 :]
    return head[: place - 8] + struct.pack(">I4sQ", 1, b"mdat", size + 16) + head[place + 8 :]


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Name, place of the content and end of each box in a stretch of bytes."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            raise ValueError(f"box {name!r} of {size} bytes does not fit")
        yield name, start + 8, start + size
        start += size


def moved(moov: bytes, by: int) -> bytes:
    """A `moov` box for a file in which everything that it points to lies `by` bytes further on."""
    patched = bytearray(moov)

    def walk(start: int, end: int) -> None:
        for name, content, after in boxes(moov, start, end):
            if name in _CONTAINERS:
                walk(content, after)
            elif name in (b"stco", b"co64"):
                form = ">I" if name == b"stco" else ">Q"
                width = struct.calcsize(form)
                (count,) = struct.unpack_from(">I", moov, content + 4)
                for place in range(content + 8, content + 8 + count * width, width):
                    (offset,) = struct.unpack_from(form, moov, place)
                    struct.pack_into(form, patched, place, offset + by)

    walk(0, len(moov))
    return bytes(patched)
