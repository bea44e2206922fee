"""Where things lie in a playback chunk of the default dialect, for defects that change bytes (§3.3.1)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

STREAM_HEADER = b"\xff\x06\x00\x44"
PACKET_ID = 0xFF05
PACKET_HEADER = 24
BLOCK = 4096
HEADER, JPEG_HEADER = 4, 6
JPEG = b"\xff\xd8"
START_CODE = b"\0\0\0\1"


def packets(body: bytes) -> list[int]:
    """The offsets of the packet headers."""
    places = []
    place = body.index(STREAM_HEADER) + 68
    while place + PACKET_HEADER <= len(body):
        identifier, length = struct.unpack_from(">HH", body, place)
        if identifier == PACKET_ID:
            places.append(place)
            place += struct.unpack_from(">I", body, place + 4)[0]
        elif length >= 4:
            place += length
        else:
            break
    return places


def end_of_packets(body: bytes) -> int:
    """Where the padding to 4096 begins."""
    places = packets(body)
    if not places:
        return int(body.index(STREAM_HEADER) + 68)
    return int(places[-1] + struct.unpack_from(">I", body, places[-1] + 4)[0])


def change_tlv(body: bytes, identifier: int, change: Callable[[bytes], bytes]) -> bytes:
    """Change the data of a TLV of the recorder information."""
    place = JPEG_HEADER if body.startswith(JPEG) else HEADER
    while body[place : place + 4] != STREAM_HEADER:
        found, length = struct.unpack_from(">HH", body, place)
        if found == identifier:
            return body[: place + 4] + change(body[place + 4 : place + length]) + body[place + length :]
        if length < 4:
            break
        place += length
    return body


def tlv(body: bytes, identifier: int) -> bytes:
    """The data of a TLV of the recorder information; nothing where it is absent."""
    found: list[bytes] = []

    def look(data: bytes) -> bytes:
        found.append(data)
        return data

    change_tlv(body, identifier, look)
    return b"".join(found)


def change_numbers(body: bytes, layout: str, offset: int, change: Callable[..., Sequence[int]]) -> bytes:
    """Change the numbers that stand at an offset from the stream header."""
    changed = bytearray(body)
    place = body.index(STREAM_HEADER) + offset
    struct.pack_into(layout, changed, place, *change(*struct.unpack_from(layout, body, place)))
    return bytes(changed)


def change_packet_header(body: bytes, number: int, change: Callable[[int, int], tuple[int, int]]) -> bytes:
    """Change padding count and length of one packet; negative numbers count from the last."""
    changed = bytearray(body)
    place = packets(body)[number] + 2
    struct.pack_into(">HI", changed, place, *change(*struct.unpack_from(">HI", body, place)))
    return bytes(changed)


def without_packet_padding(body: bytes) -> bytes:
    """Leave the zeros behind each picture out; the lengths are those of what is left."""
    places, end = packets(body), end_of_packets(body)
    kept = [body[: places[0]]]
    for place, following in zip(places, [*places[1:], end], strict=True):
        padding, length = struct.unpack_from(">HI", body, place + 2)
        header = struct.pack(">HHI", PACKET_ID, 0, length - padding)
        kept.append(header + body[place + 8 : place + length - padding] + body[place + length : following])
    joined = b"".join(kept)
    return joined + bytes(-len(joined) % BLOCK)


def without_parameter_sets(body: bytes) -> bytes:
    """Give the parameter sets of the first picture a NAL unit type that is not specified."""
    start = packets(body)[0] + PACKET_HEADER
    h264 = body[:2] == b"\xff\x15"
    changed = bytearray(body)
    place = start
    while (place := body.find(START_CODE, place)) >= 0 and place < start + 400:
        unit = place + 4
        if h264 and body[unit] & 0x1F in (7, 8):
            changed[unit] = (body[unit] & 0xE0) | 24
        elif not h264 and (body[unit] >> 1) & 0x3F in (32, 33, 34):
            changed[unit] = 48 << 1
        place = unit
    return bytes(changed)
