"""The skeleton of a playback video chunk: where its headers, TLVs, packets and paddings are (§3.3.1).

What the pieces say is for `playback_video_reader`; here only what one needs to find them can go wrong.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from nvr_protocol.additional_information import TLV, InformationId, read_tlv, walk_tlvs
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk_form import ALIGNMENT

CHUNK_IDS = {Codec.H264: 0xFF15, Codec.H265: 0xFF16}
JPEG_CHUNK_ID = b"\xff\xd8\xff\xfe"
RESERVED_SIZE = 12
STREAM_ID = 0xFF06
STREAM_LENGTH = 0x0044
PACKET_ID = 0xFF05
PACKET_HEADER_SIZE = 24
MAX_PACKETS = 0xFFFF
MAX_INFORMATION = 0xFFFF
"""Bytes of additional information in one run, as many as a chunk length can count."""

HALVES = {order: struct.Struct(f"{order}HH") for order in "><"}
GOP_TIMES_AT = 20
GOP_TIMES = {order: struct.Struct(f"{order}IB3sIB3s") for order in "><"}
"""From the stream header so many bytes, 16 of which are reserved: end seconds, end hundredths, end zone; the
same of the start."""
PICTURE_TIME_AT = 52
PICTURE_TIME = {order: struct.Struct(f"{order}IB") for order in "><"}
"""Likewise: picture seconds, picture hundredths; 11 reserved bytes follow."""
PACKET_HEADERS = {order: struct.Struct(f"{order}HHI") for order in "><"}
"""Packet id, number of padding bytes, length; 16 reserved bytes follow."""

_CODECS = {chunk_id: codec for codec, chunk_id in CHUNK_IDS.items()}


@dataclass(frozen=True, slots=True)
class Packet:
    """One picture's packet. All are offsets in the chunk but `padding`, the bytes of zero padding that the
    header tells, and `tlvs`, the additional information that stands ahead of the header (never for the first
    packet)."""

    tlvs: tuple[TLV, ...]
    start: int
    padding: int
    data_start: int
    data_end: int

    @property
    def end(self) -> int:
        """Where the zero padding ends."""
        return self.data_end + self.padding


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where everything is in `data`. `tlvs` are those of the chunk header, recorder's and camera's;
    `stream_header` is the offset of 0xFF06, `stream_length` the length that stands beside it; at `end` the
    padding of the body begins."""

    data: bytes
    dialect: Dialect
    codec: Codec
    tlvs: tuple[TLV, ...]
    stream_header: int
    stream_length: int
    packets: tuple[Packet, ...]
    end: int


def chunk_header(codec: Codec, tlvs: bytes, dialect: Dialect = DEFAULT) -> bytes:
    """The chunk header ahead of `tlvs` (OP-19)."""
    if codec is Codec.JPEG:
        length, lead = len(tlvs) + 2, JPEG_CHUNK_ID
    else:
        length = 4 + len(tlvs) + RESERVED_SIZE - uncounted(dialect)
        lead = b""
    if length > 0xFFFF:
        raise ProtocolError("chunk header", f"{len(tlvs)} bytes of TLVs do not fit")
    if lead:
        return lead + struct.pack(">H", length)  # the length of a JPEG segment
    return HALVES[dialect.order].pack(CHUNK_IDS[codec], length)


def packet_header(size: int, dialect: Dialect = DEFAULT, reserved: bytes = bytes(16)) -> bytes:
    """The packet header ahead of `size` bytes of video data (OP-20)."""
    padding = -size % 4
    length = counted_ahead(dialect) + size
    if dialect.packet_length.endswith("padding"):
        length += padding
    return PACKET_HEADERS[dialect.order].pack(PACKET_ID, padding, length) + reserved


def data_size(packets: tuple[Packet, ...], dialect: Dialect = DEFAULT) -> int:
    """What 0x0006 says of these packets (OP-22)."""
    if not packets:
        return 0
    if dialect.data_size == "packets":
        return packets[-1].end - packets[0].start
    size = sum(packet.data_end - packet.data_start for packet in packets)
    if dialect.data_size == "with-padding":
        size += sum(packet.padding for packet in packets)
    elif dialect.data_size == "headers-and-data":
        size += PACKET_HEADER_SIZE * len(packets)
    return size


