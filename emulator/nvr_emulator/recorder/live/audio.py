"""Audio of live streams: RTP packets and parts (§2.3.6, §2.3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.audio import AudioUnit
from nvr_emulator.footage.footage import hundredths, unix_seconds
from nvr_emulator.recorder.live.part_form import part_form
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.seams import seam
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import Dialect
from nvr_protocol.multipart import write_live_part
from nvr_protocol.rtp.audio import AU_HEADER_SIZE, audio_content_type, write_access_unit, write_live_audio
from nvr_protocol.rtp.packet import PAYLOAD_TYPE_AUDIO, RtpPacket, write_packet
from nvr_protocol.timestamps import zone_at

PACKETS = {"10": 10, "20": 20, "40": 40, "60": 60, "15-and-25": 20}
"""Milliseconds of a unit of G.711 and G.726 (OP-16)."""

AUDIO = "AUDIO"
"""COMP of an audio stream (§2.1.2.2)."""


class LiveAudio:
    """Makes of each unit of audio what travels."""

    def __init__(self, zone: tzinfo, dialect: Dialect, variants: Variants) -> None:
        self.zone = zone
        self.dialect = dialect
        self.variants = variants
        self.form = part_form(variants)
        self.payload_type = PAYLOAD_TYPE_AUDIO

    @seam
    def packet(self, stream: LiveStream, unit: AudioUnit) -> bytes:
        """One unit as an RTP packet; the sequence number counts on. Each is whole, so each is marked."""
        sequence = stream.sequence
        stream.sequence = (sequence + 1) & 0xFFFF
        return write_packet(
            RtpPacket(
                self.payload_type,
                sequence,
                (self.clock(unit) + stream.timestamp_offset) & 0xFFFFFFFF,
                stream.ssrc,
                True,
                self.payload(unit),
                self.extension(unit) or None,
            )
        )

    @seam
    def clock(self, unit: AudioUnit) -> int:
        """The RTP time of a unit: samples, at 48 kHz for AAC and at 8 kHz for the others."""
        quarter = unit.audio.fixture.samples_per_unit // 4
        return unit.clock - quarter if self._takes_turns(unit) and unit.number % 2 else unit.clock

    @seam
    def payload(self, unit: AudioUnit) -> bytes:
        """Samples as they are, AAC behind four bytes of AU header (OP-36: what they hold)."""
        if unit.audio.codec is not AudioCodec.AAC:
            return self._samples(unit)
        match self.variants.au_header:
            case "zeros":
                return bytes(AU_HEADER_SIZE) + unit.data
            case "length-in-bytes":
                return len(unit.data).to_bytes(AU_HEADER_SIZE) + unit.data
            case _:
                return write_access_unit(unit.data)

    @seam
    def extension(self, unit: AudioUnit) -> bytes:
        """The camera's time and frame time: five words (OP-14). Empty: there is no extension."""
        if self.variants.rtp_extension == "none":
            return b""
        seconds = unix_seconds(unit.start)
        information = AdditionalInformation(
            camera_seconds=seconds,
            camera_zone=zone_at(self.zone, seconds),
            camera_frame_hundredths=hundredths(unit.start) % 100,
        )
        return write_information(information, self.dialect)

    @seam
    def body(self, unit: AudioUnit) -> bytes:
        """One unit as the body of a part: 0x00, then the samples or the access unit (§2.3.7)."""
        return write_live_audio(self._samples(unit))

    def _takes_turns(self, unit: AudioUnit) -> bool:
        return self.variants.audio_packet == "15-and-25" and unit.audio.codec is not AudioCodec.AAC

    def _samples(self, unit: AudioUnit) -> bytes:
        """What a unit holds; where packets are of two lengths in turn, every other one has the last quarter
        of the one before it."""
        if not self._takes_turns(unit):
            return unit.data
        quarter = len(unit.data) // 4
        if unit.number % 2:
            return unit.audio.unit(unit.number - 1)[-quarter:] + unit.data
        return unit.data[:-quarter]

    @seam
    def content_type(self, codec: AudioCodec) -> str:
        """The Content-Type of the parts."""
        return audio_content_type(codec, self.dialect)

    @seam
    def parts(self, codec: AudioCodec, bodies: Sequence[bytes]) -> bytes:
        """Bodies as multipart parts."""
        content_type = self.content_type(codec)
        return b"".join(write_live_part(body, content_type, self.form) for body in bodies)
