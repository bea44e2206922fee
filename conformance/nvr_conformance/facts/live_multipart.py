"""Facts about the multipart of live over HTTP (LIV-16, LIV-17): pure functions over captured parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.wire.live_multipart import LivePart
    from nvr_conformance.wire.live_streams import CapturedPacket


def part_headers(packets: Sequence[CapturedPacket], content_type: str = "") -> Fact:
    """LIV-16 (LIV-19, LIV-29): each part has the content type (lower case; "": any), and a Content-Length
    behind which the next boundary line stands, with CRLF or without."""
    expected = ", ".join(filter(None, (content_type, "Content-Length to the byte")))
    for packet, part in _parts(packets):
        problem = ""
        if content_type and part.content_type != content_type:
            problem = f"Content-Type {part.header('Content-Type')}"
        elif part.stated is None:
            problem = f"Content-Length {part.header('Content-Length')}"
        elif not part.well_placed:
            problem = f"Content-Length {part.stated} for {len(part.body)} bytes"
        if problem:
            return Fact(False, expected, f"part {packet.number} at offset {part.offset}: {problem}")
    return Fact(True, expected, f"{len(packets)} parts")


def one_packet_per_part(packets: Sequence[CapturedPacket]) -> Fact:
    """LIV-17: each part begins with an RTP header, and none of the same stream follows inside it."""
    expected = "one RTP packet in each part"
    ssrc = packets[0].data[8:12] if packets else b""  # a wrong version alone is for LIV-05 to tell
    for packet, part in _parts(packets):
        data = packet.data
        where = f"part {packet.number} at offset {part.offset}"
        if len(data) < 13 or (data[0] >> 6 != 2 and data[8:12] != ssrc):
            return Fact(False, expected, f"{where}: {data[:12].hex(' ')} is no RTP header")
        at = _second_header(data)
        if at is not None:
            return Fact(False, expected, f"{where}: a second RTP header at byte {at}")
    return Fact(True, expected, f"{len(packets)} parts")


def _second_header(data: bytes) -> int | None:
    """Where another header with the same SSRC and the next sequence number stands inside a packet."""
    ssrc = data[8:12]
    following = (int.from_bytes(data[2:4], "big") + 1) % 65536
    at = data.find(ssrc, 20)
    while at >= 0:
        header = at - 8
        if data[header] >> 6 == 2 and int.from_bytes(data[header + 2 : header + 4], "big") == following:
            return header
        at = data.find(ssrc, at + 1)
    return None


def _parts(packets: Sequence[CapturedPacket]) -> list[tuple[CapturedPacket, LivePart]]:
    found = [(packet, packet.part) for packet in packets if packet.part is not None]
    if not found:
        raise NothingToJudge("no parts")
    return found
