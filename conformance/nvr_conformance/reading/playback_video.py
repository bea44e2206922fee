"""The body of ``camera.cgi`` walked by ``struct`` alone, as §3.3.1 draws it, noting what is wrong and going
on.

Independent of the protocol package's reader on purpose. The walk goes by landmarks (stream header, packet
headers, start codes), so that it needs no list of what a length may count, and recovers where one is damaged:
one wrong field is one finding and not ten.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvr_conformance.reading.additional_information import TlvWalk, walk
from nvr_conformance.reading.playback_lengths import PACKET_HEADER_SIZE, length_readings, size_readings
from nvr_conformance.reading.playback_packets import ALIGNMENT, find_packet, read_packets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nvr_conformance.reading.playback_lengths import LengthReading, PacketReading
    from nvr_conformance.reading.playback_packets import VideoPacket

CHUNK_IDS = {0xFF15: "H264", 0xFF16: "H265"}
JPEG_CHUNK = b"\xff\xd8\xff\xfe"
JPEG_HEADER = 6  # bytes of its header, length and all
STREAM_HEADER = 0xFF06
STREAM_HEADER_LENGTH = 0x0044
_LANDMARK = (STREAM_HEADER, STREAM_HEADER_LENGTH)
RESERVED = 12
BLOCK = 4096
_HEAD_LIMIT = 0x20000  # bytes of information ahead of the stream header, at the most
_LANDMARKS_TRIED = 16
_ORDERS = (">", "<")


@dataclass(slots=True)
class ChunkWalk:
    """What stands in one body. Times are hundredths of a Unix second, None where the body is too short for
    them.

    ``size``: of the body, or up to a second chunk. ``codec``: by the chunk id, "H264", "H265", "JPEG", or ""
    for an unknown id. ``information``: what stands at the chunk's head, the recorder's and behind it the
    camera's. ``camera_information``: ahead of the packets. ``problems``: requirement id (PLB-01 … PLB-08),
    then what and where; empty for a body without fault. ``end`` is where the pictures end and padding begins.
    ``length_readings``, ``packet_readings``, ``size_readings``: what the chunk's length, the lengths of its
    packets and 0x0006 may count, the likeliest first; empty where nothing explains them.
    """

    size: int
    codec: str = ""
    chunk_id: int = 0
    chunk_length: int = 0
    information: TlvWalk = field(default_factory=TlvWalk)
    stream_header_offset: int | None = None
    stream_header: tuple[int, int] = (0, 0)
    gop_end: int | None = None
    gop_start: int | None = None
    picture_time: int | None = None
    gop_end_zone: tuple[int, int, int] = (0, 0, 0)
    gop_start_zone: tuple[int, int, int] = (0, 0, 0)
    packets: list[VideoPacket] = field(default_factory=list)
    camera_information: list[TlvWalk] = field(default_factory=list)
    end: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    byte_order: str = ">"
    length_readings: tuple[LengthReading, ...] = ()
    packet_readings: tuple[PacketReading, ...] = ()
    size_readings: tuple[str, ...] = ()

    @property
    def pictures(self) -> list[bytes]:
        """The video data of each packet."""
        return [packet.data for packet in self.packets]

    def number(self, id_: int, size: str = "H") -> int | None:
        """The first number in the data of a TLV; None if it is absent or too short."""
        data = self.information.get(id_)
        width = struct.calcsize(size)
        if data is None or len(data) < width:
            return None
        return int(struct.unpack(self.byte_order + size, data[:width])[0])

    @property
    def present(self) -> bool:
        """Whether there is a picture in it, whatever 0x000C says."""
        return bool(self.packets)

    @property
    def camera(self) -> int | None:
        return self.number(0x0004)

    @property
    def operation(self) -> int | None:
        """Of 0x000D."""
        return self.number(0x000D, "B")

    @property
    def speed(self) -> int | None:
        """Of 0x000D: 0, or 1 … 8."""
        data = self.information.get(0x000D)
        return None if data is None or len(data) < 2 else data[1]

    @property
    def information_time(self) -> int | None:
        """0x0007 and 0x000A together, in hundredths."""
        seconds, hundredths = self.number(0x0007, "I"), self.number(0x000A)
        if seconds is None:
            return None
        return seconds * 100 + (hundredths if hundredths is not None and hundredths < 100 else 0)


def walk_chunk(body: bytes, among: Sequence[PacketReading] = ()) -> ChunkWalk:
    """Walk a body. ``among``: the readings of packet lengths that explained the recorder's chunks so far.

    Never raises; time and memory are bounded by its size.
    """
    chunk = ChunkWalk(len(body))
    if len(body) < 8:
        chunk.problems.append(("PLB-04", f"{len(body)} bytes are no chunk"))
        return chunk
    start = _read_chunk_header(chunk, body)
    start, offset = _find_stream_header(chunk, body, start)
    if offset is None:
        chunk.problems.append(("PLB-06", "no stream header (0xff06, 0x0044) found"))
        return chunk
    _read_information(chunk, body, start, offset)
    offset = _read_stream_header(chunk, body, offset)
    second = _second_chunk(body, offset, chunk.byte_order)
    if second is not None:
        what = f"offset {second}: a second chunk, 0x{body[second : second + 2].hex()}"
        chunk.problems.append(("PLB-01", what))
        body = body[:second]
        chunk.size = second
    packets = read_packets(
        body,
        offset,
        chunk.byte_order,
        count=chunk.number(0x0008),
        size=chunk.number(0x0006, "I"),
        among=among,
    )
    chunk.packets, chunk.camera_information = packets.found, packets.camera_information
    chunk.end, chunk.packet_readings = packets.end, packets.readings
    chunk.problems += [("PLB-08", problem) for problem in packets.problems]
    _explain_lengths(chunk)
    _check_last_packet(chunk, body)
    return chunk


def _read_chunk_header(chunk: ChunkWalk, body: bytes) -> int:
    """Where the information begins."""
    if body[:4] == JPEG_CHUNK:
        chunk.codec = "JPEG"
        chunk.chunk_id = 0xFFD8
        chunk.chunk_length = struct.unpack_from(">H", body, 4)[0]
        return JPEG_HEADER
    chunk.byte_order = "<" if struct.unpack_from("<H", body)[0] in CHUNK_IDS else ">"
    chunk.chunk_id, chunk.chunk_length = struct.unpack_from(chunk.byte_order + "HH", body)
    chunk.codec = CHUNK_IDS.get(chunk.chunk_id, "")
    if not chunk.codec:
        chunk.problems.append(("PLB-04", f"offset 0: chunk id 0x{chunk.chunk_id:04x}"))
    return 4


def _find_stream_header(chunk: ChunkWalk, body: bytes, start: int) -> tuple[int, int | None]:
    """Where the information begins and where the stream header is: at a landmark to which the TLVs lead
    (behind the header of a JPEG chunk perhaps, if the id is another; of several, for a TLV may hold what
    looks like one, at the one that leads to a packet), else at the first landmark, else where half of one
    stands that the TLVs or the first packet lead to. Settles the byte order where the id did not."""
    orders = (chunk.byte_order,) if chunk.chunk_id in CHUNK_IDS else _ORDERS
    marks = [(offset, order) for order in orders for offset in _stream_headers(body, start, order)]
    for begin in dict.fromkeys((start, JPEG_HEADER)):
        led = [mark for mark in marks if not walk(body, begin, mark[0] - RESERVED, mark[1]).problem]
        if led:
            ahead = (mark for mark in led if len(led) > 1 and _is_ahead_of_packet(body, *mark))
            offset, chunk.byte_order = next(ahead, led[0])
            return begin, offset
    if marks:
        offset, chunk.byte_order = marks[0]
        return start, offset
    for order in orders:
        for offset in _damaged_stream_headers(body, start, order):
            halves = struct.unpack_from(order + "HH", body, offset)
            if any(half == due for half, due in zip(halves, _LANDMARK, strict=True)):
                chunk.byte_order = order
                return start, offset
    return start, None


def _is_ahead_of_packet(body: bytes, offset: int, order: str) -> bool:
    """Whether a packet stands behind this stream header, and behind camera information if any."""
    at = offset + STREAM_HEADER_LENGTH
    elements = walk(body, at, min(at + _HEAD_LIMIT, len(body)), order).elements
    end = elements[-1].offset + len(elements[-1].data) + 4 if elements else at
    return find_packet(body, end, order) == end


def _stream_headers(body: bytes, start: int, order: str, end: int | None = None) -> Iterator[int]:
    """Where stream headers may be, by their bytes: as far as the information may reach, or up to ``end``."""
    landmark = struct.pack(order + "HH", *_LANDMARK)
    at = start + RESERVED
    for _ in range(_LANDMARKS_TRIED):
        at = body.find(landmark, at, start + _HEAD_LIMIT if end is None else end)
        if at < 0:
            return
        yield at
        at += 1


def _damaged_stream_headers(body: bytes, start: int, order: str) -> Iterator[int]:
    packet = find_packet(body, start, order)
    if packet is not None and packet - STREAM_HEADER_LENGTH >= start + RESERVED:
        yield packet - STREAM_HEADER_LENGTH
    elements = walk(body, start, start + _HEAD_LIMIT, order).elements
    ends = [start, *(element.offset + len(element.data) + 4 for element in elements)]
    yield from (end + RESERVED for end in reversed(ends) if end + RESERVED + 4 <= len(body))


def _read_information(chunk: ChunkWalk, body: bytes, start: int, offset: int) -> None:
    chunk.information = walk(body, start, offset - RESERVED, chunk.byte_order)
    if chunk.information.problem:
        chunk.problems.append(("PLB-05", chunk.information.problem))


def _read_stream_header(chunk: ChunkWalk, body: bytes, offset: int) -> int:
    order = chunk.byte_order
    chunk.stream_header_offset = offset
    chunk.stream_header = struct.unpack_from(order + "HH", body, offset)
    if chunk.stream_header != _LANDMARK:
        id_, length = chunk.stream_header
        what = f"offset {offset}: stream header 0x{id_:04x}, length 0x{length:04x}"
        chunk.problems.append(("PLB-06", what))
    if offset + STREAM_HEADER_LENGTH > len(body):
        chunk.problems.append(("PLB-06", f"offset {offset}: the body ends inside the stream header"))
        return len(body)
    end_seconds, end_hundredths, *end_zone = struct.unpack_from(order + "I4B", body, offset + 20)
    start_seconds, start_hundredths, *start_zone = struct.unpack_from(order + "I4B", body, offset + 28)
    picture_seconds, picture_hundredths = struct.unpack_from(order + "IB", body, offset + 52)
    chunk.gop_end = end_seconds * 100 + end_hundredths
    chunk.gop_start = start_seconds * 100 + start_hundredths
    chunk.picture_time = picture_seconds * 100 + picture_hundredths
    chunk.gop_end_zone = (end_zone[0], end_zone[1], end_zone[2])
    chunk.gop_start_zone = (start_zone[0], start_zone[1], start_zone[2])
    for value, at in ((end_hundredths, 24), (start_hundredths, 32), (picture_hundredths, 56)):
        if value > 99:
            chunk.problems.append(("PLB-07", f"offset {offset + at}: {value} hundredths of a second"))
    return offset + STREAM_HEADER_LENGTH


def _second_chunk(body: bytes, start: int, order: str) -> int | None:
    """Where another chunk begins: its id, and TLVs that lead to its stream header. Padding may hold any
    bytes, but hardly that."""
    heads = {struct.pack(order + "H", id_): 4 for id_ in CHUNK_IDS} | {JPEG_CHUNK: JPEG_HEADER}
    for header in _stream_headers(body, start, order, len(body)):
        least = max(start, header - _HEAD_LIMIT)
        for head, size in heads.items():
            at = body.rfind(head, least, header)
            for _ in range(_LANDMARKS_TRIED):
                if at < 0:
                    break
                if not walk(body, at + size, header - RESERVED, order).problem:
                    return at
                at = body.rfind(head, least, at)
    return None


def _explain_lengths(chunk: ChunkWalk) -> None:
    header = chunk.stream_header_offset or 0
    begins = {"the chunk id": 0, "behind itself": 4, "itself": 2}
    if chunk.codec == "JPEG":
        begins = {"itself": 4, "behind itself": 6, "the chunk id": 0, "0xFFFE": 2}
    ends = {"the stream header": header, "the reserved bytes": header - RESERVED}
    if chunk.codec == "JPEG":
        ends = dict(reversed(ends.items()))
    camera = next((each.offset for each in chunk.information.elements if each.id in (0x0011, 0x0012)), None)
    if camera is not None:
        ends["the camera information"] = camera
    ends["behind 0x0044"] = header + 4
    ends["the end of the stream header"] = header + STREAM_HEADER_LENGTH
    if chunk.packets:
        ends["the first video data"] = chunk.packets[0].data_offset
    ends["the end of the last packet"] = chunk.end
    ends["the end of the body"] = chunk.size
    chunk.length_readings = length_readings(chunk.chunk_length, begins, ends)
    stated = chunk.number(0x0006, "I")
    if stated is not None and chunk.packets:
        chunk.size_readings = size_readings(stated, _sizes(chunk))


def _sizes(chunk: ChunkWalk) -> dict[str, int]:
    """What the data size of 0x0006 may count."""
    data = sum(len(packet.data) for packet in chunk.packets)
    padding = sum(len(packet.padding_bytes) for packet in chunk.packets)
    headers = PACKET_HEADER_SIZE * len(chunk.packets)
    first, header = chunk.packets[0].offset, chunk.stream_header_offset or 0
    codes = 4 * sum(packet.data.count(b"\0\0\0\1") for packet in chunk.packets)
    return {
        "the video data": data,
        "the video data and its padding": data + padding,
        "everything from the first packet header to the end of the last packet": chunk.end - first,
        "packet headers and video data": headers + data,
        "packet headers, video data and its padding": headers + data + padding,
        "everything from the first video data to the end of the last packet": chunk.end
        - first
        - PACKET_HEADER_SIZE,
        "everything from the stream header to the end of the last packet": chunk.end - header,
        "everything behind the stream header up to the end of the last packet": chunk.end
        - header
        - STREAM_HEADER_LENGTH,
        "the chunk up to the end of the last packet": chunk.end,
        "the whole body": chunk.size,
        "what the chunk's length counts": chunk.chunk_length,
        "NAL units without start codes": data - codes,
    }


def _check_last_packet(chunk: ChunkWalk, body: bytes) -> None:
    """Where 0x0006 counts some words more than the packets have, and these stand behind the last one, unlike
    the padding, its Length is short; where it counts less, and that is zeros, their padding is not told."""
    stated = chunk.number(0x0006, "I")
    if stated is None or not chunk.packets or chunk.size_readings or not chunk.packet_readings:
        return
    short = stated - sum(len(packet.data) for packet in chunk.packets)
    last, rest = chunk.packets[-1], set(body[chunk.end + short :])
    unlike = len(rest) > 1 or set(body[chunk.end : chunk.end + short]) != rest
    if 0 < short <= PACKET_HEADER_SIZE and short % ALIGNMENT == 0 and unlike:
        what = f"offset {last.offset + 4}: packet length {last.stated} leaves out {short} bytes of video data"
        chunk.problems.append(("PLB-08", what))
    stripped = sum(len(packet.data.rstrip(b"\0")) for packet in chunk.packets)
    if stated == stripped:
        text = "zeros behind pictures that their packet headers do not count as padding, nor 0x0006 as data"
        chunk.problems.append(("PLB-08", text))
