"""Rejoining access units from RTP packets: what H.264 and H.265 have in common (RFC 6184 §5.8, RFC 7798
§4.4.3)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.packet import RtpPacket

MAX_ACCESS_UNIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a NAL unit: `header` is the NAL unit's own header, as the fragment tells it."""

    header: bytes
    start: bool
    end: bool
    data: bytes


class AccessUnitRejoiner(ABC):
    """Collects the packets of one stream into access units.

    After an error the rejoiner goes on: it drops what is left of the damaged access unit and is ready for the
    next.
    """

    def __init__(self) -> None:
        self._nals: list[bytes] = []
        self._size = 0
        self._header = b""
        self._pieces: list[bytes] = []
        self._expected: int | None = None
        self._timestamp: int | None = None
        self._damaged = False

    @abstractmethod
    def read_payload(self, payload: bytes) -> bytes | Fragment:
        """The whole NAL unit or the fragment that a packet's payload is. ProtocolError for all else."""

    def push(self, packet: RtpPacket) -> list[bytes] | None:
        """Takes the next packet; gives the NAL units of an access unit at its marker.

        ProtocolError for a gap in the sequence numbers, a fragment out of order, an access unit that changes
        its timestamp or outgrows 16 MiB, and a payload that cannot be read.
        """
        expected, self._expected = self._expected, (packet.sequence + 1) & 0xFFFF
        begun = self._timestamp
        self._timestamp = None if packet.marker else packet.timestamp
        if expected is not None and packet.sequence != expected:
            self._drop(not packet.marker)
            raise ProtocolError("RTP sequence number", f"{packet.sequence} instead of {expected}")
        if begun is not None and begun != packet.timestamp:
            told = self._damaged
            self._drop(False)
            if not told:
                self._take(packet)
                raise ProtocolError("RTP timestamp", f"{packet.timestamp} follows {begun} without a marker")
        return self._take(packet)

    def _take(self, packet: RtpPacket) -> list[bytes] | None:
        if self._damaged:
            self._damaged = not packet.marker
            return None
        try:
            self._add(self.read_payload(packet.payload))
            if not packet.marker:
                return None
            if self._pieces:
                raise ProtocolError("RTP fragment", "the marker comes before the last fragment")
        except ProtocolError:
            self._drop(not packet.marker)
            raise
        nals = self._nals
        self._drop(False)
        return nals

    def _add(self, piece: bytes | Fragment) -> None:
        if isinstance(piece, bytes):
            if self._pieces:
                raise ProtocolError("RTP fragment", "a whole NAL unit comes before the last fragment")
            self._grow(piece)
            self._nals.append(piece)
            return
        if piece.start:
            if self._pieces:
                raise ProtocolError("RTP fragment", "a first fragment before the last of another")
            self._header = piece.header
            self._grow(piece.header)
            self._pieces.append(piece.header)
        elif not self._pieces:
            raise ProtocolError("RTP fragment", "the first fragment is missing")
        elif piece.header != self._header:
            raise ProtocolError("RTP fragment", f"header {piece.header.hex()} follows {self._header.hex()}")
        self._grow(piece.data)
        self._pieces.append(piece.data)
        if piece.end:
            self._nals.append(b"".join(self._pieces))
            self._pieces = []

    def _grow(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_ACCESS_UNIT:
            raise ProtocolError("access unit", f"more than {MAX_ACCESS_UNIT} bytes")

    def _drop(self, damaged: bool) -> None:
        self._nals, self._pieces, self._size, self._damaged = [], [], 0, damaged
