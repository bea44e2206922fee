"""A GOP as recorders write it, read in one pass that takes its values and looks out for breaches (§3.3.1).

What is not as it should be, or out of the ordinary (unknown ids, padding that is not zero), is left to the
thorough reader, which tells what is wrong and where.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, cast

from nvr_protocol.additional_information import AdditionalInformation, Operation, known_zone, regular_values
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk import (
    CHUNK_IDS,
    GOP_TIMES,
    GOP_TIMES_AT,
    HALVES,
    MAX_PACKETS,
    PACKET_HEADER_SIZE,
    PACKET_ID,
    PICTURE_TIME,
    PICTURE_TIME_AT,
    RESERVED_SIZE,
    STREAM_ID,
    STREAM_LENGTH,
    counted_ahead,
    uncounted,
)
from nvr_protocol.playback.chunk_form import ALIGNMENT
from nvr_protocol.playback.picture_times import picture_times
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.rtp.nal_units import START_CODE
from nvr_protocol.timestamps import Hundredths, Zone, read_zone_info

_CAMERA_AND_HEADER = {order: struct.Struct(f"{order}HHI4s4H2HI") for order in "><"}
"""Camera time and hundredth as they stand ahead of a packet header, and that."""
_CAMERA_SIZE = 20
_CAMERA_TIME = 0x0011
_CAMERA_FIELDS = (12, 0x0012, 8, 0, PACKET_ID)
"""Its length, id and length of the hundredth, what is fixed behind that, and the id of the packet header."""
_HEADS = {chunk_id: codec for codec, chunk_id in CHUNK_IDS.items()}
_ZEROS = (b"", b"\0", b"\0\0", b"\0\0\0")


def read_regular_gop(data: bytes, dialect: Dialect = DEFAULT) -> PlaybackVideo | None:
    """What `read_playback_video` reads; None where it must look closer."""
    if len(data) % ALIGNMENT or not data:
        return None
    halves = HALVES[dialect.order]
    chunk_id, length = halves.unpack_from(data)
    codec = _HEADS.get(chunk_id)
    header = length + uncounted(dialect)
    if codec is None or header < 4 + RESERVED_SIZE or header + STREAM_LENGTH > len(data):
        return None
    if halves.unpack_from(data, header) != (STREAM_ID, STREAM_LENGTH):
        return None
    values = regular_values(data, 4, header - RESERVED_SIZE, dialect)
    times = _times(data, header, dialect)
    if values is None or times is None:
        return None
    info = AdditionalInformation(**values)
    start, end, picture, zone = times
    if not start <= picture <= end or info.zone not in (None, zone):
        return None
    if info.seconds is not None:
        hundredth = start % 100 if info.frame_hundredths is None else info.frame_hundredths
        if info.seconds * 100 + hundredth != start:
            return None
    if info.compression not in (None, codec) or info.present is False or info.start_codes is False:
        return None
    packets = _packets(data, header + STREAM_LENGTH, info, dialect)
    if packets is None or info.frames not in (None, len(packets.data)):
        return None
    if info.data_size not in (None, packets.size):
        return None
    moments = picture_times(start, picture, end, packets.camera_times)
    pictures = tuple(map(Picture, packets.data, moments, packets.camera_times))
    return PlaybackVideo(
        codec=codec,
        camera=info.camera or 0,
        pictures=pictures,
        start=start,
        end=end,
        zone=zone,
        frame_rate=info.frame_rate or 0,
        operation=info.operation or Operation.UNDEFINED,
        speed=info.speed or 0,
        recorder=info,
        dialect=dialect,
    )


def _times(
    data: bytes, header: int, dialect: Dialect
) -> tuple[Hundredths, Hundredths, Hundredths, Zone] | None:
    """GOP start, GOP end, picture time, zone."""
    seconds, parts, end_zone, start_seconds, start_parts, zone = GOP_TIMES[dialect.order].unpack_from(
        data, header + GOP_TIMES_AT
    )
    picture_seconds, picture_parts = PICTURE_TIME[dialect.order].unpack_from(data, header + PICTURE_TIME_AT)
    if parts > 99 or start_parts > 99 or picture_parts > 99 or zone != end_zone:
        return None
    try:
        known = read_zone_info(zone[0], zone[1], zone[2], dialect)
    except ProtocolError:
        return None
    start, end = start_seconds * 100 + start_parts, seconds * 100 + parts
    return Hundredths(start), Hundredths(end), Hundredths(picture_seconds * 100 + picture_parts), known


class _Packets(NamedTuple):
    """What the packets hold: video data and camera times; `size` as 0x0006 counts it."""

    data: list[bytes]
    camera_times: list[Hundredths | None]
    size: int


def _packets(data: bytes, position: int, info: AdditionalInformation, dialect: Dialect) -> _Packets | None:
    """The packets from `position` on, ahead of all but the first its camera time or nothing."""
    unpack = _CAMERA_AND_HEADER[dialect.order].unpack_from
    counted, with_padding = counted_ahead(dialect), dialect.packet_length.endswith("padding")
    first, last_start, zone = position, len(data) - _CAMERA_SIZE - PACKET_HEADER_SIZE, b""
    found: list[bytes] = []
    camera_times: list[int | None] = []
    paddings = sizes = 0
    while position <= last_start:
        number, padding, length, its_zone, frame, size, hundredth, rest, id_, behind, beyond = unpack(
            data, position
        )
        camera_time = None
        if number == _CAMERA_TIME and found:
            if (padding, frame, size, rest, id_) != _CAMERA_FIELDS or hundredth > 99:
                return None
            if its_zone != zone:
                zone = its_zone
                if known_zone(zone) is None:
                    return None
            camera_time = length * 100 + hundredth
            position += _CAMERA_SIZE
            padding, length = behind, beyond
        elif number == 0:
            break
        elif number != PACKET_ID:
            return None
        begin = position + PACKET_HEADER_SIZE
        end = begin - counted + length
        if with_padding:
            end -= padding
        position = end + padding
        if padding != begin - end & 3 or not data.startswith(START_CODE, begin, end) or position > len(data):
            return None
        if padding and data[end:position] != _ZEROS[padding]:
            return None
        found.append(data[begin:end])
        camera_times.append(camera_time)
        paddings += padding
        sizes += end - begin
    if not found or len(found) > MAX_PACKETS or any(data[position : position + 2]):
        return None
    if info.camera_seconds is not None:
        camera_times[0] = info.camera_seconds * 100 + (info.camera_frame_hundredths or 0)
    size = _size(dialect, sizes, paddings, len(found), position - first)
    return _Packets(found, cast("list[Hundredths | None]", camera_times), size)


def _size(dialect: Dialect, sizes: int, paddings: int, count: int, whole: int) -> int:
    """What 0x0006 says of packets with so many bytes of video data and of padding, and from first to last."""
    match dialect.data_size:
        case "packets":
            return whole
        case "with-padding":
            return sizes + paddings
        case "headers-and-data":
            return sizes + PACKET_HEADER_SIZE * count
        case _:
            return sizes