def walk_chunk(data: bytes, dialect: Dialect = DEFAULT) -> Chunk:
    """Finds the pieces of the body of an answer to `camera.cgi`.

    ProtocolError where an id is not what it must be, or a length leads out of the body. What else the
    document wants of the pieces (paddings, values, the size of the body) is not looked at.
    """
    order = dialect.order
    if data.startswith(JPEG_CHUNK_ID):
        codec, tlv_start = Codec.JPEG, 6
        if len(data) < tlv_start:
            raise ProtocolError("chunk header", f"{len(data)} of 6 bytes", 0)
        (length,) = struct.unpack_from(">H", data, 4)
        tlv_end = 4 + length
    else:
        if len(data) < 4:
            raise ProtocolError("chunk header", f"{len(data)} of 4 bytes", 0)
        chunk_id, length = HALVES[order].unpack_from(data)
        if chunk_id not in _CODECS:
            raise ProtocolError("chunk id", f"0x{chunk_id:04X} is none of 0xFF15, 0xFF16, 0xFFD8", 0)
        codec, tlv_start = _CODECS[chunk_id], 4
        tlv_end = length + uncounted(dialect) - RESERVED_SIZE
    stream_header = tlv_end + RESERVED_SIZE
    if tlv_end < tlv_start or stream_header + STREAM_LENGTH > len(data):
        raise ProtocolError("chunk length", f"{length} in a body of {len(data)} bytes", 2)
    tlvs = tuple(walk_tlvs(data, tlv_start, tlv_end, dialect))
    stream_id, stream_length = HALVES[order].unpack_from(data, stream_header)
    if stream_id != STREAM_ID:
        raise ProtocolError("stream header", f"0x{stream_id:04X} instead of 0xFF06", stream_header)
    frames = _frames(tlvs, dialect)
    packets, end = _walk_packets(data, stream_header + STREAM_LENGTH, frames, dialect)
    return Chunk(data, dialect, codec, tlvs, stream_header, stream_length, packets, end)


def uncounted(dialect: Dialect) -> int:
    """The bytes between chunk id and stream header that the chunk length leaves out."""
    return {
        "to-stream-header": 0,
        "behind-header": 4,
        "to-reserved": RESERVED_SIZE,
        "length-to-reserved": 2 + RESERVED_SIZE,
    }[dialect.chunk_length]


def counted_ahead(dialect: Dialect) -> int:
    """The bytes between packet id and video data that the packet length counts."""
    left_out = {"data": PACKET_HEADER_SIZE, "reserved-to-padding": 8, "length-to-padding": 4}
    return PACKET_HEADER_SIZE - left_out.get(dialect.packet_length, 0)


def _walk_packets(
    data: bytes, position: int, frames: int | None, dialect: Dialect
) -> tuple[tuple[Packet, ...], int]:
    """The packets from `position` on, and where the padding of the body begins.

    Nobody says what that padding holds. So where neither a packet nor camera information follows, it begins:
    once there are as many packets as 0x0008 says, or, where nothing says how many, within the last blocks.
    """
    packets: list[Packet] = []
    while position + 4 <= len(data) and HALVES[dialect.order].unpack_from(data, position)[0]:
        try:
            packet = _next_packet(data, position, not packets, dialect)
        except ProtocolError:
            is_padding = len(data) - position < 2 * ALIGNMENT if frames is None else len(packets) >= frames
            if packets and is_padding:
                break
            raise
        if packet is None:
            break
        if len(packets) == MAX_PACKETS:
            raise ProtocolError("packet header", f"more than {MAX_PACKETS} packets", position)
        packets.append(packet)
        position = packet.end
    return tuple(packets), position


def _next_packet(data: bytes, position: int, is_first: bool, dialect: Dialect) -> Packet | None:
    """The packet at `position`, or behind the camera information there; none where the first would have
    some."""
    tlvs: list[TLV] = []
    while position + 4 <= len(data):
        number, _ = HALVES[dialect.order].unpack_from(data, position)
        if number == PACKET_ID:
            return _packet(data, position, tuple(tlvs), dialect)
        if is_first:
            return None
        if number == 0:
            break
        tlv = read_tlv(data, position, len(data), dialect)
        tlvs.append(tlv)
        position += 4 + len(tlv.data)
        if position - tlvs[0].offset > MAX_INFORMATION:
            why = f"more than {MAX_INFORMATION} bytes"
            raise ProtocolError("camera information", why, tlvs[0].offset)
    raise ProtocolError("camera information", "no packet behind it", tlvs[0].offset)


def _frames(tlvs: tuple[TLV, ...], dialect: Dialect) -> int | None:
    """What 0x0008 says, if it is there."""
    said = next((tlv.data for tlv in tlvs if tlv.id == InformationId.FRAMES and len(tlv.data) == 4), None)
    return None if said is None else int(HALVES[dialect.order].unpack(said)[0])


def _packet(data: bytes, start: int, tlvs: tuple[TLV, ...], dialect: Dialect) -> Packet:
    if len(data) - start < PACKET_HEADER_SIZE:
        raise ProtocolError("packet header", f"{len(data) - start} of {PACKET_HEADER_SIZE} bytes", start)
    _, padding, length = PACKET_HEADERS[dialect.order].unpack_from(data, start)
    data_start = start + PACKET_HEADER_SIZE
    data_end = data_start - counted_ahead(dialect) + length
    if dialect.packet_length.endswith("padding"):
        data_end -= padding
    if data_end < data_start or data_end + padding > len(data):
        why = f"{length} with {padding} bytes of padding, {len(data) - start} bytes left"
        raise ProtocolError("packet length", why, start + 4)
    return Packet(tlvs, start, padding, data_start, data_end)
