"""Writing playback video (§3.3.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk import (
    GOP_TIMES,
    HALVES,
    PACKET_HEADER_SIZE,
    PICTURE_TIME,
    RESERVED_SIZE,
    STREAM_ID,
    STREAM_LENGTH,
    chunk_header,
    packet_header,
)
from nvr_protocol.playback.chunk_form import STANDARD, ChunkForm
from nvr_protocol.playback.video_values import PlaybackVideo
from nvr_protocol.rtp.nal_units import START_CODE
from nvr_protocol.timestamps import MAX_SECONDS, Hundredths, Zone, joined, parted, write_zone_info

MAX_HUNDREDTHS = joined(MAX_SECONDS, 99)


@dataclass(frozen=True, slots=True)
class Layout:
    """The pieces of a body: what stands ahead of the packets; each packet with the camera information ahead
    of it; what the body is filled up with. `tlvs`: where the additional information of the head lies in
    it; `stream_header` is the offset of 0xFF06."""

    head: bytes
    tlvs: range
    stream_header: int
    packets: list[tuple[bytes, bytes]]
    padding: bytes


def write_playback_video(
    video: PlaybackVideo, dialect: Dialect | None = None, form: ChunkForm = STANDARD
) -> bytes:
    """The body of an answer to `camera.cgi`, in `dialect` or else in the video's own.

    ProtocolError for values that have no place in it: times that run backwards or do not fit, a JPEG chunk of
    several pictures, a picture without start code (H.264, H.265) or SOI (JPEG).
    """
    layout = lay_out(video, dialect or video.dialect, form)
    return b"".join((layout.head, *(part for both in layout.packets for part in both), layout.padding))


def lay_out(video: PlaybackVideo, dialect: Dialect, form: ChunkForm = STANDARD) -> Layout:
    """The pieces of `write_playback_video`."""
    _check_times(video)
    if video.codec is Codec.JPEG and len(video.pictures) > 1:
        raise ProtocolError("pictures", f"{len(video.pictures)} in a JPEG chunk")
    packets = _packets(video, dialect, form)
    packets_size = sum(len(ahead) + len(packet) for ahead, packet in packets)
    tlvs = _tlvs(video, _data_size(video, packets_size, dialect), dialect, form)
    lead = chunk_header(video.codec, tlvs, dialect)
    head = b"".join(
        (
            lead,
            tlvs,
            form.reserved(RESERVED_SIZE, "chunk"),
            HALVES[dialect.order].pack(STREAM_ID, STREAM_LENGTH),
            _stream_information(video, dialect, form),
        )
    )
    return Layout(
        head=head,
        tlvs=range(len(lead), len(lead) + len(tlvs)),
        stream_header=len(head) - STREAM_LENGTH,
        packets=packets,
        padding=form.padding(len(head) + packets_size),
    )


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


def _tlvs(video: PlaybackVideo, size: int, dialect: Dialect, form: ChunkForm) -> bytes:
    """The additional information of the head."""
    kept, further = form.recorder_information(_recorder_information(video, size, form), video.codec, dialect)
    moment = video.pictures[0].camera_hundredths if video.pictures and form.in_head else None
    return write_information(kept, dialect, further) + _camera_information(video, moment, dialect, form)


def _recorder_information(video: PlaybackVideo, size: int, form: ChunkForm) -> AdditionalInformation:
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
        return AdditionalInformation(
            **values,
            reserved=form.reserved(8, "0x000B"),
            start_codes=True,
            long_term_reference=0,
            show_hide=0,
        )
    as_read = video.recorder
    kept = {name: value for name, value in values.items() if getattr(as_read, name) is not None}
    without_camera = replace(as_read, camera_seconds=None, camera_zone=None, camera_frame_hundredths=None)
    return replace(without_camera, **kept)


def _camera_information(
    video: PlaybackVideo, hundredths: Hundredths | None, dialect: Dialect, form: ChunkForm
) -> bytes:
    """What the camera adds to a picture; nothing where its time is not known."""
    if hundredths is None:
        return b""
    if form.camera_information == "unknown-ids":
        return form.unknown_of_camera(dialect)
    seconds, hundredth = parted(hundredths)
    zone = video.recorder.camera_zone if video.recorder else None
    information = AdditionalInformation(
        camera_seconds=seconds, camera_zone=zone or video.zone, camera_frame_hundredths=hundredth
    )
    return write_information(information, dialect)


def _stream_information(video: PlaybackVideo, dialect: Dialect, form: ChunkForm) -> bytes:
    """GOP and PIC information; zeros where there is no picture."""
    gop, picture = bytes(GOP_TIMES[dialect.order].size), bytes(PICTURE_TIME[dialect.order].size)
    if video.pictures:
        zone = zone_information(video.zone, dialect)
        gop = GOP_TIMES[dialect.order].pack(*parted(video.end), zone, *parted(video.start), zone)
        picture = PICTURE_TIME[dialect.order].pack(*parted(video.pictures[0].hundredths))
    return b"".join(
        (form.reserved(16, "GOP"), gop, form.reserved(16, "picture"), picture, form.reserved(11, "end"))
    )


def _packets(video: PlaybackVideo, dialect: Dialect, form: ChunkForm) -> list[tuple[bytes, bytes]]:
    """The camera information ahead of each packet, and the packet; the first has its own in the head."""
    packets = []
    for index, picture in enumerate(video.pictures):
        check_picture(video.codec, picture.data)
        moment = picture.camera_hundredths if index and form.ahead_of_packets else None
        size = len(picture.data)
        packet = (
            packet_header(size, dialect, form.reserved(16, f"packet {index}")),
            picture.data,
            bytes(-size % 4),
        )
        packets.append((_camera_information(video, moment, dialect, form), b"".join(packet)))
    return packets


def _data_size(video: PlaybackVideo, packets_size: int, dialect: Dialect) -> int:
    """What 0x0006 says (OP-22)."""
    if dialect.data_size == "packets":
        return packets_size
    sizes = [len(picture.data) for picture in video.pictures]
    if dialect.data_size == "with-padding":
        return sum(sizes) + sum(-size % 4 for size in sizes)
    return sum(sizes) + (PACKET_HEADER_SIZE * len(sizes) if dialect.data_size == "headers-and-data" else 0)
