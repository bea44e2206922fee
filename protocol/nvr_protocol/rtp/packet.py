"""RTP packets: the header and its extension (§2.3.1 (2), §2.3.6 (3), RFC 3550)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from nvr_protocol.errors import ProtocolError

PAYLOAD_TYPE_AUDIO = 97
PAYLOAD_TYPE_H264 = 98
PAYLOAD_TYPE_H265 = 101
VIDEO_CLOCK = 90_000

MAX_PAYLOAD = 1400
"""Bytes of payload in one packet at most (OP-15)."""

_HEADER = struct.Struct(">BBHII")
_EXTENSION = struct.Struct(">HH")


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet. `extension` is what follows the extension's own four bytes: whole words, TLVs of §7; None
    without extension. `timestamp` counts the payload's clock modulo 2**32."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload: bytes
    extension: bytes | None = None


def write_packet(packet: RtpPacket) -> bytes:
    """The bytes of `packet`: V=2, P=0, CC=0, X as there is an extension (then profile 0)."""
    for what, value, bits in (
        ("payload type", packet.payload_type, 7),
        ("sequence number", packet.sequence, 16),
        ("timestamp", packet.timestamp, 32),
        ("SSRC", packet.ssrc, 32),
    ):
        if not 0 <= value < 1 << bits:
            raise ProtocolError(f"RTP {what}", f"{value} does not fit {bits} bits")
    header = _HEADER.pack(
        0x80 if packet.extension is None else 0x90,
        packet.marker << 7 | packet.payload_type,
        packet.sequence,
        packet.timestamp,
        packet.ssrc,
    )
    if packet.extension is None:
        return header + packet.payload
    words, rest = divmod(len(packet.extension), 4)
    if rest:
        raise ProtocolError("RTP extension", f"{len(packet.extension)} bytes are not whole words of 4")
    if words > 0xFFFF:
        raise ProtocolError("RTP extension", f"{words} words do not fit 16 bits")
    return b"".join((header, _EXTENSION.pack(0, words), packet.extension, packet.payload))


def read_packet(data: bytes) -> RtpPacket:
    """The packet that `data` is. CSRC entries are skipped and padding is taken off; an extension must have
    profile 0."""
    if len(data) < 12:
        raise ProtocolError("RTP header", f"{len(data)} of 12 bytes", 0)
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise ProtocolError("RTP version", f"{first >> 6} instead of 2", 0)
    start, end = 12 + 4 * (first & 0x0F), len(data)
    if start > end:
        raise ProtocolError("RTP CSRC list", f"{first & 0x0F} entries, but {end - 12} bytes are left", 12)
    extension = None
    if first & 0x10:
        if end - start < 4:
            raise ProtocolError("RTP extension", f"{end - start} of the 4 bytes of its header", start)
        profile, words = _EXTENSION.unpack_from(data, start)
        if profile:
            raise ProtocolError("RTP extension profile", f"0x{profile:04x} where 0 is fixed", start)
        start += 4
        if 4 * words > end - start:
            raise ProtocolError("RTP extension length", f"{words} words, {end - start} bytes left", start - 2)
        extension = bytes(data[start : start + 4 * words])
        start += 4 * words
    if first & 0x20:
        if end == start:
            raise ProtocolError("RTP padding", "announced, but nothing is left", start)
        padding = data[-1]
        if not 1 <= padding <= end - start:
            raise ProtocolError("RTP padding", f"{padding} bytes of {end - start}", end - 1)
        end -= padding
    return RtpPacket(
        second & 0x7F, sequence, timestamp, ssrc, second > 0x7F, bytes(data[start:end]), extension
    )
