"""The packets of playback video (§3.3.1): one picture each, found whatever their Length counts.

Landmarks are packet headers: 0xFF05, a padding of 0 … 3, and a start code or SOI where the video data begins.
What leads from landmark to landmark is a reading of Length; the one that explains the packets best is taken,
and a packet that it does not explain is a finding, behind which the walk goes on at the next landmark.
"""

from __future__ import annotations

import re
import struct
import sys
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.reading.additional_information import Tlv, TlvWalk
from nvr_conformance.reading.playback_lengths import PACKET_HEADER_SIZE, PACKET_READINGS, PacketReading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKET_HEADER = 0xFF05
PACKET_LIMIT = 100_000
ALIGNMENT = 4
MOST_PADDING = 3
_STARTS = (b"\0\0\0\1", b"\0\0\1", b"\xff\xd8")
_LANDMARKS = {
    order: re.compile(head + rb".{20}(?:\0\0\0?\x01|\xff\xd8)", re.DOTALL)
    for order, head in ((">", rb"\xff\x05\0[\0-\x03]"), ("<", rb"\x05\xff[\0-\x03]\0"))
}
_MARKER = re.compile(rb"\xff[^\0\xd0-\xd7\xff]", re.DOTALL)
_ELEMENTS = 64  # of camera information ahead of one packet, at the most
_REACH = 1024  # bytes of it, where it is looked for backward
_TRIED = 64  # packets that choose between readings
_ANY = sys.maxsize
_SAMPLES = 4  # of them, from which readings are derived


@dataclass(frozen=True, slots=True)
class VideoPacket:
    """One picture in a chunk: offsets count from the body's first byte; ``stated`` is the length field."""

    offset: int
    id: int
    padding: int
    stated: int
    data: bytes = field(repr=False)
    padding_bytes: bytes = b""

    @property
    def data_offset(self) -> int:
        return self.offset + PACKET_HEADER_SIZE


@dataclass(slots=True)
class Packets:
    """The packets of a chunk, and the camera information ahead of each but the first. ``problems``: what and
    where. ``end``: where the last one ends. ``readings``: all that explain every packet, the likeliest
    first; none where no single one does."""

    found: list[VideoPacket] = field(default_factory=list)
    camera_information: list[TlvWalk] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    end: int = 0
    readings: tuple[PacketReading, ...] = ()


def read_packets(
    body: bytes,
    start: int,
    order: str,
    *,
    count: int | None = None,
    size: int | None = None,
    among: Sequence[PacketReading] = (),
) -> Packets:
    """The packets from ``start`` on. ``count`` and ``size`` (of all video data): as the chunk states them,
    where it does. ``among``: the readings that explained the chunks before, which count first."""
    walk = _Walk(body, start, order, count)
    judged = walk.judge([*among, *PACKET_READINGS])
    if judged[0].faults:
        judged = walk.judge([*among, *PACKET_READINGS, *walk.derived(size)])
    found = walk.by(judged[0].reading)
    if not found.problems:
        alike = [each.reading for each in judged if each.faults == judged[0].faults]
        found.readings = tuple(
            reading
            for number, reading in enumerate(alike)
            if not number or walk.by(reading).found == found.found
        )
    return found


class _Judged(NamedTuple):
    """How badly a reading explains the packets: by its problems, and by pictures that seem to have too many
    bytes."""

    faults: int
    problems: int
    number: int
    reading: PacketReading


