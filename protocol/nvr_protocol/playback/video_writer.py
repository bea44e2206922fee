"""Writing playback video (§3.3.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk import (
    ALIGNMENT,
    GOP_INFORMATION,
    HALVES,
    PACKET_HEADER_SIZE,
    PICTURE_INFORMATION,
    RESERVED_SIZE,
    STREAM_ID,
    STREAM_LENGTH,
    chunk_header,
    packet_header,
)
from nvr_protocol.playback.video_values import PlaybackVideo
from nvr_protocol.rtp.nal_units import START_CODE
from nvr_protocol.timestamps import MAX_SECONDS, Hundredths, Zone, joined, parted, write_zone_info

MAX_HUNDREDTHS = joined(MAX_SECONDS, 99)


def write_playback_video(video: PlaybackVideo, dialect: Dialect | None = None) -> bytes:
    """The body of an answer to `camera.cgi`, in `dialect` or else in the video's own.

    ProtocolError for values that have no place in it: times that run backwards or do not fit, a JPEG chunk of
    several pictures, a picture without start code (H.264, H.265) or SOI (JPEG).
    """
    dialect = dialect or video.dialect
    _check_times(video)
    if video.codec is Codec.JPEG and len(video.pictures) > 1:
        raise ProtocolError("pictures", f"{len(video.pictures)} in a JPEG chunk")
    packets = _packets(video, dialect)
    size = _data_size(video, sum(map(len, packets)), dialect)
    tlvs = write_information(_information(video, size), dialect)
    head = (
        chunk_header(video.codec, tlvs, dialect),
        tlvs,
        bytes(RESERVED_SIZE),
        HALVES[dialect.order].pack(STREAM_ID, STREAM_LENGTH),
        _stream_information(video, dialect),
    )
    body = b"".join((*head, *packets))
    return body + bytes(-len(body) % ALIGNMENT)


def zone_information(zone: Zone, dialect: Dialect) -> bytes:
    """The three bytes zone hours, zone minutes, zone info."""
    hours, minutes = divmod(abs(zone.minutes), 60)
    return bytes((hours, minutes, write_zone_info(zone, dialect)))


def check_picture(codec: Codec, data: bytes) -> None:
    """ProtocolError unless `data` begins like a picture of that codec."""
    if codec is Codec.JPEG:
        if not data.startswith(b"\xff\xd8"):
            raise ProtocolError("picture", f"begins with {data[:4].hex()}, not with SOI")
    elif not data.startswith(START_CODE):
        raise ProtocolError("picture", f"begins with {data[:4].hex()}, not with a start code")


def _check_times(video: PlaybackVideo) -> None:
    moments = [("start", video.start), ("end", video.end)]
    for picture in video.pictures:
        moments.append(("picture time", picture.hundredths))
        if picture.camera_hundredths is not None:
            moments.append(("camera time", picture.camera_hundredths))
    for what, hundredths in moments:
        if not 0 <= hundredths <= MAX_HUNDREDTHS:
            raise ProtocolError(what, f"{hundredths} hundredths do not fit 32 bits of seconds")
    first = video.pictures[0].hundredths if video.pictures else video.start
    if not video.start <= first <= video.end:
        raise ProtocolError("picture time", f"{first} is not within {video.start} and {video.end}")


def _information(video: PlaybackVideo, size: int) -> AdditionalInformation:
    seconds, hundredth = parted(video.start)
    values: dict[str, Any] = {
        "camera": video.camera,
        "compression": None if video.codec is Codec.JPEG else video.codec,
        "data_size": size,
        "seconds": seconds,
        "zone": video.zone,
        "frames": len(video.pictures),
        "frame_rate": video.frame_rate,
        "frame_hundredths": hundredth,
        "present": bool(video.pictures),
        "operation": video.operation,
        "speed": video.speed,
    }
    if video.recorder is None:
        base = AdditionalInformation(
            **values, reserved=bytes(8), start_codes=True, long_term_reference=0, show_hide=0
        )
    else:
        as_read = video.recorder
        kept = {name: value for name, value in values.items() if getattr(as_read, name) is not None}
        base = replace(as_read, **kept)
    moment = video.pictures[0].camera_hundredths if video.pictures else None
    return replace(base, **_camera_values(video, moment))


def _camera_values(video: PlaybackVideo, hundredths: Hundredths | None) -> dict[str, Any]:
    if hundredths is None:
        return {"camera_seconds": None, "camera_zone": None, "camera_frame_hundredths": None}
    seconds, hundredth = parted(hundredths)
    zone = video.recorder and video.recorder.camera_zone
    return {
        "camera_seconds": seconds,
        "camera_zone": zone or video.zone,
        "camera_frame_hundredths": hundredth,
    }


def _stream_information(video: PlaybackVideo, dialect: Dialect) -> bytes:
    """GOP and PIC information; zeros where there is no picture."""
    if not video.pictures:
        return bytes(STREAM_LENGTH - 4)
    zone = zone_information(video.zone, dialect)
    gop = GOP_INFORMATION[dialect.order].pack(*parted(video.end), zone, *parted(video.start), zone)
    return gop + PICTURE_INFORMATION[dialect.order].pack(*parted(video.pictures[0].hundredths))


def _packets(video: PlaybackVideo, dialect: Dialect) -> list[bytes]:
    """The packets, each but the first with its camera information ahead."""
    packets = []
    for index, picture in enumerate(video.pictures):
        check_picture(video.codec, picture.data)
        information = AdditionalInformation(
            **_camera_values(video, picture.camera_hundredths if index else None)
        )
        size = len(picture.data)
        packets.append(
            b"".join(
                (
                    write_information(information, dialect),
                    packet_header(size, dialect),
                    picture.data,
                    bytes(-size % 4),
                )
            )
        )
    return packets


def _data_size(video: PlaybackVideo, packets_size: int, dialect: Dialect) -> int:
    """What 0x0006 says (OP-22)."""
    if dialect.data_size == "packets":
        return packets_size
    sizes = [len(picture.data) for picture in video.pictures]
    if dialect.data_size == "with-padding":
        return sum(sizes) + sum(-size % 4 for size in sizes)
    return sum(sizes) + (PACKET_HEADER_SIZE * len(sizes) if dialect.data_size == "headers-and-data" else 0)
