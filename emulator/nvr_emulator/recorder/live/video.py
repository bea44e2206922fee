"""Video of live streams: RTP packets with their extension, and parts that hold one each (§2.3.1 … §2.3.3)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import tzinfo

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.footage import TICKS_PER_HUNDREDTH, Footage, Gop, hundredths, unix_seconds
from nvr_emulator.recorder.live.part_form import part_form
from nvr_emulator.recorder.live.stream import LiveStream, Transport
from nvr_emulator.seams import seam, untouched
from nvr_protocol.additional_information import (
    TLV,
    AdditionalInformation,
    InformationId,
    walk_tlvs,
    write_information,
)
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.multipart import write_live_part
from nvr_protocol.rtp.packet import MAX_PAYLOAD, PAYLOAD_TYPE_H264, PAYLOAD_TYPE_H265, RtpPacket, write_packet
from nvr_protocol.rtp.prepared_picture import PreparedPicture
from nvr_protocol.timestamps import Ticks, Zone, zone_at

PAYLOAD_TYPES = {Codec.H264: PAYLOAD_TYPE_H264, Codec.H265: PAYLOAD_TYPE_H265}

_STEPS = frozenset(("payloads_of", "packets", "packet", "payload_type"))
"""The seams that a picture goes through one by one, unless nothing was put around them."""
_PARTS = frozenset(("parts",))


class LiveVideo:
    """Makes of each picture what travels."""

    def __init__(self, zone: tzinfo, dialect: Dialect, variants: Variants) -> None:
        self.zone = zone
        self.dialect = dialect
        self.variants = variants
        self.form = part_form(variants)
        size = int(variants.packet_size)
        self.packet_size = {Transport.HTTP: size, Transport.RTP: min(size, MAX_PAYLOAD)}
        """Bytes of payload; over UDP never more than a datagram takes."""
        self._first_alone = variants.rtp_extension == "first-packet"
        self._prepared: dict[tuple[Footage, int, int, int, bool], PreparedPicture] = {}
        self._extensions: dict[int, _Extension] = {}

    def picture(self, stream: LiveStream, gop: Gop, taken: Ticks) -> Sequence[bytes]:
        """The packets of the picture at which a stream stands; over HTTP in their parts already, where the
        parts are as they should be."""
        if self._first_alone or not untouched(self, _STEPS):
            payloads = self.payloads_of(gop, stream.picture, self.packet_size[stream.transport])
            return self.packets(stream, payloads, taken)
        extension = self.extension(stream, taken)
        in_parts = stream.destination is None and untouched(self, _PARTS)
        key = gop.footage.recorded, gop.index, stream.picture, len(extension), in_parts
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepared[key] = PreparedPicture(
                gop.footage.payloads(gop, stream.picture, self.packet_size[stream.transport]),
                PAYLOAD_TYPES[gop.footage.codec],
                len(extension),
                self.form if in_parts else None,
            )
        sequence = stream.sequence
        stream.sequence = (sequence + len(prepared.sizes)) & 0xFFFF
        return prepared.write(
            sequence, (taken + stream.timestamp_offset) & 0xFFFFFFFF, stream.ssrc, extension
        )

    @seam
    def payloads_of(self, gop: Gop, picture: int, size: int) -> list[bytes]:
        """The RTP payloads of one picture (§2.3.1, §2.3.2), of `size` bytes at most."""
        return gop.footage.payloads(gop, picture, size)

    @seam
    def parts(self, packets: Sequence[bytes]) -> bytes:
        """One picture's packets as multipart parts, one packet each (§2.3.3)."""
        return b"".join(write_live_part(packet, form=self.form) for packet in packets)

    @seam
    def packets(self, stream: LiveStream, payloads: list[bytes], taken: Ticks) -> list[bytes]:
        """Put the RTP header and its extension before each payload (§2.3.1)."""
        extension = self.extension(stream, taken)
        timestamp = (taken + stream.timestamp_offset) & 0xFFFFFFFF
        last = len(payloads) - 1
        further = b"" if self._first_alone else extension
        return [
            self.packet(stream, payload, timestamp, further if index else extension, marker=index == last)
            for index, payload in enumerate(payloads)
        ]

    @seam
    def packet(
        self, stream: LiveStream, payload: bytes, timestamp: int, extension: bytes, marker: bool
    ) -> bytes:
        """One RTP packet; the sequence number counts on."""
        sequence = stream.sequence
        stream.sequence = (sequence + 1) & 0xFFFF
        payload_type = self.payload_type(stream)
        return write_packet(
            RtpPacket(payload_type, sequence, timestamp, stream.ssrc, marker, payload, extension or None)
        )

    @seam
    def payload_type(self, stream: LiveStream) -> int:
        """98 for H.264, 101 for H.265 (§2.3.1): of what is sent, whatever was asked for."""
        sent = stream.source.codec if isinstance(stream.source, Footage) else Codec(stream.comp)
        return PAYLOAD_TYPES[sent]

    @seam
    def extension(self, stream: LiveStream, taken: Ticks) -> bytes:
        """Camera channel, time and frame time: the seven words that were observed (§2.3.1). Empty: there is
        no extension."""
        second, frame = divmod(taken // TICKS_PER_HUNDREDTH, 100)
        kept = self._extensions.get(stream.camera)
        if kept is None or kept.second != second:
            written = self.information(stream.camera, taken)
            kept = self._extensions[stream.camera] = _Extension(second, written, self.dialect)
        return kept.at(frame)

    def information(self, camera: int, taken: Ticks) -> bytes:
        """What the extension says of a picture of a camera."""
        seconds, zone = unix_seconds(taken), self.zone_of(taken)
        frame = hundredths(taken) % 100
        match self.variants.rtp_extension:
            case "none":
                return b""
            case "other-ids":
                pieces = (
                    AdditionalInformation(seconds=seconds, zone=zone),
                    AdditionalInformation(unknown=(TLV(0x00F1, bytes(8)),)),
                    AdditionalInformation(camera=camera),
                    AdditionalInformation(frame_hundredths=frame),
                )
                return b"".join(write_information(piece, self.dialect) for piece in pieces)
            case "camera-ids":
                of_camera = AdditionalInformation(
                    camera=camera,
                    seconds=seconds,
                    zone=zone,
                    frame_hundredths=frame,
                    camera_seconds=seconds,
                    camera_zone=zone,
                    camera_frame_hundredths=frame,
                )
                return write_information(of_camera, self.dialect)
            case _:
                usual = AdditionalInformation(
                    camera=camera, seconds=seconds, zone=zone, frame_hundredths=frame
                )
                return write_information(usual, self.dialect)

    @seam
    def zone_of(self, taken: Ticks) -> Zone:
        """The recorder's time zone at that moment."""
        return zone_at(self.zone, unix_seconds(taken))


class _Extension:
    """The extension of one camera within one second: frame times alone change (0x000A, 0x0012)."""

    def __init__(self, second: int, written: bytes, dialect: Dialect) -> None:
        self.second = second
        self._frame = struct.Struct(f"{dialect.order}H")
        self._between: list[bytes] = []
        begin = 0
        for tlv in walk_tlvs(written, dialect=dialect):
            if tlv.id in (InformationId.FRAME_TIME, InformationId.CAMERA_FRAME_TIME):
                self._between.append(written[begin : tlv.offset + 4])
                begin = tlv.offset + 6
        self._between.append(written[begin:])

    def at(self, frame: int) -> bytes:
        """The extension so many hundredths after that second began."""
        return self._frame.pack(frame).join(self._between)
