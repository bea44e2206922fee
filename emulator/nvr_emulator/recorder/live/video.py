"""Video of live streams: RTP packets with their extension, and parts that hold one each (§2.3.1 … §2.3.3)."""

from __future__ import annotations

from datetime import tzinfo

from nvr_emulator.footage.footage import TICKS, Gop, hundredths
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.seams import seam
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.multipart import write_part
from nvr_protocol.rtp.packet import PAYLOAD_TYPE_H264, PAYLOAD_TYPE_H265, RtpPacket, write_packet
from nvr_protocol.timestamps import Zone, zone_at

PAYLOAD_TYPES = {Codec.H264: PAYLOAD_TYPE_H264, Codec.H265: PAYLOAD_TYPE_H265}


class LiveVideo:
    """Makes of each picture what travels."""

    def __init__(self, zone: tzinfo, dialect: Dialect) -> None:
        self.zone = zone
        self.dialect = dialect

    @seam
    def payloads_of(self, gop: Gop, picture: int) -> list[bytes]:
        """The RTP payloads of one picture (§2.3.1, §2.3.2)."""
        return gop.footage.payloads(gop, picture)

    @seam
    def parts(self, packets: list[bytes]) -> bytes:
        """One picture's packets as multipart parts, one packet each (§2.3.3)."""
        return b"".join(write_part(packet) for packet in packets)

    @seam
    def packets(self, stream: LiveStream, payloads: list[bytes], taken: int) -> list[bytes]:
        """Put the RTP header and its extension before each payload (§2.3.1)."""
        extension = self.extension(stream, taken)
        timestamp = (taken + stream.timestamp_offset) & 0xFFFFFFFF
        last = len(payloads) - 1
        return [
            self.packet(stream, payload, timestamp, extension, marker=index == last)
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
            RtpPacket(payload_type, sequence, timestamp, stream.ssrc, marker, payload, extension)
        )

    @seam
    def payload_type(self, stream: LiveStream) -> int:
        """98 for H.264, 101 for H.265 (§2.3.1)."""
        return PAYLOAD_TYPES[Codec(stream.comp)]

    @seam
    def extension(self, stream: LiveStream, taken: int) -> bytes:
        """Camera channel, time and frame time: the seven words that were observed (§2.3.1)."""
        return write_information(
            AdditionalInformation(
                camera=stream.camera,
                seconds=taken // TICKS,
                zone=self.zone_of(taken),
                frame_hundredths=hundredths(taken) % 100,
            ),
            self.dialect,
        )

    def zone_of(self, taken: int) -> Zone:
        """The recorder's time zone at that moment."""
        return zone_at(self.zone, taken // TICKS)
