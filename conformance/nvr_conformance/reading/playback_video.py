"""The body of ``camera.cgi`` walked by ``struct`` alone, as §3.3.1 draws it, noting what is wrong and going
on.

Independent of the protocol package's reader on purpose. The walk looks for the landmarks where they should
be and recovers where one is damaged, so that one wrong field is one finding and not ten.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvr_conformance.reading.additional_information import Tlv, TlvWalk, walk
from nvr_protocol.dialect import DEFAULT

if TYPE_CHECKING:
    from nvr_protocol.dialect import Dialect

CHUNK_IDS = {0xFF15: "H264", 0xFF16: "H265"}
JPEG_CHUNK = b"\xff\xd8\xff\xfe"
STREAM_HEADER = 0xFF06
STREAM_HEADER_LENGTH = 0x0044
PACKET_HEADER = 0xFF05
PACKET_HEADER_SIZE = 24
RESERVED = 12
BLOCK = 4096
PACKET_LIMIT = 100_000
_CAMERA_IDS = (0x0011, 0x0012)


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
class ChunkWalk:
    """What stands in one body. Times are hundredths of a Unix second, None where the body is too short for
    them.

    ``size``: of the body, or up to a second chunk. ``codec``: by the chunk id, "H264", "H265", "JPEG", or ""
    for an unknown id. ``problems``: requirement id (PLB-01 … PLB-10), then what and where; empty for a body
    without fault. ``end`` is where the pictures end and padding begins.
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

    byte_order: str = ">"

    @property
    def present(self) -> bool:
        """Whether the chunk says that there is a picture (0x000C), or has one."""
        stated = self.number(0x000C)
        return bool(self.packets) if stated is None else stated == 1

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
        return None if seconds is None else seconds * 100 + (hundredths or 0)


def walk_chunk(body: bytes, dialect: Dialect = DEFAULT) -> ChunkWalk:
    """Walk a body. Never raises; time and memory are bounded by its size."""
    order = dialect.order
    chunk = ChunkWalk(len(body), byte_order=order)
    if len(body) < 8:
        chunk.problems.append(("PLB-04", f"{len(body)} bytes are no chunk"))
        return chunk
    start = _read_chunk_header(chunk, body, order)
    offset = _find_stream_header(chunk, body, start, dialect)
    if offset is None:
        chunk.problems.append(("PLB-06", "no stream header (0xff06, 0x0044) found"))
        return chunk
    offset = _read_stream_header(chunk, body, offset)
    _read_packets(chunk, body, offset, dialect)
    _read_padding(chunk, body)
    return chunk


def _read_chunk_header(chunk: ChunkWalk, body: bytes, order: str) -> int:
    if body[:4] == JPEG_CHUNK:
        chunk.codec = "JPEG"
        chunk.chunk_id = 0xFFD8
        chunk.chunk_length = struct.unpack_from(">H", body, 4)[0]
        return 6
    chunk.chunk_id, chunk.chunk_length = struct.unpack_from(order + "HH", body)
    chunk.codec = CHUNK_IDS.get(chunk.chunk_id, "")
    if not chunk.codec:
        chunk.problems.append(("PLB-04", f"offset 0: chunk id 0x{chunk.chunk_id:04x}"))
    return 4


def _find_stream_header(chunk: ChunkWalk, body: bytes, start: int, dialect: Dialect) -> int | None:
    """Where the stream header is: by the chunk's length, else by the TLVs, else by
    its bytes. Reads the TLVs."""
    order = dialect.order
    stated = _stated_offset(chunk, dialect)
    offset = _landmark(body, start, order, stated)
    if offset is None:
        return None
    if offset != stated:
        what = f"offset 2: chunk length {chunk.chunk_length}, the stream header stands at {offset}"
        chunk.problems.append(("PLB-04", what))
    chunk.information = walk(body, start, offset - RESERVED, byte_order=order)
    if chunk.information.problem:
        chunk.problems.append(("PLB-05", chunk.information.problem))
    if any(body[offset - RESERVED : offset]):
        chunk.problems.append(("PLB-05", f"offset {offset - RESERVED}: reserved bytes are not zero"))
    return offset


def _landmark(body: bytes, start: int, order: str, stated: int) -> int | None:
    """Where the stream header begins; None where nothing says so."""
    landmark = struct.pack(order + "HH", STREAM_HEADER, STREAM_HEADER_LENGTH)
    # The TLVs end where an element of id 0 begins: that is the reserved space.
    found = walk(body, start, byte_order=order)
    walked = next((element.offset for element in found.elements if element.id == 0), found.end) + RESERVED
    searched = body.find(landmark, start, start + 2 * BLOCK)
    candidates = [at for at in (stated, walked, searched) if at >= start + RESERVED and at + 4 <= len(body)]
    # Where the header itself is damaged, its first half may stand, or two of the three agree.
    for mark in (landmark, landmark[:2]):
        for at in candidates:
            if body.startswith(mark, at):
                return at
    return walked if stated == walked and walked + 4 <= len(body) else None


