"""RTP packets read by hand, for captures of so many that scapy cannot read them all (RFC 3550).

Slower eyes look at some of them too: ``reading.rtp_readers`` has scapy read a sample, and whatever is odd.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from nvr_conformance.reading.rtp import NO_EXTENSION, RtpRecord

if TYPE_CHECKING:
    from nvr_conformance.wire.live_streams import CapturedPacket

_HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")


def read_by_hand(packet: CapturedPacket) -> RtpRecord:
    """What scapy should read of the packet too."""
    data = packet.data
    if len(data) < _HEADER.size:
        return _no_packet(packet, f"{len(data)} bytes are no RTP packet")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    sources = first & 0x0F
    begin = _HEADER.size + 4 * sources
    if begin > len(data):
        # Of sources that are missing altogether scapy makes none; of a piece of one it makes nothing.
        sources, rest = divmod(len(data) - _HEADER.size, 4)
        if rest:
            return _no_packet(packet, "the list of sources is cut off")
        begin = len(data)
    profile = extension = None
    problem = ""
    if first & 0x10:
        if len(data) - begin < _EXTENSION.size:
            problem = NO_EXTENSION
        else:
            profile, words = _EXTENSION.unpack_from(data, begin)
            begin += _EXTENSION.size
            extension = data[begin : begin + 4 * words]
            begin += len(extension)
            if len(extension) % 4:
                profile = extension = None
                problem = NO_EXTENSION
            elif len(extension) != 4 * words:
                problem = f"header extension of {words} words in {len(data)} bytes"
    return RtpRecord(
        packet.number,
        packet.arrived,
        len(data),
        first >> 6,
        bool(first & 0x20),
        sources,
        second > 0x7F,
        second & 0x7F,
        sequence,
        timestamp,
        ssrc,
        profile,
        extension,
        b"" if problem else data[begin:],
        packet.part,
        problem,
    )


def _no_packet(packet: CapturedPacket, problem: str) -> RtpRecord:
    return RtpRecord(packet.number, packet.arrived, len(packet.data), part=packet.part, problem=problem)