class _Walk:
    """Walks the packets by one reading or another."""

    def __init__(self, body: bytes, start: int, order: str, count: int | None) -> None:
        self._body = body
        self._start = start
        self._order = order
        self._count = count
        self._halves = struct.Struct(order + "HH").unpack_from
        self._header_fields = struct.Struct(order + "HHI").unpack_from
        self._leading: dict[int, list[int]] = {}
        self._cameras: dict[int, TlvWalk] = {}
        self._whole: dict[PacketReading, Packets] = {}
        self._landmarks = [match.start() for match in _LANDMARKS[order].finditer(body, start)]

    def judge(self, readings: Sequence[PacketReading]) -> list[_Judged]:
        """These readings by how well they explain the first packets, the best first. One that already has
        more problems than another has faults is not walked on."""
        judged: list[_Judged] = []
        least = _ANY
        for number, reading in enumerate(dict.fromkeys(readings)):
            tried = self.by(reading, _TRIED, bearable=least)
            doubtful = sum(map(_is_doubtful, tried.found))
            problems = len(tried.problems)
            judged.append(_Judged(problems + doubtful, problems, number, reading))
            least = min(least, problems + doubtful)
        return sorted(judged)

    def by(self, reading: PacketReading, limit: int = PACKET_LIMIT, *, bearable: int = _ANY) -> Packets:
        """Walk by one reading of Length: until something is neither camera information nor a packet
        header, and there is no packet behind it: there the padding begins, whose bytes may be any. Or until
        there are ``limit`` packets, or more than ``bearable`` problems."""
        if reading in self._whole:
            return self._whole[reading]
        walked, at = Packets(), self._start
        while len(walked.found) < limit and len(walked.problems) <= bearable:
            camera = self._camera_information(at)
            header = self._header(camera.end)
            if header is None:
                landmark = self._landmark(at)
                more = self._count is not None and len(walked.found) < self._count
                damaged = self._is_damaged_header(camera.end, reading, more=more)
                if len(walked.found) == self._count or (landmark is None and not damaged):
                    break
                id_ = int.from_bytes(self._body[camera.end : camera.end + 2], "big")
                walked.problems.append(f"offset {camera.end}: 0x{id_:04x} where a packet header is due")
                if not damaged:
                    at = landmark or at
                    continue
                header = self._header_fields(self._body, camera.end)
            if camera.elements:
                walked.camera_information.append(camera)
            at = self._take(walked, camera.end, header, reading)
        walked.end = at
        if len(walked.found) < limit and len(walked.problems) <= bearable:
            self._whole[reading] = walked
        return walked

    def derived(self, size: int | None) -> Iterator[PacketReading]:
        """Readings that the distance between the first landmarks suggests, or the end of an only picture."""
        at, followed = self._camera_information(self._start).end, 0
        while followed < _SAMPLES and (header := self._header(at)) is not None:
            _, padding, stated = header
            after = self._landmark(at + PACKET_HEADER_SIZE)
            ends = [] if after is None else list(self._camera_begins(at + PACKET_HEADER_SIZE, after))
            if after is None and not followed:
                ends = [at + PACKET_HEADER_SIZE + each + padding for each in self._only_sizes(at, size)]
            for end in ends:
                yield PacketReading(end - at - stated, True)
                yield PacketReading(end - at - stated - padding, False)
            if after is None:
                return
            at, followed = after, followed + 1

    def _take(self, walked: Packets, at: int, header: tuple[int, int, int], reading: PacketReading) -> int:
        """Read the packet whose header is at ``at``; where the next begins."""
        body = self._body
        id_, padding, stated = header
        if padding > MOST_PADDING:
            walked.problems.append(f"offset {at + 2}: {padding} padding bytes")
            padding = 0
        end = at + reading.size(stated, padding)
        after = self._landmark(at + PACKET_HEADER_SIZE)
        if not self._leads(at, end, padding, after, reading):
            left = f"{len(body) - at} bytes left" if after is None else f"the next is at offset {after}"
            walked.problems.append(f"offset {at + 4}: packet length {stated}, {left}")
            end = self._end_without_length(at, padding, after)
        elif (end - at) % ALIGNMENT:
            walked.problems.append(f"offset {at + 4}: {padding} padding bytes do not align to {ALIGNMENT}")
        data_end = end - padding
        packet = VideoPacket(
            at, id_, padding, stated, body[at + PACKET_HEADER_SIZE : data_end], body[data_end:end]
        )
        if any(packet.padding_bytes):
            walked.problems.append(f"offset {data_end}: packet padding is not zero")
        walked.found.append(packet)
        return end

    def _leads(self, at: int, end: int, padding: int, after: int | None, reading: PacketReading) -> bool:
        """Whether a packet may end there: behind its header, and no landmark is passed over or missed."""
        if not at + PACKET_HEADER_SIZE + padding < end <= len(self._body):
            return False
        if after is None:
            return True
        follows = self._camera_information(end).end
        if self._header(follows) is None and not self._is_damaged_header(follows, reading, more=True):
            return False
        return follows <= after

    def _end_without_length(self, at: int, padding: int, after: int | None) -> int:
        """Where a packet ends whose length is wrong."""
        begin = at + PACKET_HEADER_SIZE
        if after is not None:
            return next(self._camera_begins(begin + padding, after))
        size = len(self._body[begin:].rstrip(b"\0"))
        return min(begin + size + padding, len(self._body))

    def _camera_begins(self, begin: int, header: int) -> Iterator[int]:
        """Where camera information may begin that leads to this header, the longest first; at last the header
        itself, for there may be none."""
        yield from (at for at in self._leading_to(header) if at >= begin)
        yield header

    def _leading_to(self, header: int) -> list[int]:
        """Where elements begin that end one behind another at this header, in order. Looked for from the
        header backwards, once: each reading asks for it, and most places lead nowhere."""
        if header not in self._leading:
            unpack = self._halves
            counts = {header: 0}
            lowest = max(self._start, header - _REACH)
            for at in range(header - ALIGNMENT, lowest - 1, -ALIGNMENT):
                id_, length = unpack(self._body, at)
                count = counts.get(at + length, _ELEMENTS)
                if count < _ELEMENTS and length >= ALIGNMENT and id_ != PACKET_HEADER:
                    counts[at] = count + 1
            self._leading[header] = sorted(counts.keys() - {header})
        return self._leading[header]

    def _only_sizes(self, at: int, stated: int | None) -> Iterator[int]:
        """How much data an only picture may have: to the end of a JPEG, as is stated, up to the zeros."""
        begin = at + PACKET_HEADER_SIZE
        if self._body[begin : begin + 2] == b"\xff\xd8" and (size := jpeg_size(self._body, begin)):
            yield size
        if stated is not None:
            yield stated
        yield len(self._body[begin:].rstrip(b"\0"))

    def _camera_information(self, offset: int) -> TlvWalk:
        """The camera's elements at ``offset``, of any ids, each passed over by its length. ``end`` is where
        the packet header should be. Each reading asks for it, at the same offsets for the most part."""
        known = self._cameras.get(offset)
        if known is None:
            known = self._cameras[offset] = self._read_camera_information(offset)
        return known

    def _read_camera_information(self, offset: int) -> TlvWalk:
        result = TlvWalk(end=offset)
        body, unpack = self._body, self._halves
        while result.end + 4 <= len(body) and len(result.elements) < _ELEMENTS:
            id_, length = unpack(body, result.end)
            if id_ == PACKET_HEADER or length < 4 or result.end + length > len(body):
                break
            data = body[result.end + 4 : result.end + length]
            result.elements.append(Tlv(id_, length, data, result.end))
            result.end += length
        if self._header(result.end) is None and not self._begins_picture(result.end):
            return TlvWalk(end=offset)
        return result

    def _header(self, at: int) -> tuple[int, int, int] | None:
        """0xFF05, padding and length, where they stand there."""
        if at + PACKET_HEADER_SIZE > len(self._body):
            return None
        id_, padding, stated = self._header_fields(self._body, at)
        return (id_, padding, stated) if id_ == PACKET_HEADER else None

    def _is_damaged_header(self, at: int, reading: PacketReading, *, more: bool) -> bool:
        """Whether all of a packet header stands there but its id, or half of that: padding may hold what
        looks like one part of it. ``more``: whether the chunk says that there are more packets."""
        if not self._begins_picture(at):
            return False
        header: tuple[int, int, int] = self._header_fields(self._body, at)
        id_, padding, stated = header
        if not more and id_ >> 8 != PACKET_HEADER >> 8 and id_ & 0xFF != PACKET_HEADER & 0xFF:
            return False
        end = at + reading.size(stated, padding)
        return padding <= MOST_PADDING and at + PACKET_HEADER_SIZE + padding < end <= len(self._body)

    def _begins_picture(self, header: int) -> bool:
        """Whether video data stands where it would behind a packet header."""
        return self._body.startswith(_STARTS, header + PACKET_HEADER_SIZE)

    def _landmark(self, at: int) -> int | None:
        """The first packet header from there on."""
        number = bisect_left(self._landmarks, at)
        return self._landmarks[number] if number < len(self._landmarks) else None


def _is_doubtful(packet: VideoPacket) -> bool:
    """Whether a picture does not end as pictures do: with EOI, or not with a zero byte."""
    if packet.data[:2] == b"\xff\xd8":
        return packet.data[-2:] != b"\xff\xd9"
    return packet.data[-1:] == b"\0"


def jpeg_size(data: bytes, begin: int) -> int:
    """How long the JPEG picture is that begins there, SOI to EOI; 0 where it has no end."""
    at = begin + 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2 - begin
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            at = _behind_scan(data, at)
    return at + 2 - begin if data[at : at + 2] == b"\xff\xd9" else 0


def _behind_scan(data: bytes, at: int) -> int:
    """The first marker behind entropy-coded data."""
    match = _MARKER.search(data, at)
    return match.start() if match else len(data)


def find_packet(body: bytes, start: int, order: str) -> int | None:
    """The first landmark from there on."""
    match = _LANDMARKS[order].search(body, start)
    return None if match is None else match.start()
