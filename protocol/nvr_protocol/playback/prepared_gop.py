"""A GOP prepared once for many answers: only times, numbers and status are put in per answer (§3.3.1)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from nvr_protocol.additional_information import (
    LONG_TERM_REFERENCES,
    MAX_SPEED,
    SHOW_HIDES,
    InformationId,
    Operation,
    walk_tlvs,
)
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.pieces import Pieces
from nvr_protocol.playback.chunk import GOP_TIMES, GOP_TIMES_AT, PICTURE_TIME, PICTURE_TIME_AT
from nvr_protocol.playback.chunk_form import STANDARD, ChunkForm
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.playback.video_writer import MAX_HUNDREDTHS, lay_out, zone_information
from nvr_protocol.timestamps import UTC_ZONE, Hundredths, Zone, parted, write_zone

FIRST_AHEAD = 2
"""Which of its pieces stands ahead of the second packet: behind the head and the first packet."""


class PreparedGop:
    """The bytes that `write_playback_video` gives for these pictures, with the places to stamp known.

    Where camera information has times, the camera's clock shows what the recorder's does.
    """

    def __init__(
        self,
        codec: Codec,
        pictures: Sequence[bytes],
        frame_rate: int,
        dialect: Dialect = DEFAULT,
        form: ChunkForm = STANDARD,
    ) -> None:
        if not pictures:
            raise ProtocolError("pictures", "none to prepare")
        self._dialect = dialect
        epoch = Hundredths(0)
        blank = tuple(Picture(data, epoch, epoch) for data in pictures)
        video = PlaybackVideo(codec, 0, blank, epoch, epoch, UTC_ZONE, frame_rate, Operation.UNDEFINED)
        layout = lay_out(video, dialect, form)
        self._head = layout.head
        self._count = len(pictures)
        packets = [piece for packet in layout.packets for piece in packet]
        self._pieces = [*packets[1:], layout.padding]
        self._stream_header = layout.stream_header
        tlvs = walk_tlvs(layout.head, layout.tlvs.start, layout.tlvs.stop, dialect)
        self._places = {tlv.id: tlv.offset + 4 for tlv in tlvs}
        self._times_ahead = form.ahead_of_packets and form.camera_information == "times"
        self._half = struct.Struct(f"{dialect.order}H")
        self._moment = struct.Struct(f"{dialect.order}I4s")
        self._ahead = struct.Struct(f"{dialect.order}HHI4sHHHH")

    def stamp(
        self,
        camera: int,
        picture_hundredths: Sequence[Hundredths],
        zone: Zone,
        operation: Operation,
        speed: int = 0,
        *,
        end: Hundredths | None = None,
        long_term_reference: int = 0,
        show_hide: int = 0,
    ) -> Pieces:
        """The body of an answer. `picture_hundredths` are the times of the pictures, of which the first is
        the start of the GOP and the last its end, unless `end` says otherwise (OP-37). Of what is given, that
        is put in which the form of the chunk has."""
        count = self._count
        if len(picture_hundredths) != count:
            raise ProtocolError("picture times", f"{len(picture_hundredths)} for {count} pictures")
        start, last = picture_hundredths[0], picture_hundredths[-1]
        end = last if end is None else end
        if min(picture_hundredths) < 0 or max(end, *picture_hundredths) > MAX_HUNDREDTHS or end < start:
            raise ProtocolError("picture times", f"{start} to {end} run backwards or do not fit")
        for what, value, allowed in (
            ("camera", camera, range(0x10000)),
            ("speed", speed, range(MAX_SPEED + 1)),
            ("long-term reference", long_term_reference, LONG_TERM_REFERENCES),
            ("show or hide", show_hide, SHOW_HIDES),
        ):
            if value not in allowed:
                raise ProtocolError(what, f"{value} has no place in a chunk")
        zone_bytes = write_zone(zone)
        short_zone = zone_information(zone, self._dialect)
        first = parted(start)
        head = bytearray(self._head)
        places, half, moment = self._places, self._half, self._moment
        for number, value in (
            (InformationId.CAMERA, camera),
            (InformationId.FRAME_TIME, first[1]),
            (InformationId.CAMERA_FRAME_TIME, first[1]),
            (InformationId.LONG_TERM_REFERENCE, long_term_reference),
            (InformationId.SHOW_HIDE, show_hide),
        ):
            if number in places:
                half.pack_into(head, places[number], value)
        for number in (InformationId.TIME, InformationId.CAMERA_TIME):
            if number in places:
                moment.pack_into(head, places[number], first[0], zone_bytes)
        if InformationId.STATUS in places:
            head[places[InformationId.STATUS]] = operation
            head[places[InformationId.STATUS] + 1] = speed
        order, stream_header = self._dialect.order, self._stream_header
        gop = (*parted(end), short_zone, *first, short_zone)
        GOP_TIMES[order].pack_into(head, stream_header + GOP_TIMES_AT, *gop)
        PICTURE_TIME[order].pack_into(head, stream_header + PICTURE_TIME_AT, *first)
        pieces = [bytes(head), *self._pieces]
        if self._times_ahead:
            pieces[FIRST_AHEAD:-1:2] = self._camera_times(picture_hundredths[1:], zone_bytes)
        return Pieces(pieces)

    def _camera_times(self, moments: Sequence[Hundredths], zone: bytes) -> list[bytes]:
        """What stands ahead of each packet but the first."""
        pack = self._ahead.pack
        time, frame_time = int(InformationId.CAMERA_TIME), int(InformationId.CAMERA_FRAME_TIME)
        return [pack(time, 12, moment // 100, zone, frame_time, 8, moment % 100, 0) for moment in moments]
