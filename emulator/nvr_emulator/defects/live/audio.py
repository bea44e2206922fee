"""Defects of live audio (§2.1.2.2, §2.3.6, §2.3.7)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from zlib import crc32

from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio, AudioUnit, audio_of
from nvr_emulator.footage.footage import Footage, hundredths, unix_seconds
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.multipart import write_part

Write = Callable[[AudioUnit], bytes]
Source = Callable[[CameraSettings, str], Footage | Audio | None]


@breaks("LIV-25")
def audio_before_video(recorder: Recorder) -> None:
    """Sends audio of a camera whose video does not run."""
    around(recorder.live.check_video_runs, lambda original, uid, camera: None)


@breaks("LIV-25")
def audio_beside_any_video(recorder: Recorder) -> None:
    """Sends audio of a camera as soon as video of any camera runs on that UID."""
    _video_runs(recorder, lambda stream, uid, camera: stream.uid == uid)


@breaks("LIV-25")
def audio_beside_video_of_another_uid(recorder: Recorder) -> None:
    """Sends audio of a camera as soon as its video runs on any UID."""
    _video_runs(recorder, lambda stream, uid, camera: stream.camera == camera)


@breaks("LIV-26")
def audio_as_pcmu(recorder: Recorder) -> None:
    """Sends audio with payload type 0, that of µ-law."""
    recorder.live.audio.payload_type = 0


@breaks("LIV-26")
def audio_with_the_payload_type_of_video(recorder: Recorder) -> None:
    """Sends audio with payload type 98."""
    recorder.live.audio.payload_type = 98


@breaks("LIV-26")
def camera_time_without_zone(recorder: Recorder) -> None:
    """Leaves the zone out of 0x0011."""

    def extension(original: Write, unit: AudioUnit) -> bytes:
        written = original(unit)
        return b"\x00\x11\x00\x08" + written[4:8] + written[12:]

    around(recorder.live.audio.extension, extension)


@breaks("LIV-26")
def camera_time_since_midnight(recorder: Recorder) -> None:
    """Counts the seconds of the day in 0x0011."""

    def extension(original: Write, unit: AudioUnit) -> bytes:
        written = original(unit)
        return written[:4] + struct.pack(">I", unix_seconds(unit.start) % 86_400) + written[8:]

    around(recorder.live.audio.extension, extension)


@breaks("LIV-26")
def camera_frame_time_in_thousandths(recorder: Recorder) -> None:
    """Counts thousandths in 0x0012."""

    def extension(original: Write, unit: AudioUnit) -> bytes:
        written = original(unit)
        return written[:-4] + struct.pack(">HH", 100 + hundredths(unit.start) % 100 * 10, 0)

    around(recorder.live.audio.extension, extension)


@breaks("LIV-35", models=(2, 3))
def g726_in_the_place_of_g711(recorder: Recorder) -> None:
    """Sends G.726, which its model does not have, where G.711 belongs."""

    def source(original: Source, camera: CameraSettings, comp: str) -> Footage | Audio | None:
        found = original(camera, comp)
        if isinstance(found, Audio) and found.codec is AudioCodec.G711:
            return audio_of(AudioCodec.G726, camera.number)
        return found

    around(recorder.live_commands.source, source)


@breaks("LIV-26")
def audio_of_camera_1_for_all(recorder: Recorder) -> None:
    """Sends the audio of camera 1 with the video of every camera."""

    def source(original: Source, camera: CameraSettings, comp: str) -> Footage | Audio | None:
        found = original(camera, comp)
        return audio_of(found.codec, 1) if isinstance(found, Audio) else found

    around(recorder.live_commands.source, source)


@breaks("LIV-27")
def zero_ahead_of_samples(recorder: Recorder) -> None:
    """Puts 0x00 ahead of G.711 and G.726 over RTP, as over HTTP."""
    _payloads(recorder, telephone=lambda payload: b"\0" + payload)


@breaks("LIV-27")
def au_header_ahead_of_samples(recorder: Recorder) -> None:
    """Puts an AU header ahead of G.711 and G.726, as ahead of AAC."""
    _payloads(recorder, telephone=lambda payload: struct.pack(">HH", 16, len(payload) << 3) + payload)


@breaks("LIV-27")
def samples_with_an_aac_clock(recorder: Recorder) -> None:
    """Counts the timestamps of G.711 and G.726 at 48 kHz."""
    _clock(recorder, lambda codec, clock: clock if codec is AudioCodec.AAC else clock * 6)


@breaks("LIV-27", "LIV-28")
def audio_with_a_video_clock(recorder: Recorder) -> None:
    """Counts the timestamps of audio at 90 kHz."""
    around(recorder.live.audio.clock, lambda original, unit: unit.start)


@breaks("LIV-28")
def no_au_header(recorder: Recorder) -> None:
    """Leaves out the AU header over RTP."""
    _payloads(recorder, aac=lambda payload: payload[4:])


@breaks("LIV-28")
def adts_over_rtp(recorder: Recorder) -> None:
    """Sends access units with their ADTS header."""

    def with_adts(payload: bytes) -> bytes:
        unit = _adts(payload[4:])
        return _au_header(16, len(unit)) + unit

    _payloads(recorder, aac=with_adts)


@breaks("LIV-28")
def access_units_are_cut(recorder: Recorder) -> None:
    """Leaves out the second half of each access unit over RTP."""

    def cut(payload: bytes) -> bytes:
        unit = payload[4 : len(payload) // 2]
        return _au_header(16, len(unit)) + unit

    _payloads(recorder, aac=cut)


@breaks("LIV-28")
def aac_with_a_telephone_clock(recorder: Recorder) -> None:
    """Counts the timestamps of AAC at 8 kHz."""
    _clock(recorder, lambda codec, clock: clock // 6 if codec is AudioCodec.AAC else clock)


@breaks("LIV-29")
def no_zero_ahead_of_audio(recorder: Recorder) -> None:
    """Leaves out the 0x00 over HTTP."""
    _bodies(recorder, lambda unit, body: body[1:])


@breaks("LIV-29")
def no_zero_ahead_of_samples_over_http(recorder: Recorder) -> None:
    """Puts the 0x00 ahead of AAC alone over HTTP."""
    _bodies(recorder, lambda unit, body: body if unit.audio.codec is AudioCodec.AAC else body[1:])


@breaks("LIV-29")
def two_zeros_ahead_of_audio(recorder: Recorder) -> None:
    """Puts 0x00 ahead of audio twice over HTTP."""
    _bodies(recorder, lambda unit, body: b"\0" + body)


@breaks("LIV-29")
def au_header_over_http(recorder: Recorder) -> None:
    """Sends the AU header over HTTP too."""

    def headed(unit: AudioUnit, body: bytes) -> bytes:
        if unit.audio.codec is not AudioCodec.AAC:
            return body
        return b"\0" + _au_header(16, len(body) - 1) + body[1:]

    _bodies(recorder, headed)


@breaks("LIV-29")
def audio_parts_are_octets(recorder: Recorder) -> None:
    """Calls the parts of audio application/octet-stream, like those of video."""
    around(recorder.live.audio.content_type, lambda original, codec: "application/octet-stream")


@breaks("LIV-29")
def audio_parts_are_all_g726(recorder: Recorder) -> None:
    """Calls the parts of G.711 audio/g.726-32K."""
    around(
        recorder.live.audio.content_type,
        lambda original, codec: "audio/g.726-32K" if codec is AudioCodec.G711 else original(codec),
    )


@breaks("LIV-29")
def audio_content_length_without_the_zero(recorder: Recorder) -> None:
    """Leaves the 0x00 out of the Content-Length of a part of audio."""

    def parts(
        original: Callable[[AudioCodec, list[bytes]], bytes], codec: AudioCodec, bodies: list[bytes]
    ) -> bytes:
        content_type = recorder.live.audio.content_type(codec)
        return b"".join(_shorter(write_part(body, content_type), len(body)) for body in bodies)

    def _shorter(part: bytes, length: int) -> bytes:
        return part.replace(b"%d\r\n" % length, b"%d\r\n" % (length - 1), 1)

    around(recorder.live.audio.parts, parts)


@breaks("LIV-29")
def audio_over_http_leaves_out_half_of_the_units(recorder: Recorder) -> None:
    """Leaves out about every other unit of audio over HTTP."""

    def parts(
        original: Callable[[AudioCodec, list[bytes]], bytes], codec: AudioCodec, bodies: list[bytes]
    ) -> bytes:
        return original(codec, [body for body in bodies if crc32(body) % 2])

    around(recorder.live.audio.parts, parts)


def _video_runs(recorder: Recorder, suffices: Callable[[LiveStream, int, int], bool]) -> None:
    """Another rule of which running video allows audio."""

    def check_video_runs(original: Callable[[int, int], None], uid: int, camera: int) -> None:
        streams = recorder.live.streams()
        if not any(stream.comp != AUDIO and suffices(stream, uid, camera) for stream in streams):
            raise Refused(400, "COMP: video must run before audio")

    around(recorder.live.check_video_runs, check_video_runs)


def _payloads(
    recorder: Recorder,
    *,
    aac: Callable[[bytes], bytes] = bytes,
    telephone: Callable[[bytes], bytes] = bytes,
) -> None:
    """Change the RTP payloads of AAC, or those of G.711 and G.726."""

    def payload(original: Write, unit: AudioUnit) -> bytes:
        return (aac if unit.audio.codec is AudioCodec.AAC else telephone)(original(unit))

    around(recorder.live.audio.payload, payload)


@breaks("LIV-27", "LIV-28")
def zero_ahead_of_rtp_behind_http(recorder: Recorder) -> None:
    """Puts the 0x00 of parts ahead of audio over RTP, too, once any went over HTTP."""
    seen: list[bool] = []

    def body(original: Write, unit: AudioUnit) -> bytes:
        seen[:] = [True]
        return original(unit)

    around(recorder.live.audio.body, body)
    around(recorder.live.audio.payload, lambda original, unit: b"\0" * len(seen) + original(unit))


def _clock(recorder: Recorder, change: Callable[[AudioCodec, int], int]) -> None:
    around(recorder.live.audio.clock, lambda original, unit: int(change(unit.audio.codec, original(unit))))


def _bodies(recorder: Recorder, change: Callable[[AudioUnit, bytes], bytes]) -> None:
    """Change the bodies of parts."""
    around(recorder.live.audio.body, lambda original, unit: change(unit, original(unit)))


def _au_header(bits: int, size: int) -> bytes:
    return struct.pack(">HH", bits, size << 3 & 0xFFFF)


def _adts(unit: bytes) -> bytes:
    """An access unit of AAC-LC, 48 kHz, mono, behind its ADTS header."""
    length = len(unit) + 7
    header = 0xFFF1 << 40 | 1 << 38 | 3 << 34 | 1 << 30 | length << 13 | 0x7FF << 2
    return header.to_bytes(7) + unit
