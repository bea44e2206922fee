"""A pcap as ``pcap_file`` writes it, read back: of each connection and UDP port what the recorder sent."""

from __future__ import annotations

import io
import ipaddress
import struct
from dataclasses import dataclass, field
from typing import IO, NamedTuple, cast

_RAW_IP = 101
_UDP, _TCP = 17, 6
_FIN, _SYN, _PSH, _ACK = 0x01, 0x02, 0x08, 0x10
_IPV6_HEADER = 40
_OTHERS = {
    b"\x0a\x0d\x0d\x0a": "it is a pcapng: save it as pcap",
    b"\x1f\x8b": "it is compressed: unpack it",
}
"""What scapy would read as well, by its first bytes."""

Address = tuple[str, int]


class Arrival(NamedTuple):
    """Bytes that came from the recorder at once. ``packet``: the number of the pcap's last packet of them,
    from 0; ``at``: its time in Unix seconds. ``end``: the recorder ended the connection. ``cut``: not all is
    kept."""

    packet: int
    at: float
    data: bytes
    sender: Address
    end: bool = False
    cut: bool = False


@dataclass(slots=True)
class Pcap:
    """The connections in the order in which they were opened, and the datagrams by the local port that they
    came to. ``packets`` counts all."""

    connections: list[list[Arrival]] = field(default_factory=list)
    datagrams: dict[int, list[Arrival]] = field(default_factory=dict)
    packets: int = 0


class _Packet(NamedTuple):
    protocol: int
    source: Address
    target: Address
    flags: int
    data: bytes
    cut: bool


@dataclass(slots=True)
class _Incoming:
    """What comes on one connection; ``begun`` waits for the packet that completes it."""

    arrivals: list[Arrival]
    begun: bytearray = field(default_factory=bytearray)
    cut: bool = False
    hung_up: bool = False  # by us


def read_pcap(file: IO[bytes]) -> Pcap:
    """Read it whole. ValueError in a few words for anything else than such a pcap."""
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapReader

    pcap = Pcap()
    incoming: dict[tuple[Address, Address], _Incoming] = {}
    start = file.read(4)
    for magic, what in _OTHERS.items():
        if start.startswith(magic):
            raise ValueError(what)
    file.seek(-len(start), io.SEEK_CUR)
    try:
        reader = RawPcapReader(cast("str", file))  # it takes files as well
        if reader.linktype != _RAW_IP:
            raise ValueError(f"link type {reader.linktype}, expected {_RAW_IP} (raw IP)")
        for data, meta in reader:
            packet = _dissect(data, meta.wirelen)
            _take(pcap, incoming, packet, meta.sec + meta.usec / 1_000_000)
            pcap.packets += 1
    except (Scapy_Exception, struct.error, IndexError, EOFError) as problem:
        raise ValueError(f"packet {pcap.packets + 1}: {problem or type(problem).__name__}") from None
    return pcap


def _take(pcap: Pcap, incoming: dict[tuple[Address, Address], _Incoming], packet: _Packet, at: float) -> None:
    number = pcap.packets
    if packet.protocol == _UDP:
        arrival = Arrival(number, at, packet.data, packet.source, cut=packet.cut)
        pcap.datagrams.setdefault(packet.target[1], []).append(arrival)
        return
    if packet.flags & (_SYN | _ACK) == _SYN:
        pcap.connections.append([])
        incoming[packet.target, packet.source] = _Incoming(pcap.connections[-1])
        return
    ours = incoming.get((packet.target, packet.source))
    if ours is not None and packet.flags & _FIN:
        ours.hung_up = True
    theirs = incoming.get((packet.source, packet.target))
    if theirs is None:
        return
    theirs.begun += packet.data
    theirs.cut |= packet.cut
    if packet.flags & _PSH:
        arrival = Arrival(number, at, bytes(theirs.begun), packet.source, cut=theirs.cut)
        theirs.arrivals.append(arrival)
        theirs.begun.clear()
        theirs.cut = False
    if packet.flags & _FIN and not theirs.hung_up:
        theirs.arrivals.append(Arrival(number, at, b"", packet.source, end=True))


def _dissect(data: bytes, size: int) -> _Packet:
    """The transport header and payload of an IP packet; ``size`` is what it had on the wire."""
    if data[0] >> 4 == 4:
        start, protocol = (data[0] & 15) * 4, data[9]
        source, target = data[12:16], data[16:20]
    else:
        start, protocol = _IPV6_HEADER, data[6]
        source, target = data[8:24], data[24:40]
    if protocol not in (_UDP, _TCP):
        raise ValueError(f"IP protocol {protocol}, expected TCP or UDP")
    ports = struct.unpack_from("!HH", data, start)
    flags, header = (data[start + 13], data[start + 12] >> 4 << 2) if protocol == _TCP else (0, 8)
    return _Packet(
        protocol,
        (str(ipaddress.ip_address(source)), ports[0]),
        (str(ipaddress.ip_address(target)), ports[1]),
        flags,
        data[start + header :],
        size > len(data),
    )
