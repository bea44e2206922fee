"""The last packets of live streams over RTP that were sent, and a file of them that Wireshark opens."""

from __future__ import annotations

import ipaddress
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

KEPT = 4096
"""Packets: some seconds of a few streams."""
SOURCE_PORT = 5004
RAW_IP = 101
"""LINKTYPE_RAW: each record begins with an IP header."""
UDP = 17

Destination = tuple[str, int]


class SentPackets:
    """Keeps the last packets that were sent: when (Unix seconds of the recorder), whither, and what."""

    def __init__(self, kept: int = KEPT, packets: Iterable[tuple[float, Destination, bytes]] = ()) -> None:
        self._packets = deque(packets, maxlen=kept)

    def __len__(self) -> int:
        return len(self._packets)

    def keep(self, destination: Destination, datagrams: Sequence[bytes], now: float) -> None:
        """Datagrams were sent."""
        self._packets.extend((now, destination, bytes(datagram)) for datagram in datagrams)

    def copy(self) -> SentPackets:
        """The same packets, to which no more come."""
        return SentPackets(packets=self._packets)

    def clear(self) -> None:
        """Forget them."""
        self._packets.clear()

    def write(self, path: Path) -> None:
        """Write them as pcap, as if a host of the same address had sent them all. `OSError`."""
        with path.open("wb") as file:
            file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535 + 60, RAW_IP))
            for now, destination, datagram in self._packets:
                packet = _ip_packet(destination, datagram)
                seconds, microseconds = divmod(round(now * 1_000_000), 1_000_000)
                file.write(struct.pack("=IIII", seconds, microseconds, len(packet), len(packet)))
                file.write(packet)


def _ip_packet(destination: Destination, datagram: bytes) -> bytes:
    address = ipaddress.ip_address(destination[0])
    udp = struct.pack("!HHH", SOURCE_PORT, destination[1], 8 + len(datagram))
    if address.version == 4:
        # Over IPv4 a checksum of 0 says that there is none.
        body = udp + bytes(2) + datagram
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, UDP, 0) + address.packed * 2
        return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + body
    pseudo = address.packed * 2 + struct.pack("!IHBB", 8 + len(datagram), 0, 0, UDP)
    checksum = _checksum(pseudo + udp + bytes(2) + datagram) or 0xFFFF
    body = udp + struct.pack("!H", checksum) + datagram
    return struct.pack("!IHBB", 6 << 28, len(body), UDP, 64) + address.packed * 2 + body


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