def _stated_offset(chunk: ChunkWalk, dialect: Dialect) -> int:
    if chunk.codec == "JPEG":
        return 4 + chunk.chunk_length + RESERVED
    return {
        "to-stream-header": chunk.chunk_length,
        "behind-header": chunk.chunk_length + 4,
        "to-reserved": chunk.chunk_length + RESERVED,
    }[dialect.chunk_length]


def _read_stream_header(chunk: ChunkWalk, body: bytes, offset: int) -> int:
    order = chunk.byte_order
    chunk.stream_header_offset = offset
    chunk.stream_header = struct.unpack_from(order + "HH", body, offset)
    if chunk.stream_header != (STREAM_HEADER, STREAM_HEADER_LENGTH):
        id_, length = chunk.stream_header
        chunk.problems.append(
            ("PLB-06", f"offset {offset}: stream header 0x{id_:04x}, length 0x{length:04x}")
        )
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


def _read_packets(chunk: ChunkWalk, body: bytes, offset: int, dialect: Dialect) -> None:
    """Packets until something is neither camera information nor a packet header: there the padding begins."""
    order = dialect.order
    while len(chunk.packets) < PACKET_LIMIT:
        chunk.end = offset
        camera = _camera_information(body, offset, order)
        at = camera.end
        if at + PACKET_HEADER_SIZE > len(body):
            break
        id_, padding, stated = struct.unpack_from(order + "HHI", body, at)
        if id_ != PACKET_HEADER:
            if any(body[offset : offset + 4]) and not _is_complete(chunk, body, offset):
                chunk.problems.append(("PLB-08", f"offset {at}: 0x{id_:04x} where a packet header is due"))
            break
        length = _packet_length(stated, padding, dialect)
        if padding > 3:
            chunk.problems.append(("PLB-08", f"offset {at + 2}: {padding} padding bytes"))
            padding = 0
        end = at + length
        if length < PACKET_HEADER_SIZE + padding or end > len(body):
            chunk.problems.append(
                ("PLB-08", f"offset {at + 4}: packet length {stated}, {len(body) - at} bytes left")
            )
            break
        if camera.elements:
            chunk.camera_information.append(camera)
        if length % 4:
            chunk.problems.append(("PLB-08", f"offset {at + 4}: {padding} padding bytes do not align to 4"))
        data_end = end - padding
        packet = VideoPacket(
            at, id_, padding, stated, body[at + PACKET_HEADER_SIZE : data_end], body[data_end:end]
        )
        if any(packet.padding_bytes):
            chunk.problems.append(("PLB-08", f"offset {data_end}: packet padding is not zero"))
        chunk.packets.append(packet)
        offset = end
    chunk.end = offset


def _is_complete(chunk: ChunkWalk, body: bytes, offset: int) -> bool:
    """Whether the pictures may end here: there are as many as 0x0008 says, or another chunk begins."""
    frames = chunk.number(0x0008)
    return (frames is not None and len(chunk.packets) >= frames) or _begins_chunk(chunk, body, offset)


def _begins_chunk(chunk: ChunkWalk, body: bytes, offset: int) -> bool:
    head = body[offset : offset + 4]
    ids = {struct.pack(chunk.byte_order + "H", id_) for id_ in CHUNK_IDS}
    return bool(chunk.packets) and offset % BLOCK == 0 and (head == JPEG_CHUNK or head[:2] in ids)


def _read_padding(chunk: ChunkWalk, body: bytes) -> None:
    """Behind the pictures: zeros to the end, and no other chunk at the next block."""
    stripped = sum(len(packet.data.rstrip(b"\0")) for packet in chunk.packets)
    if chunk.number(0x0006, "I") == stripped != sum(len(packet.data) for packet in chunk.packets):
        text = "zeros behind pictures that their packet headers do not count as padding, nor 0x0006 as data"
        chunk.problems.append(("PLB-08", text))
    block = chunk.end + -chunk.end % BLOCK
    if _begins_chunk(chunk, body, block):
        chunk.problems.append(("PLB-01", f"offset {block}: another chunk"))
        body, chunk.size = body[:block], block
    if any(body[chunk.end :]):
        where = next(index for index in range(chunk.end, len(body)) if body[index])
        chunk.problems.append(
            ("PLB-03", f"offset {where}: 0x{body[where]:02x} in the padding from {chunk.end}")
        )


def _packet_length(stated: int, padding: int, dialect: Dialect) -> int:
    return {
        "header-to-padding": stated,
        "header-to-data": stated + padding,
        "reserved-to-padding": stated + 8,
        "data": stated + PACKET_HEADER_SIZE + padding,
    }[dialect.packet_length]


def _camera_information(body: bytes, offset: int, order: str) -> TlvWalk:
    """The camera's TLVs ahead of a packet header, of which there may be none."""
    result = TlvWalk(end=offset)
    while result.end + 4 <= len(body):
        id_, length = struct.unpack_from(order + "HH", body, result.end)
        if id_ not in _CAMERA_IDS or length < 4 or result.end + length > len(body):
            break
        result.elements.append(Tlv(id_, length, body[result.end + 4 : result.end + length], result.end))
        result.end += length
    return result
