"""RTP packets as scapy reads them, flattened into plain records (§2.3.1, RFC 3550).

scapy is other people's code on purpose: the emulator and the protocol package have no part in this reading.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nvr_conformance.wire.live_multipart import LivePart
    from nvr_conformance.wire.live_streams import CapturedPacket


@dataclass(frozen=True, slots=True)
class RtpRecord:
    """One dissected packet. ``number`` is the captured packet's, ``arrived`` its time on the target's clock.

    ``extension`` is None where X=0, else the bytes that are really there. ``problem`` says why the packet is
    no RTP packet; its fields are zero then.
    """

    number: int
    arrived: float
    size: int
    version: int = 0
    padding: bool = False
    sources: int = 0
    marker: bool = False
    payload_type: int = 0
    sequence: int = 0
    timestamp: int = 0
    ssrc: int = 0
    extension_profile: int | None = None
    extension: bytes | None = None
    payload: bytes = b""
    part: LivePart | None = None
    problem: str = ""

    @property
    def place(self) -> str:
        """Where to find it: its number in the capture, from 0, and what Wireshark or a hex editor show."""
        told = [] if self.problem else [f"sequence number {self.sequence}"]
        if self.part is not None:
            told.append(f"part at offset {self.part.offset}")
        return f"packet {self.number}" + (f" ({', '.join(told)})" if told else "")


def dissect(packets: Iterable[CapturedPacket]) -> list[RtpRecord]:
    """Dissect each packet once. About 10 000 packets a second: judge slices, not hours."""
    from scapy.config import conf
    from scapy.layers.rtp import RTP

    conf.verb = 0
    return [_record(packet, RTP) for packet in packets]


def quick_sequence(data: bytes) -> int:
    """The sequence number of a raw packet; for captures too long to be dissected."""
    return int.from_bytes(data[2:4], "big")


def quick_payload(data: bytes) -> bytes:
    """The payload of a raw packet, empty if there is none; for a look while the stream still runs."""
    if len(data) < 12:
        return b""
    start = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    return data[start:]


def _record(packet: CapturedPacket, rtp_layer: type) -> RtpRecord:
    data = packet.data
    if len(data) < 12:
        problem = f"{len(data)} bytes are no RTP packet"
        return RtpRecord(packet.number, packet.arrived, len(data), part=packet.part, problem=problem)
    try:
        rtp = rtp_layer(data)
    except (struct.error, ValueError, IndexError) as error:  # scapy reads lists of words beyond the end
        problem = f"cannot be dissected: {error}"
        return RtpRecord(packet.number, packet.arrived, len(data), part=packet.part, problem=problem)
    profile = extension = None
    payload = rtp.payload
    problem = ""
    if rtp.extension:
        if "header_len" in getattr(payload, "fields", {}) and payload.header_len is not None:
            profile, words = payload.header_id, payload.header_len
            extension = b"".join(word.to_bytes(4, "big") for word in payload.header)
            payload = payload.payload
            if len(extension) != 4 * words:
                problem = f"header extension of {words} words in {len(data)} bytes"
        else:
            problem = "X=1, and no header extension behind the header"
    return RtpRecord(
        number=packet.number,
        arrived=packet.arrived,
        size=len(data),
        version=rtp.version,
        padding=bool(rtp.padding),
        sources=len(rtp.sync),
        marker=bool(rtp.marker),
        payload_type=rtp.payload_type,
        sequence=rtp.sequence,
        timestamp=rtp.timestamp,
        ssrc=rtp.sourcesync,
        extension_profile=profile,
        extension=extension,
        payload=b"" if problem else bytes(payload),
        part=packet.part,
        problem=problem,
    )
