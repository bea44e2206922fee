"""RTP over UDP (§2.3.1), as networks deliver it: packets are lost, doubled, overtaken, damaged.

What comes out is whole pictures in order, from a key picture on; behind a gap from the next key picture on.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque

from nvr_protocol import Codec, ProtocolError, RtpPacket, h264, h265, read_packet
from nvr_protocol.rtp.nal_units import is_key_slice, join_annex_b

WAITING = 32
"""Packets that may come ahead of one that is missing, until that counts as lost."""
QUEUED = 4096
"""Datagrams that wait to be looked at; beyond them the oldest are lost."""


class Receiver(asyncio.DatagramProtocol):
    """Takes datagrams from one host, as fast as they come."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._waiting: deque[bytes] = deque(maxlen=QUEUED)
        self._came = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[0] == self._host:
            self._waiting.append(data)
            self._came.set()

    async def datagrams(self) -> list[bytes]:
        """Those that have come; waits where there is none."""
        await self._came.wait()
        self._came.clear()
        came = list(self._waiting)
        self._waiting.clear()
        return came


class Sorter:
    """Brings packets into the order of their sequence numbers; the second of a pair is dropped, and so is
    one that comes when it counts as lost already."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._early: list[tuple[int, int, RtpPacket]] = []
        self._taken = 0

    def push(self, packet: RtpPacket) -> list[RtpPacket]:
        """Takes a packet; gives those whose turn it is."""
        if self._next is None:
            self._next = packet.sequence
        # The 16 bits of the number go round: what is more than half of them ahead is behind.
        ahead = (packet.sequence - self._next + 0x8000) % 0x10000 - 0x8000
        if ahead < 0:
            return []
        self._taken += 1
        heapq.heappush(self._early, (self._next + ahead, self._taken, packet))
        if len(self._early) > WAITING:
            self._next = self._early[0][0]
        ready = []
        while self._early and self._early[0][0] <= self._next:
            number, _, packet = heapq.heappop(self._early)
            if number == self._next:
                ready.append(packet)
                self._next += 1
        return ready


class Pictures:
    """Rejoins pictures from the packets of one stream."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._rejoiner = {Codec.H264: h264, Codec.H265: h265}[codec].Rejoiner()
        self._sorter = Sorter()
        self._whole = False

    def push(self, datagram: bytes) -> list[bytes]:
        """Takes a packet as it came; gives the pictures that are whole now, as Annex B byte streams."""
        try:
            ready = self._sorter.push(read_packet(datagram))
        except ProtocolError:
            return []  # no RTP: as good as lost
        pictures = []
        for packet in ready:
            try:
                nals = self._rejoiner.push(packet)
                if nals is None:
                    continue
                self._whole = self._whole or any(is_key_slice(self._codec, nal) for nal in nals)
                if self._whole:
                    pictures.append(join_annex_b(nals))
            except ProtocolError:
                # A gap, or bits that flipped: what refers to this picture shows rubbish.
                self._whole = False
        return pictures
