"""Defects of the header extension of live video (§2.3.1, §7)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.live.packets import HEADER, each_packet
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS, hundredths, unix_seconds
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.timestamps import Ticks, UnixSeconds, Zone, zone_at

Extension = Callable[[LiveStream, Ticks], bytes]


@breaks("LIV-12")
def live_is_in_the_zone_of_the_start(recorder: Recorder) -> None:
    """Writes summer time in 0x0007 of live video as it was when the recorder was started."""
    begun = zone_at(recorder.plan.zone, UnixSeconds(int(recorder.cameras.started)))
    around(recorder.live.video.zone_of, lambda original, taken: begun)


@breaks("LIV-12")
def live_knows_no_summer_time(recorder: Recorder) -> None:
    """Says "no summer time" in 0x0007 of live video all the year."""

    def zone_of(original: Callable[[Ticks], Zone], taken: Ticks) -> Zone:
        return Zone(original(taken).minutes, summer=False)

    around(recorder.live.video.zone_of, zone_of)


@breaks("LIV-12")
def live_tells_the_other_codec(recorder: Recorder) -> None:
    """Says H.265 in 0x0005 of live H.264, and the other way round."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        other = Codec.H264 if stream.comp == Codec.H265 else Codec.H265
        return original(stream, taken) + write_information(AdditionalInformation(compression=other))

    around(recorder.live.video.extension, extension)


@breaks("LIV-11")
def profile_of_rfc_8285(recorder: Recorder) -> None:
    """Writes 0xBEDE as the profile of the header extension."""
    each_packet(recorder, lambda packet: packet[:HEADER] + b"\xbe\xde" + packet[HEADER + 2 :])


@breaks("LIV-11")
def extension_with_a_spare_word(recorder: Recorder) -> None:
    """Leaves a word of zeros behind the last TLV of the header extension."""
    around(recorder.live.video.extension, lambda original, stream, taken: original(stream, taken) + bytes(4))


@breaks("LIV-11")
def tlv_longer_than_the_extension(recorder: Recorder) -> None:
    """Lets the last TLV of the header extension reach beyond it."""
    _last_length(recorder, 12)


@breaks("LIV-11")
def first_tlv_reaches_into_the_second(recorder: Recorder) -> None:
    """States a length of the first TLV of the header extension that is four bytes too long."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        return original(stream, taken).replace(b"\x00\x04\x00\x08", b"\x00\x04\x00\x0c", 1)

    around(recorder.live.video.extension, extension)


@breaks("LIV-11")
def tlv_counts_its_data_alone(recorder: Recorder) -> None:
    """Leaves its header out of the length of the last TLV of the header extension."""
    _last_length(recorder, 4)


@breaks("LIV-12")
def wrong_camera_in_the_extension(recorder: Recorder) -> None:
    """Names the camera after the one that it sends."""
    _extension(recorder, lambda stream, taken: (stream.camera + 1, unix_seconds(taken)))


@breaks("LIV-12")
def camera_counted_from_zero(recorder: Recorder) -> None:
    """Names camera 1 as camera 0, and so on."""
    _extension(recorder, lambda stream, taken: (stream.camera - 1, unix_seconds(taken)))


@breaks("LIV-12")
def pictures_of_the_next_camera(recorder: Recorder) -> None:
    """Sends the pictures of the next camera, with its number."""
    cameras = sorted(recorder.cameras.registered)
    following = dict(zip(cameras, [*cameras[1:], cameras[0]], strict=True))

    around(
        recorder.live_commands.source,
        lambda original, camera, comp: original(recorder.cameras.registered[following[camera.number]], comp),
    )
    _extension(recorder, lambda stream, taken: (following[stream.camera], unix_seconds(taken)))


@breaks("LIV-12")
def reserved_field_is_not_zero(recorder: Recorder) -> None:
    """Repeats the camera's number in the reserved field behind it."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        written = original(stream, taken)
        return written[:6] + written[4:6] + written[8:]

    around(recorder.live.video.extension, extension)


@breaks("LIV-12")
def frame_time_in_thousandths(recorder: Recorder) -> None:
    """Counts thousandths in 0x000A."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        written = original(stream, taken)
        return written[:-4] + struct.pack(">HH", 100 + hundredths(taken) % 100 * 10, 0)

    around(recorder.live.video.extension, extension)


@breaks("LIV-12")
def local_time_in_the_extension(recorder: Recorder) -> None:
    """Writes local time where seconds since the epoch belong."""

    def local(stream: LiveStream, taken: Ticks) -> tuple[int, int]:
        return stream.camera, unix_seconds(taken) + recorder.live.video.zone_of(taken).minutes * 60

    _extension(recorder, local)


@breaks("LIV-12")
def time_stands_still_in_the_extension(recorder: Recorder) -> None:
    """Writes the time of START into each packet."""
    _extension(recorder, lambda stream, taken: (stream.camera, int(stream.started)))


@breaks("LIV-12")
def time_in_hundredths_in_the_extension(recorder: Recorder) -> None:
    """Counts hundredths where whole seconds belong."""
    _extension(recorder, lambda stream, taken: (stream.camera, hundredths(taken) & 0xFFFFFFFF))


@breaks("LIV-12")
def frame_time_is_0(recorder: Recorder) -> None:
    """Writes 0 in 0x000A of live video, whenever the picture was taken."""
    _frame_time(recorder, lambda stream, taken: 0)


@breaks("LIV-12")
def frame_time_of_the_key_picture(recorder: Recorder) -> None:
    """Writes the time of the key picture into all pictures of its GOP, to the hundredth."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        return original(stream, taken if stream.gop is None else stream.gop.start)

    around(recorder.live.video.extension, extension)


@breaks("LIV-12")
def frame_time_in_tenths(recorder: Recorder) -> None:
    """Counts tenths in 0x000A."""
    _frame_time(recorder, lambda stream, taken: hundredths(taken) % 100 // 10)


@breaks("LIV-12")
def frame_time_until_the_next_second(recorder: Recorder) -> None:
    """Counts in 0x000A how many hundredths of the second are left."""
    _frame_time(recorder, lambda stream, taken: 99 - hundredths(taken) % 100)


@breaks("LIV-12")
def second_is_rounded_in_the_extension(recorder: Recorder) -> None:
    """Rounds the seconds of 0x0007 to the nearest, beside the hundredths in 0x000A."""
    _extension(recorder, lambda stream, taken: (stream.camera, unix_seconds(Ticks(taken + TICKS // 2))))


def _frame_time(recorder: Recorder, told: Callable[[LiveStream, Ticks], int]) -> None:
    """The extension of video has other hundredths."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        return original(stream, taken)[:-4] + struct.pack(">HH", told(stream, taken), 0)

    around(recorder.live.video.extension, extension)


def _extension(recorder: Recorder, name: Callable[[LiveStream, Ticks], tuple[int, int]]) -> None:
    """The extension of video names another camera, or another time in seconds."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        camera, seconds = name(stream, taken)
        information = AdditionalInformation(
            camera=camera,
            seconds=UnixSeconds(seconds),
            zone=recorder.live.video.zone_of(taken),
            frame_hundredths=hundredths(taken) % 100,
        )
        return write_information(information, recorder.live.dialect)

    around(recorder.live.video.extension, extension)


def _last_length(recorder: Recorder, length: int) -> None:
    """The last TLV, 0x000A of 8 bytes, states another length."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        written = original(stream, taken)
        return written[:-6] + struct.pack(">H", length) + written[-4:]

    around(recorder.live.video.extension, extension)
