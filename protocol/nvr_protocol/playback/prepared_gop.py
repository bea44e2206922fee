"""A GOP prepared once for many answers: only times, numbers and status are put in per answer (§3.3.1)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from nvr_protocol.additional_information import MAX_SPEED, InformationId, Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk import GOP_INFORMATION, PICTURE_INFORMATION, walk_chunk
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.playback.video_writer import MAX_HUNDREDTHS, write_playback_video, zone_information
from nvr_protocol.timestamps import UTC_ZONE, Hundredths, Zone, parted, write_zone


class PreparedGop:
    """The bytes that `write_playback_video` gives for these pictures, with the places to stamp known.

    With `camera_information` the camera's clock shows what the recorder's does.
    """

    def __init__(
        self,
        codec: Codec,
        pictures: Sequence[bytes],
        frame_rate: int,
        dialect: Dialect = DEFAULT,
        camera_information: bool = True,
    ) -> None:
        if not pictures:
            raise ProtocolError("pictures", "none to prepare")
        self._dialect = dialect
        self._count = len(pictures)
        self._camera_information = camera_information
        epoch = Hundredths(0)
        blank = tuple(Picture(data, epoch, epoch if camera_information else None) for data in pictures)
        body = write_playback_video(
            PlaybackVideo(codec, 0, blank, epoch, epoch, UTC_ZONE, frame_rate, Operation.UNDEFINED), dialect
        )
        chunk = walk_chunk(body, dialect)
        places = {tlv.id: tlv.offset + 4 for tlv in chunk.tlvs}
        self._camera = places[InformationId.CAMERA]
        self._time = places[InformationId.TIME]
        self._frame_time = places[InformationId.FRAME_TIME]
        self._status = places[InformationId.STATUS]
        self._camera_time = places.get(InformationId.CAMERA_TIME)
        self._camera_frame_time = places.get(InformationId.CAMERA_FRAME_TIME)
        self._gop_information = chunk.stream_header + 4
        self._picture_information = self._gop_information + GOP_INFORMATION[dialect.order].size
        starts = [packet.start for packet in chunk.packets]
        ends = [packet.end for packet in chunk.packets[:-1]]
        self._head = body[: starts[0]]
        self._packets = [body[start:end] for start, end in zip(starts, [*ends, len(body)], strict=True)]
        self._half = struct.Struct(f"{dialect.order}H")
        self._moment = struct.Struct(f"{dialect.order}I4s")
        self._between = struct.Struct(f"{dialect.order}HHI4sHHHH")

    def stamp(
        self,
        camera: int,
        picture_hundredths: Sequence[Hundredths],
        zone: Zone,
        operation: Operation,
        speed: int = 0,
    ) -> bytes:
        """The body of an answer. `picture_hundredths` are the times of the pictures, of which the first is
        the start and the last the end of the GOP."""
        if len(picture_hundredths) != self._count:
            raise ProtocolError("picture times", f"{len(picture_hundredths)} for {self._count} pictures")
        start, end = picture_hundredths[0], picture_hundredths[-1]
        if min(picture_hundredths) < 0 or max(picture_hundredths) > MAX_HUNDREDTHS or end < start:
            raise ProtocolError("picture times", f"{start} to {end} run backwards or do not fit")
        if not 0 <= camera <= 0xFFFF:
            raise ProtocolError("camera", f"{camera} does not fit 16 bits")
        if not 0 <= speed <= MAX_SPEED:
            raise ProtocolError("speed", f"{speed} is not within 0 and {MAX_SPEED}")
        zone_bytes = write_zone(zone)
        short_zone = zone_information(zone, self._dialect)
        first = parted(start)
        head = bytearray(self._head)
        self._half.pack_into(head, self._camera, camera)
        self._moment.pack_into(head, self._time, first[0], zone_bytes)
        self._half.pack_into(head, self._frame_time, first[1])
        head[self._status] = operation
        head[self._status + 1] = speed
        if self._camera_time is not None and self._camera_frame_time is not None:
            self._moment.pack_into(head, self._camera_time, first[0], zone_bytes)
            self._half.pack_into(head, self._camera_frame_time, first[1])
        order = self._dialect.order
        gop = (*parted(end), short_zone, *first, short_zone)
        GOP_INFORMATION[order].pack_into(head, self._gop_information, *gop)
        PICTURE_INFORMATION[order].pack_into(head, self._picture_information, *first)
        if not self._camera_information:
            return b"".join((head, *self._packets))
        pieces: list[bytes | bytearray] = [head, self._packets[0]]
        for packet, hundredths in zip(self._packets[1:], picture_hundredths[1:], strict=True):
            seconds, hundredth = parted(hundredths)
            pieces.append(self._between.pack(0x0011, 12, seconds, zone_bytes, 0x0012, 8, hundredth, 0))
            pieces.append(packet)
        return b"".join(pieces)
