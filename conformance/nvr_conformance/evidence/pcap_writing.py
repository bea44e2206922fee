"""A capture as a pcap that Wireshark reads: TCP connections with handshake, acknowledgements and end, and the
datagrams of RTP.

The TCP segments are made from the bytes that were exchanged, not seen on the network: their cutting is ours.
What TLS protected is written as it was before; where the recorder's port was 443 it becomes 80.
"""

from __future__ import annotations

import ipaddress
import struct
from functools import lru_cache
from typing import IO, TYPE_CHECKING, NamedTuple

from nvr_conformance.wire.capture import SEGMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nvr_conformance.evidence.redaction import Redactor
    from nvr_conformance.wire.capture import Address, Flow, Piece, WireCapture

_RAW_IP = 101  # link type: packets begin with the IP header
_FIN, _SYN, _PSH, _ACK = 0x01, 0x02, 0x08, 0x10
_TCP, _UDP = 6, 17
_WINDOW = 65535
_SCALE = b"\x02\x04\xff\xd7\x01\x03\x03\x08"  # MSS 65495, window scale 8
_HTTPS, _HTTP = 443, 80


class Frame(NamedTuple):
    """One packet of the pcap; ``size`` is what it had on the wire."""

    at: float
    order: int
    data: bytes
    size: int


def write_pcap(file: IO[bytes], capture: WireCapture, redactor: Redactor) -> list[int]:
    """Write all flows in the order of what happened; that order's number of each packet."""
    from scapy.utils import PcapWriter

    frames = [frame for flow in capture.flows for frame in frames_of(flow, redactor)]
    frames.sort(key=lambda frame: frame.order)
    writer = PcapWriter(file, linktype=_RAW_IP)
    writer.write_header(None)
    for frame in frames:
        microseconds = round(frame.at * 1_000_000)
        seconds, microseconds = divmod(microseconds, 1_000_000)
        writer.write_packet(
            frame.data, sec=seconds, usec=microseconds, caplen=len(frame.data), wirelen=frame.size
        )
    writer.flush()
    return [frame.order for frame in frames]


def frames_of(flow: Flow, redactor: Redactor) -> Iterator[Frame]:
    """The packets of one flow, redacted."""
    if flow.udp:  # media: what looks like a secret is none
        for piece in flow.pieces:
            data = piece.data
            assert piece.sender is not None
            header = struct.pack("!HHHH", piece.sender[1], flow.local[1], 8 + piece.size, 0)
            whole = _ip(piece.sender, flow.local, _UDP, header, data, piece.size, checksum_at=6)
            yield Frame(piece.at, piece.order, *whole)
    else:
        yield from _tcp_frames(flow, _redacted(flow.pieces, redactor))


def _redacted(pieces: list[Piece], redactor: Redactor) -> list[tuple[Piece, bytes]]:
    """Each piece with its bytes as they may be shown. A secret may lie across two pieces of one direction, so
    they are looked at together."""
    shown: dict[bool, bytes] = {}
    for sent in (True, False):
        shown[sent] = redactor.wire(b"".join(piece.data for piece in pieces if piece.sent is sent))
    place = {True: 0, False: 0}
    cut: list[tuple[Piece, bytes]] = []
    for piece in pieces:
        start = place[piece.sent]
        place[piece.sent] = start + len(piece.data)
        cut.append((piece, shown[piece.sent][start : place[piece.sent]]))
    return cut


def _tcp_frames(flow: Flow, pieces: list[tuple[Piece, bytes]]) -> Iterator[Frame]:
    remote = (flow.remote[0], _HTTP if flow.tls and flow.remote[1] == _HTTPS else flow.remote[1])
    ends = {True: flow.local, False: remote}
    numbers = {True: 1000, False: 2000}  # next sequence number of each side: True is ours

    def frame(
        at: float, order: int, ours: bool, flags: int, data: bytes = b"", size: int = 0, options: bytes = b""
    ) -> Frame:
        acknowledged = numbers[not ours] if flags & _ACK else 0
        header = struct.pack(
            "!HHIIBBHHH",
            ends[ours][1],
            ends[not ours][1],
            numbers[ours],
            acknowledged,
            (20 + len(options)) // 4 << 4,
            flags,
            _WINDOW,
            0,
            0,
        )
        made = _ip(ends[ours], ends[not ours], _TCP, header + options, data, size, checksum_at=16)
        numbers[ours] = (numbers[ours] + size + bool(flags & (_SYN | _FIN))) % 2**32
        return Frame(at, order, *made)

    start = flow.opened, flow.order
    yield frame(*start, True, _SYN, options=_SCALE)
    yield frame(*start, False, _SYN | _ACK, options=_SCALE)
    yield frame(*start, True, _ACK)
    for piece, data in pieces:
        for offset in range(0, piece.size, SEGMENT):
            size = min(SEGMENT, piece.size - offset)
            part = data[offset : offset + size]
            flags = _ACK | (_PSH if offset + size == piece.size else 0)
            yield frame(piece.at, piece.order, piece.sent, flags, part, size)
            yield frame(piece.at, piece.order, not piece.sent, _ACK)
    if flow.ended is not None:
        at, order, by_us = flow.ended
        yield frame(at, order, by_us, _FIN | _ACK)
        yield frame(at, order, not by_us, _FIN | _ACK)
        yield frame(at, order, by_us, _ACK)


def _ip(
    source: Address,
    target: Address,
    protocol: int,
    header: bytes,
    data: bytes,
    size: int,
    *,
    checksum_at: int,
) -> tuple[bytes, int]:
    """An IP packet with its checksums, as it is kept, and its size on the wire. ``size`` bytes of payload, of
    which ``data`` are kept."""
    source_ip, target_ip = _packed(source[0]), _packed(target[0])
    length = len(header) + size
    pseudo = source_ip + target_ip + struct.pack("!II", length, protocol)
    checksum = _checksum(pseudo + header + data) or 0xFFFF
    transport = header[:checksum_at] + struct.pack("!H", checksum) + header[checksum_at + 2 :]
    if len(source_ip) == 4:
        first = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0x4000, 64, protocol, 0)
        ip = first + source_ip + target_ip
        ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
    else:
        ip = struct.pack("!IHBB", 6 << 28, length, protocol, 64) + source_ip + target_ip
    return ip + transport + data, len(ip) + length


@lru_cache(maxsize=64)
def _packed(host: str) -> bytes:
    """The bytes of an address; every packet of a flow asks for the same two."""
    return ipaddress.ip_address(host.partition("%")[0]).packed


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): the ones' complement sum is the number modulo 65535."""
    if len(data) % 2:
        data += b"\0"
    total = int.from_bytes(data, "big") % 0xFFFF
    return 0xFFFF - total if total else (0 if any(data) else 0xFFFF)
