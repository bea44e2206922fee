"""Faults on the way of live media: packets lost, doubled, reordered, delayed, corrupted; silence (§2.3.1).

Each alters a list of datagrams: the packets of a picture of one stream go in, what leaves comes out.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

import msgspec

from nvr_emulator.faults.course import StreamCourse
from nvr_emulator.faults.fault import CameraOrAll, Fault, Rate, Seed, of

MARKER = 0x80
"""The marker bit in the second byte of an RTP packet."""
HEADER = 12
"""Bytes of an RTP header, which no corruption hits: such a packet would belong to no stream."""

Which = Annotated[
    Literal["marker", "first", "all"], of(text="which packets of that picture: marker is the last one")
]
Picture = Annotated[
    Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None,
    of(text="hit this picture alone, counted from 1 in each stream; the rate does not matter then"),
]


class StreamFault(Fault, frozen=True):
    """A fault upon live streams."""

    room: ClassVar[str] = "Live media"
    over_http: ClassVar[bool] = False
    """Whether it hits streams that travel over HTTP too."""

    camera: CameraOrAll = None

    @property
    def seeded(self) -> int:
        """What its dice begin with."""
        return 0

    @abstractmethod
    def strike(self, course: StreamCourse, packets: list[bytes], now: float) -> list[bytes]:
        """What leaves of the packets of a picture."""


class PacketFault(StreamFault, frozen=True):
    """A fault upon single RTP packets, chosen by dice or by their place."""

    section: ClassVar[str] = "2.3.1"

    rate: Rate = 0.02
    seed: Seed = 0
    picture: Picture = None
    packet: Which = "marker"

    @property
    def seeded(self) -> int:
        """What its dice begin with."""
        return self.seed

    def strike(self, course: StreamCourse, packets: list[bytes], now: float) -> list[bytes]:
        """What leaves of the packets of a picture."""
        out: list[bytes] = []
        for place, packet in enumerate(packets):
            if self._hits(course, packet, place):
                course.struck += 1
                out += self.hit(course, packet, now)
            else:
                out.append(packet)
                out += course.let_go()
        return out

    @abstractmethod
    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """What becomes of a packet that is hit."""

    def _hits(self, course: StreamCourse, packet: bytes, place: int) -> bool:
        if self.picture is None:
            return course.dice.random() < self.rate
        if self.picture != course.pictures:
            return False
        if self.packet == "marker":
            return len(packet) > 1 and bool(packet[1] & MARKER)
        return self.packet == "all" or place == 0


class RtpLoss(PacketFault, frozen=True):
    """RTP packets are lost on the way: sequence numbers have gaps, and pictures are torn until
    the next key frame."""

    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """Nothing is left of it."""
        return []


class RtpDuplicate(PacketFault, frozen=True):
    """RTP packets arrive twice: a receiver drops the second by its sequence number."""

    copies: Annotated[int, of(1, 10, "how often it comes besides")] = 1

    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """It comes again."""
        return [packet] * (1 + self.copies)


class RtpReorder(PacketFault, frozen=True):
    """RTP packets are overtaken by those behind: a receiver sorts by sequence number before it decodes."""

    by: Annotated[int, of(1, 1000, "how many packets overtake it")] = 1

    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """It waits until others have passed."""
        course.hold(packet, self.by)
        return []


class RtpDelay(PacketFault, frozen=True):
    """RTP packets come late, behind those of later pictures: a receiver waits for them, or gives them up."""

    delay: Annotated[float, of(0.001, 60, "seconds of the recorder's clock that it comes late")] = 0.2

    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """It leaves later."""
        course.postpone(packet, now + self.delay)
        return []


class RtpCorrupt(PacketFault, frozen=True):
    """RTP packets arrive with flipped bits behind their header: a decoder must live through any payload."""

    bits: Annotated[int, of(1, 1000, "how many bits flip")] = 8

    def hit(self, course: StreamCourse, packet: bytes, now: float) -> list[bytes]:
        """Its bits flip."""
        return [flipped(packet, self.bits, course.dice)]


class StreamSilent(StreamFault, frozen=True):
    """A live stream goes silent: the recorder says that it runs, and nothing comes any more. Over HTTP the
    connection stays open."""

    section: ClassVar[str] = "2.1.2"
    over_http: ClassVar[bool] = True

    after: Annotated[int, of(0, 2**31, "how many pictures of a stream still come")] = 0

    def strike(self, course: StreamCourse, packets: list[bytes], now: float) -> list[bytes]:
        """Nothing, once so many pictures have come."""
        if course.pictures <= self.after:
            return packets
        course.struck += len(packets)
        return []


def flipped(packet: bytes, bits: int, dice: random.Random) -> bytes:
    """A packet in which so many different bits behind the header are the other way round."""
    room = (len(packet) - HEADER) * 8
    altered = bytearray(packet)
    for place in {int(dice.random() * room) for _ in range(bits)} if room > 0 else ():
        altered[HEADER + place // 8] ^= 1 << place % 8
    return bytes(altered)
