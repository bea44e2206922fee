"""One GOP of playback, as a client sees what one ``camera.cgi`` brought (§3.3.1).

Moments are hundredths of a Unix second (UTC), as TIMEF counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nvr_conformance.reading.nal_units import nal_type
from nvr_conformance.reading.playback_video import ChunkWalk

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange

LONGEST = 6000  # hundredths: no GOP lasts longer
SLOWED = 100  # times slower than 0x0009 says, at the most, pictures come, be it wrong or their rate varying
SECOND = 100
_H265_TYPES = frozenset((*range(10), *range(16, 22), *range(32, 41)))


@dataclass(frozen=True)
class Gop:
    """What one ``camera.cgi`` brought. What is asked for again and again is worked out once."""

    camera: int
    exchange: Exchange = field(repr=False)
    chunk: ChunkWalk = field(repr=False)

    @property
    def given(self) -> bool:
        """Whether there is a picture in it: an answer with a chunk that is not empty."""
        return self.exchange.ok and self.chunk.present

    @cached_property
    def codec(self) -> str:
        """By the video data itself: "H264", "H265", "JPEG", or "" where there is none."""
        return codec_of(self.chunk.pictures[0]) if self.chunk.packets else ""

    @cached_property
    def start(self) -> int | None:
        """When it begins. Of GOP start, picture time and 0x0007/0x000A the one in the middle: one that is
        wrong does not count."""
        chunk = self.chunk
        times = (chunk.gop_start, chunk.picture_time, chunk.information_time)
        stated = sorted(time for time in times if time is not None)
        return stated[(len(stated) - 1) // 2] if stated else None

    @cached_property
    def count(self) -> int:
        """How many pictures it has: one of JPEG; else its packets, or 0x0008 where they do not lead from one
        to the next."""
        if self.codec == "JPEG":
            return 1
        stated = self.chunk.number(0x0008)
        return len(self.chunk.packets) if self.followed or stated is None else stated

    @cached_property
    def followed(self) -> bool:
        """Whether its packet headers lead from picture to picture; else the pictures cannot be told apart."""
        return not any(id_ == "PLB-08" for id_, _ in self.chunk.problems)

    @cached_property
    def moments(self) -> tuple[int, ...] | None:
        """Hundredths from its first picture to each, as the camera's clock has them (0x0011, 0x0012); None
        where it does not tell the time of each picture, or not one after the other."""
        order: Literal["big", "little"] = "big" if self.chunk.byte_order == ">" else "little"
        times = []
        for walk in (self.chunk.information, *self.chunk.camera_information):
            seconds, part = walk.get(0x0011), walk.get(0x0012)
            if seconds is not None and part is not None:
                times.append(int.from_bytes(seconds[:4], order) * 100 + int.from_bytes(part[:2], order))
        if len(times) != self.count or sorted(times) != times:
            return None
        return tuple(time - times[0] for time in times)

    @property
    def span(self) -> int | None:
        """Hundredths from its first picture to its last, by the same clock."""
        return self.moments[-1] if self.moments else None

    @cached_property
    def plausible_span(self) -> int | None:
        """The same, where it leaves room for one picture in ``length``, give or take one: a clock that
        is wrong (PLB-07) is no witness of when a GOP ends."""
        span, interval = self.span, self.interval
        if span is None or interval is None or abs(span - interval * (self.count - 1)) > interval:
            return None
        return span

    @cached_property
    def interval(self) -> float | None:
        """About how many hundredths pass from picture to picture: by the camera's clock, by the GOP's ends,
        by 0x0009. Of three the one in the middle, so that one that is wrong does not count; of two the
        first, for 0x0009 is what the recorder is set to, whatever the camera sends. An end that lies behind a
        gap, for it may be where the next GOP starts (OP-37), is no witness."""
        rate, gaps = self.chunk.number(0x0009), self.count - 1
        begin, end = self.chunk.gop_start, self.chunk.gop_end
        longest = LONGEST if not rate else min(LONGEST, SLOWED * 1000 / rate * max(1, gaps))
        witnesses = []
        if gaps > 0 and self.span:
            witnesses.append(self.span / gaps)
        if gaps > 0 and begin is not None and end is not None and 0 < end - begin <= longest:
            witnesses.append((end - begin) / gaps)
        if rate:
            witnesses.append(1000 / rate)
        if len(witnesses) == 3:
            return sorted(witnesses)[1]
        return witnesses[0] if witnesses else None

    @cached_property
    def length(self) -> float | None:
        """About how many hundredths pass from its first picture to the first of the next GOP."""
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

    def second_near(self) -> int | None:
        """The same; where it has none the whole second behind it. None where its begin is not known."""
        return self.whole_second() or (None if self.start is None else -(-self.start // SECOND) * SECOND)

    def last_picture(self, following: int | None = None) -> int | None:
        """A time at which its last picture was on show: by the camera's clock; else GOP end, where that is
        before the next GOP (``following``); else the middle of the last interval, for GOP end may as well be
        the end of it (OP-37)."""
        if self.start is None or self.length is None:
            return None
        if (span := self.plausible_span) is not None:
            return self.start + span
        length = self.length if following is None else following - self.start
        end = self.chunk.gop_end
        if end is not None and 0 < end - self.start < length - 1:
            return end
        return self.start + round(length * (1 - 0.5 / max(1, self.count)))

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


def clock_time(moment: int | None) -> str:
    """A moment for reports: 2026-11-25 05:04:00.25 UTC, its hundredths where it has any."""
    if moment is None:
        return "an unknown time"
    seconds, hundredths = divmod(moment, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}{_hundredths(hundredths)} UTC"


def _hundredths(count: int) -> str:
    return f".{count:02}" if count else ""
