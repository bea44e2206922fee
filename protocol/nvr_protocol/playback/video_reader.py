"""Reading playback video, and what is wrong with it (§3.3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_protocol.additional_information import (
    TLV,
    AdditionalInformation,
    InformationId,
    Operation,
    gather_information,
)
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk import (
    GOP_TIMES,
    GOP_TIMES_AT,
    PICTURE_TIME,
    PICTURE_TIME_AT,
    STREAM_LENGTH,
    Chunk,
    Packet,
    data_size,
    walk_chunk,
)
from nvr_protocol.playback.chunk_form import ALIGNMENT
from nvr_protocol.playback.picture_times import picture_times
from nvr_protocol.playback.regular_gop import read_regular_gop
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.playback.video_writer import check_picture
from nvr_protocol.timestamps import UTC_ZONE, Hundredths, Zone, joined, parted, read_zone_info


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """GOP and PIC information: times in hundredths, `zone` that of start and end."""

    start: Hundredths
    end: Hundredths
    picture: Hundredths
    zone: Zone


def read_playback_video(data: bytes, dialect: Dialect = DEFAULT) -> PlaybackVideo:
    """What the body of an answer to `camera.cgi` says; `pictures` is empty where there is no image.

    Only the times of the first and the last picture are on the wire. Those between are set off from the first
    as their camera times are, where all pictures have one and none leaves the GOP; else they are spread
    evenly. Where an id is absent (camera, frame rate, status) its field is 0. ProtocolError for the first
    thing that the document does not allow; `breaches` tells them all.
    """
    regular = read_regular_gop(data, dialect)
    return read_thoroughly(data, dialect) if regular is None else regular


def read_thoroughly(data: bytes, dialect: Dialect = DEFAULT) -> PlaybackVideo:
    """As `read_playback_video`, however out of the ordinary it is: piece by piece, each looked into."""
    chunk = walk_chunk(data, dialect)
    for breach in breaches(chunk):
        raise breach
    info = gather_information(chunk.tlvs, dialect, chunk.codec)
    told = joined(0 if info.seconds is None else info.seconds, info.frame_hundredths or 0)
    no_image = StreamTimes(told, told, told, info.zone or UTC_ZONE)
    times = stream_times(chunk) if chunk.packets else no_image
    camera_times = [_camera_hundredths(info), *(_packet_time(chunk, packet) for packet in chunk.packets[1:])]
    moments = picture_times(times.start, times.picture, times.end, camera_times[: len(chunk.packets)])
    pictures = tuple(
        Picture(data[packet.data_start : packet.data_end], moment, camera_time)
        for packet, moment, camera_time in zip(chunk.packets, moments, camera_times, strict=False)
    )
    return PlaybackVideo(
        codec=chunk.codec,
        camera=info.camera or 0,
        pictures=pictures,
        start=times.start,
        end=times.end,
        zone=times.zone,
        frame_rate=info.frame_rate or 0,
        operation=info.operation or Operation.UNDEFINED,
        speed=info.speed or 0,
        recorder=info,
        dialect=dialect,
    )


def stream_times(chunk: Chunk) -> StreamTimes:
    """GOP and PIC information of a chunk. ProtocolError for a value that is no time, and for two zones."""
    order, times = chunk.dialect.order, chunk.stream_header + GOP_TIMES_AT
    end_seconds, end_10ms, end_zone, start_seconds, start_10ms, start_zone = GOP_TIMES[order].unpack_from(
        chunk.data, times
    )
    place = chunk.stream_header + PICTURE_TIME_AT
    picture_seconds, picture_10ms = PICTURE_TIME[order].unpack_from(chunk.data, place)
    for what, value, offset in (
        ("GOP end", end_10ms, times + 4),
        ("GOP start", start_10ms, times + 12),
        ("picture time", picture_10ms, place + 4),
    ):
        if value > 99:
            raise ProtocolError(what, f"{value} hundredths are more than 99", offset)
    if end_zone != start_zone:
        raise ProtocolError("GOP zone", f"{start_zone.hex()} and {end_zone.hex()} differ", times + 5)
    hours, minutes, info = start_zone
    zone = read_zone_info(hours, minutes, info, chunk.dialect, times + 13)
    return StreamTimes(
        joined(start_seconds, start_10ms),
        joined(end_seconds, end_10ms),
        joined(picture_seconds, picture_10ms),
        zone,
    )


def breaches(chunk: Chunk) -> list[ProtocolError]:
    """All that the document does not allow in a chunk whose pieces could be found, in the order of the bytes
    as far as may be. `what` names the field: `status 0x000D`, `packet padding`, `body size` …"""
    found: list[ProtocolError] = []
    info = _gather(chunk.tlvs, chunk.codec, chunk.dialect, found)
    _check_information(chunk, info, found)
    if chunk.stream_length != STREAM_LENGTH:
        why = f"0x{chunk.stream_length:04X} instead of 0x0044"
        found.append(ProtocolError("stream header length", why, chunk.stream_header + 2))
    if chunk.packets:
        _check_times(chunk, info, found)
    for packet in chunk.packets:
        _gather(packet.tlvs, chunk.codec, chunk.dialect, found)
        _check_packet(chunk, packet, found)
    if chunk.codec is Codec.JPEG and len(chunk.packets) > 1:
        found.append(
            ProtocolError("packets", f"{len(chunk.packets)} in a JPEG chunk", chunk.packets[1].start)
        )
    if len(chunk.data) % ALIGNMENT:
        why = f"{len(chunk.data)} bytes are not a multiple of {ALIGNMENT}"
        found.append(ProtocolError("body size", why, len(chunk.data)))
    return found


def _gather(
    tlvs: tuple[TLV, ...], codec: Codec, dialect: Dialect, found: list[ProtocolError]
) -> AdditionalInformation:
    """What can be understood; what cannot is put among the breaches."""
    understood: dict[int, TLV] = {}
    for tlv in tlvs:
        try:
            gather_information([understood[tlv.id], tlv] if tlv.id in understood else [tlv], dialect, codec)
        except ProtocolError as error:
            found.append(error)
        else:
            understood[tlv.id] = tlv
    return gather_information(understood.values(), dialect, codec)


def _check_information(chunk: Chunk, info: AdditionalInformation, found: list[ProtocolError]) -> None:
    places = {tlv.id: tlv.offset for tlv in chunk.tlvs}

    def breach(what: str, number: InformationId, why: str) -> None:
        found.append(ProtocolError(f"{what} 0x{number:04X}", why, places[number]))

    if info.compression is not None and info.compression is not chunk.codec:
        breach("compression", InformationId.COMPRESSION, f"{info.compression} in a chunk of {chunk.codec}")
    size = data_size(chunk.packets, chunk.dialect)
    if info.data_size not in (None, size):
        breach("data size", InformationId.DATA_SIZE, f"{info.data_size}, counted {size}")
    if info.frames not in (None, len(chunk.packets)):
        breach("frames", InformationId.FRAMES, f"{info.frames}, counted {len(chunk.packets)}")
    if info.present not in (None, bool(chunk.packets)):
        breach("presence", InformationId.PRESENCE, f"{info.present:d} with {len(chunk.packets)} packets")
    if info.start_codes is False:
        breach("start code", InformationId.START_CODE, "0 where 1 is fixed")


def _check_times(chunk: Chunk, info: AdditionalInformation, found: list[ProtocolError]) -> None:
    place = chunk.stream_header + 4
    try:
        times = stream_times(chunk)
    except ProtocolError as error:
        found.append(error)
        return
    if times.start > times.end:
        found.append(ProtocolError("GOP end", f"{times.end} is before the start {times.start}", place + 16))
    elif not times.start <= times.picture <= times.end:
        why = f"{times.picture} is not within {times.start} and {times.end}"
        found.append(ProtocolError("picture time", why, place + 48))
    if info.seconds is not None:
        hundredth = parted(times.start)[1] if info.frame_hundredths is None else info.frame_hundredths
        if (told := joined(info.seconds, hundredth)) != times.start:
            why = f"{times.start}, but 0x0007 and 0x000A say {told}"
            found.append(ProtocolError("GOP start", why, place + 24))
    if info.zone is not None and info.zone != times.zone:
        found.append(ProtocolError("GOP zone", f"{times.zone}, but 0x0007 says {info.zone}", place + 29))


def _check_packet(chunk: Chunk, packet: Packet, found: list[ProtocolError]) -> None:
    size = packet.data_end - packet.data_start
    if packet.padding != -size % 4:
        why = f"{packet.padding} bytes behind {size} bytes of video data"
        found.append(ProtocolError("packet padding", why, packet.start + 2))
    if chunk.data[packet.data_end : packet.end].strip(b"\0"):
        found.append(ProtocolError("packet padding", "is not zero", packet.data_end))
    try:
        check_picture(chunk.codec, chunk.data[packet.data_start : packet.data_start + 4])
    except ProtocolError as error:
        found.append(ProtocolError(error.what, error.why, packet.data_start))


def _camera_hundredths(info: AdditionalInformation) -> Hundredths | None:
    if info.camera_seconds is None:
        return None
    return joined(info.camera_seconds, info.camera_frame_hundredths or 0)


def _packet_time(chunk: Chunk, packet: Packet) -> Hundredths | None:
    return _camera_hundredths(gather_information(packet.tlvs, chunk.dialect))
