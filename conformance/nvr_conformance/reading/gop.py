"""One GOP of playback, as a client sees what one ``camera.cgi`` brought (§3.3.1).

Moments are hundredths of a Unix second (UTC), as TIMEF counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from nvr_conformance.reading.nal_units import nal_type
from nvr_conformance.reading.playback_video import ChunkWalk
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.dialect_detection import detect_dialect
from nvr_protocol.errors import ProtocolError

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange


SECOND = 100
_H265_TYPES = frozenset((*range(10), *range(16, 22), *range(32, 41)))


@dataclass(frozen=True, slots=True)
class Gop:
    """What one ``camera.cgi`` brought."""

    camera: int
    exchange: Exchange = field(repr=False)
    chunk: ChunkWalk = field(repr=False)

    @property
    def given(self) -> bool:
        """Whether there is a picture in it: an answer with a chunk that is not empty."""
        return self.exchange.ok and self.chunk.present

    @property
    def codec(self) -> str:
        """By the video data itself: "H264", "H265", "JPEG", or "" where there is none."""
        return codec_of(self.chunk.pictures[0]) if self.chunk.packets else ""

    @property
    def start(self) -> int | None:
        """When it begins. Of GOP start, picture time and 0x0007/0x000A the one in the middle: one that is
        wrong does not count."""
        chunk = self.chunk
        times = (chunk.gop_start, chunk.picture_time, chunk.information_time)
        stated = sorted(time for time in times if time is not None)
        return stated[(len(stated) - 1) // 2] if stated else None

    @property
    def count(self) -> int:
        """How many pictures it has: its packets, or 0x0008 where they do not lead from one to the next."""
        stated = self.chunk.number(0x0008)
        return len(self.chunk.packets) if self.followed or stated is None else stated

    @property
    def followed(self) -> bool:
        """Whether its packet headers lead from picture to picture; else the pictures cannot be told apart."""
        return not any(id_ == "PLB-08" for id_, _ in self.chunk.problems)

    @property
    def interval(self) -> float | None:
        """Hundredths from picture to picture: by 0x0009, else by the GOP's ends."""
        rate, pictures = self.chunk.number(0x0009), self.count
        if rate:
            return 1000 / rate
        start, end = self.chunk.gop_start, self.chunk.gop_end
        if pictures > 1 and start is not None and end is not None and end > start:
            return (end - start) / (pictures - 1)
        return None

    @property
    def length(self) -> float | None:
        """Hundredths from its first picture to the first of the next GOP."""
        return None if self.interval is None else self.interval * max(1, self.count)

    @property
    def video(self) -> bytes:
        """All its pictures in one."""
        return b"".join(self.chunk.pictures)

    def whole_second(self) -> int | None:
        """A moment during it that TIMEF can name without hundredths; None where it has none."""
        if self.start is None or self.length is None:
            return None
        moment = -(-self.start // SECOND) * SECOND
        return moment if moment < self.start + self.length - 2 else None

    def spans(self) -> list[float]:
        """Hundredths from its first picture to its last: as the frame rate has it, and as the camera's clock
        does (0x0011, 0x0012), where either is told."""
        spans = []
        if self.interval is not None:
            spans.append(self.interval * (self.count - 1))
        order: Literal["big", "little"] = "big" if self.chunk.byte_order == ">" else "little"
        times = []
        for walk in (self.chunk.information, *self.chunk.camera_information):
            seconds, part = walk.get(0x0011), walk.get(0x0012)
            if seconds is not None and part is not None:
                times.append(int.from_bytes(seconds[:4], order) * 100 + int.from_bytes(part[:2], order))
        if len(times) == self.count > 0:
            spans.append(float(times[-1] - times[0]))
        return spans

    def ends_right(self) -> bool:
        """Whether GOP end is the time of the last picture, give or take half a picture."""
        if self.start is None or self.interval is None or self.chunk.gop_end is None:
            return False
        span = self.chunk.gop_end - self.start
        return any(abs(span - witness) < max(1.5, self.interval / 2) for witness in self.spans())

    def last_picture(self) -> int | None:
        """When its last picture was taken: GOP end, if that can be; else by counting."""
        if self.ends_right():
            return self.chunk.gop_end
        return None if self.start is None or not self.spans() else round(self.start + self.spans()[0] + 0.5)

    def __str__(self) -> str:
        if not self.given:
            empty = self.exchange.ok and self.chunk.stream_header_offset is not None
            return "a chunk without a picture" if empty else str(self.exchange)
        return f"camera {self.camera}, {self.count} pictures from {clock_time(self.start)}"


def codec_of(picture: bytes) -> str:
    """What kind of picture it is by its first NAL unit: "H264", "H265" or "JPEG"."""
    if picture[:2] == b"\xff\xd8":
        return "JPEG"
    # Behind a start code, or whatever four bytes stand in its place.
    head = picture[3:5] if picture[:3] == b"\0\0\1" else picture[4:6]
    if len(head) < 2:
        return ""
    is_h265 = not head[0] & 0x81 and head[1] == 1 and nal_type("H265", head[0]) in _H265_TYPES
    return "H265" if is_h265 else "H264"


def dialect_of(body: bytes) -> Dialect:
    """The dialect that explains a chunk; where none does, the default with the byte order of the id."""
    try:
        return detect_dialect(body).dialect
    except ProtocolError:
        little = body[:1] in (b"\x15", b"\x16") and body[1:2] == b"\xff"
        return Dialect(byte_order="little") if little else DEFAULT


def clock_time(moment: int | None) -> str:
    """A moment for reports: 2026-11-25 05:04:00.25 UTC, its hundredths where it has any."""
    if moment is None:
        return "an unknown time"
    seconds, hundredths = divmod(moment, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}{_hundredths(hundredths)} UTC"


def _hundredths(count: int) -> str:
    return f".{count:02}" if count else ""
