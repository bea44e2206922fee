"""RTP packets as scapy reads them, flattened into plain records (§2.3.1, RFC 3550).

scapy is other people's code on purpose: the emulator and the protocol package have no part in this reading.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from nvr_conformance.wire.live_multipart import LivePart
    from nvr_conformance.wire.live_streams import CapturedPacket

T = TypeVar("T")

NO_EXTENSION = "X=1, and no header extension behind the header"
_HEADER = 12
_LONGEST_HEADER = 12 + 4 * 15
_MOST_WORDS = 0xFFFF  # of a header extension


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


class RtpRecords(tuple[RtpRecord, ...]):
    """Dissected packets that are judged by several facts: what one finds out the others know."""

    _found: dict[Hashable, Any]

    def once(self, what: Hashable, find: Callable[[], T]) -> T:
        """What ``find`` gives, which is called for the first who asks for ``what``."""
        known = self.__dict__.setdefault("_found", {})
        if what not in known:
            known[what] = find()
        found: T = known[what]
        return found


def once(records: Sequence[RtpRecord], what: Hashable, find: Callable[[], T]) -> T:
    """What ``find`` gives of these records; known already where they remember it."""
    return records.once(what, find) if isinstance(records, RtpRecords) else find()


def dissect(packets: Iterable[CapturedPacket]) -> list[RtpRecord]:
    """Dissect each packet once. About 50 000 packets a second."""
    layers = _Layers()
    return [_record(packet, layers) for packet in packets]


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


class _Layers:
    """scapy's declarations of the headers, used for one packet after another. What lies behind the headers is
    left to us: a layer object for each payload costs five times as much as the headers do."""

    def __init__(self) -> None:
        from scapy.config import conf
        from scapy.layers.rtp import RTP, RTPExtension

        conf.verb = 0
        conf.max_list_count = _MOST_WORDS
        self._header, self._extension = RTP(), RTPExtension()

    def header(self, data: bytes) -> tuple[dict[str, Any], int]:
        """The fields of the RTP header, and how many bytes it has."""
        head = data[:_LONGEST_HEADER]  # scapy cuts off field by field, and copies what is left each time
        left: bytes = self._header.do_dissect(head)
        return self._header.fields, len(head) - len(left)

    def extension(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        """The fields of the header extension, and what is behind it."""
        left: bytes = self._extension.do_dissect(data)
        return self._extension.fields, left


def _record(packet: CapturedPacket, layers: _Layers) -> RtpRecord:
    data = packet.data
    if len(data) < _HEADER:
        problem = f"{len(data)} bytes are no RTP packet"
        return RtpRecord(packet.number, packet.arrived, len(data), part=packet.part, problem=problem)
    try:
        fields, size = layers.header(data)
    except (struct.error, ValueError, IndexError) as error:  # scapy reads lists of words beyond the end
        problem = f"cannot be dissected: {error}"
        return RtpRecord(packet.number, packet.arrived, len(data), part=packet.part, problem=problem)
    profile = extension = None
    payload, problem = data[size:], ""
    if fields["extension"]:
        try:
            more, payload = layers.extension(payload)
        except struct.error:
            problem = NO_EXTENSION
        else:
            profile, words = more["header_id"], more["header_len"]
            extension = struct.pack(f"!{len(more['header'])}I", *more["header"])
            if len(extension) != 4 * words:
                problem = f"header extension of {words} words in {len(data)} bytes"
    return RtpRecord(
        number=packet.number,
        arrived=packet.arrived,
        size=len(data),
        version=fields["version"],
        padding=bool(fields["padding"]),
        sources=len(fields["sync"]),
        marker=bool(fields["marker"]),
        payload_type=fields["payload_type"],
        sequence=fields["sequence"],
        timestamp=fields["timestamp"],
        ssrc=fields["sourcesync"],
        extension_profile=profile,
        extension=extension,
        payload=b"" if problem else payload,
        part=packet.part,
        problem=problem,
    )
