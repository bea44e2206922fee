"""Defects of the times that live tells once a day in UTC is over (§2.3.1, §2.3.5, §7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import AudioUnit
from nvr_emulator.footage.footage import TICKS, Gop, unix_seconds
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at

DAY = 86_400


@breaks("LIV-12")
def live_keeps_the_day_of_its_start(recorder: Recorder) -> None:
    """Writes the day (UTC) of START and the time of day of now into 0x0007 of live video."""

    def extension(original: Callable[[LiveStream, Ticks], bytes], stream: LiveStream, taken: Ticks) -> bytes:
        days = taken // TICKS // DAY - int(stream.started) // DAY
        return original(stream, Ticks(taken - days * DAY * TICKS))

    around(recorder.live.video.extension, extension)


@breaks("LIV-19")
def jpeg_keeps_the_day_of_its_start(recorder: Recorder) -> None:
    """Writes the day (UTC) of its first picture and the time of day of now into 0x0007 of live JPEG."""
    begun: dict[int, int] = {}

    def information(
        original: Callable[[int, Gop, int], AdditionalInformation], camera: int, gop: Gop, size: int
    ) -> AdditionalInformation:
        kept = _on_the_day(begun, camera, unix_seconds(gop.start))
        return dataclasses.replace(original(camera, gop, size), seconds=kept)

    around(recorder.live.jpeg.recorder_information, information)


@breaks("LIV-26")
def audio_keeps_the_day_of_its_start(recorder: Recorder) -> None:
    """Writes the day (UTC) of its first packet and the time of day of now into 0x0011 of live audio."""
    begun: dict[int, int] = {}

    def extension(original: Callable[[AudioUnit], bytes], unit: AudioUnit) -> bytes:
        seconds = _on_the_day(begun, id(unit.audio), unix_seconds(unit.start))
        zone = zone_at(recorder.plan.zone, seconds)
        return write_information(AdditionalInformation(camera_seconds=seconds, camera_zone=zone))

    around(recorder.live.audio.extension, extension)


def _on_the_day(begun: dict[int, int], key: int, seconds: UnixSeconds) -> UnixSeconds:
    """This time of day, on the day on which something began."""
    first = begun.setdefault(key, seconds // DAY)
    return UnixSeconds(first * DAY + seconds % DAY)
