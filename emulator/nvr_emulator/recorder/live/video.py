"""Video of live streams: RTP packets with their extension, and parts that hold one each (§2.3.1 … §2.3.3)."""

from __future__ import annotations

from datetime import tzinfo

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.footage import Footage, Gop, hundredths, unix_seconds
from nvr_emulator.recorder.live.part_form import part_form
from nvr_emulator.recorder.live.stream import LiveStream, Transport
from nvr_emulator.seams import seam
from nvr_protocol.additional_information import TLV, AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.multipart import write_live_part
from nvr_protocol.rtp.packet import MAX_PAYLOAD, PAYLOAD_TYPE_H264, PAYLOAD_TYPE_H265, RtpPacket, write_packet
from nvr_protocol.timestamps import Ticks, Zone, zone_at

PAYLOAD_TYPES = {Codec.H264: PAYLOAD_TYPE_H264, Codec.H265: PAYLOAD_TYPE_H265}


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

    @seam
    def payloads_of(self, gop: Gop, picture: int, size: int) -> list[bytes]:
        """The RTP payloads of one picture (§2.3.1, §2.3.2), of `size` bytes at most."""
        return gop.footage.payloads(gop, picture, size)

    @seam
    def parts(self, packets: list[bytes]) -> bytes:
        """One picture's packets as multipart parts, one packet each (§2.3.3)."""
        return b"".join(write_live_part(packet, form=self.form) for packet in packets)

    @seam
    def packets(self, stream: LiveStream, payloads: list[bytes], taken: Ticks) -> list[bytes]:
        """Put the RTP header and its extension before each payload (§2.3.1)."""
        extension = self.extension(stream, taken)
        timestamp = (taken + stream.timestamp_offset) & 0xFFFFFFFF
        first_alone = self.variants.rtp_extension == "first-packet"
        last = len(payloads) - 1
        return [
            self.packet(
                stream, payload, timestamp, b"" if index and first_alone else extension, marker=index == last
            )
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
        camera, seconds, zone = stream.camera, unix_seconds(taken), self.zone_of(taken)
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

    def zone_of(self, taken: Ticks) -> Zone:
        """The recorder's time zone at that moment."""
        return zone_at(self.zone, unix_seconds(taken))
