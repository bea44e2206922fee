"""Which datagrams at a port are one stream's, and in which order they were sent (§2.1.2.2, RFC 3550).

UDP promises nothing: a network may deliver datagrams late, twice or not at all, a router may send them from
another port, and anybody may send to a port. None of that is the recorder's doing, so none of it gets
further than this. What a recorder itself does wrong does: numbers that start again, an SSRC that changes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 512  # packets behind the newest among which a late one has its place, and a copy is known
CONTINUES = 8  # numbers ahead at which another SSRC may go on with the same stream
NEAR = (
    900_000  # ticks that it may be off then, unless it is as likely as the stream: behind a gap it may be any
)
CANDIDATES = 64  # SSRCs of strangers that are looked at, before more are taken for strangers unseen
_PAYLOAD_TYPES = {"H264": 98, "H265": 101, "AUDIO": 97}
_CAMERA = 0x0004
_RTCP = range(192, 224)  # payload types of control packets, where RTP has marker and payload type (RFC 5761)

Address = tuple[str, int]


class Kind(Enum):
    """What a datagram is to the stream."""

    OWN = "one of its packets"
    COPY = "one that was there already"
    STRANGER = "somebody else's"
    OUSTS = "the first of what is more likely the stream than all that came until now"


@dataclass(frozen=True, slots=True)
class _Seen:
    sequence: int
    timestamp: int
    ssrc: bytes


class Sieve:
    """Fed with each datagram as it comes. ``late``, ``copies`` and ``strangers`` count."""

    def __init__(self, camera: int, comp: str) -> None:
        self._camera = camera
        self._payload_type = _PAYLOAD_TYPES.get(comp)
        self._ssrc: bytes | None = None
        self._likelihood = (0, False)
        self._sender: Address | None = None
        self._recent: list[_Seen] = []  # in the order of sending
        self._known: OrderedDict[int, None] = OrderedDict()  # digests of the last packets
        self._looked_at: set[bytes] = set()
        self.late = self.copies = self.strangers = 0

    def take(self, data: bytes, sender: Address) -> tuple[Kind, int]:
        """What the datagram is, and behind how many of those that came before it was sent."""
        kind = self._kind(data, sender)
        if kind is Kind.STRANGER:
            self.strangers += 1
            return kind, 0
        if kind is Kind.OUSTS:
            self._recent.clear()
            self._known.clear()
        elif self._is_known(data):
            self.copies += 1
            return Kind.COPY, 0
        if len(data) < 12:
            return kind, 0
        self._ssrc, self._sender = data[8:12], sender
        ahead = self._place(data)
        self.late += bool(ahead)
        return kind, ahead

    def _kind(self, data: bytes, sender: Address) -> Kind:
        if len(data) < 12:
            return Kind.OWN if sender == self._sender else Kind.STRANGER
        if data[0] >> 6 == 2 and data[1] in _RTCP:
            return Kind.STRANGER
        ssrc = data[8:12]
        if self._ssrc is None:
            self._likelihood = self._likely(data)
            return Kind.OWN
        if ssrc == self._ssrc or self._goes_on(data, sender):
            return Kind.OWN
        if ssrc in self._looked_at or len(self._looked_at) >= CANDIDATES:
            return Kind.STRANGER
        self._looked_at.add(ssrc)
        likelihood = self._likely(data)
        if likelihood <= self._likelihood:
            return Kind.STRANGER
        self._likelihood = likelihood
        return Kind.OUSTS

    def _goes_on(self, data: bytes, sender: Address) -> bool:
        """Whether the same sender goes on counting where the stream stands, under another SSRC: that is a
        recorder which does not keep its SSRC."""
        if sender != self._sender or not self._recent:
            return False
        last = self._recent[-1]
        sequence, timestamp = _numbers(data)
        return 0 < _apart(sequence, last.sequence, 16) <= CONTINUES and (
            abs(_apart(timestamp, last.timestamp, 32)) <= NEAR or self._likely(data) >= self._likelihood
        )

    def _likely(self, data: bytes) -> tuple[int, bool]:
        """How likely it is the stream's: by the additional information in it, which strangers have not, and
        the camera that it names; then by its header."""
        header = data[0] >> 6 == 2 and self._payload_type in (None, data[1] & 0x7F)
        elements = dict(_elements(data))
        named = elements.get(_CAMERA)
        is_named = named is not None and int.from_bytes(named[:2], "big") == self._camera
        return bool(elements) + is_named, header

    def _is_known(self, data: bytes) -> bool:
        digest = hash(data)
        if digest in self._known:
            return True
        self._known[digest] = None
        if len(self._known) > WINDOW:
            self._known.popitem(last=False)
        return False

    def _place(self, data: bytes) -> int:
        """Note the packet; behind how many of the recent ones it came that were sent later.

        Late is what has no higher number and no later time, one of them lower: a number alone that goes back
        is a recorder that counts wrong.
        """
        sequence, timestamp = _numbers(data)
        new = _Seen(sequence, timestamp, data[8:12])
        ahead = 0
        for seen in reversed(self._recent):
            step, passed = _apart(new.sequence, seen.sequence, 16), _apart(new.timestamp, seen.timestamp, 32)
            earlier = (step < 0 and passed <= 0) or (step == 0 and passed < 0)
            if not earlier or step <= -WINDOW or new.ssrc != seen.ssrc:
                break
            ahead += 1
        self._recent.insert(len(self._recent) - ahead, new)
        del self._recent[:-WINDOW]
        return ahead


def _numbers(data: bytes) -> tuple[int, int]:
    """Sequence number and time stamp."""
    return int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big")


def _apart(after: int, before: int, bits: int) -> int:
    """By how much a number has grown, or shrunk, over its wrap."""
    half = 1 << bits - 1
    return (after - before + half) % (2 * half) - half


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Ids and data of the header extension, in big-endian order, as far as they can be read."""
    start = 12 + 4 * (data[0] & 0x0F)
    if not data[0] & 0x10 or data[start : start + 2] != b"\0\0":
        return
    end = start + 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    at = start + 4
    while at + 8 <= min(end, len(data)):
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 8:
            return
        yield int.from_bytes(data[at : at + 2], "big"), data[at + 4 : at + length]
        at += length
