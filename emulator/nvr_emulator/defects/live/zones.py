"""Defects of the zone that one carrier tells otherwise than the others (§7.1.2, §3.3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.audio import change_audio
from nvr_emulator.defects.playback.chunk_changes import change_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import Gop
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import AdditionalInformation
from nvr_protocol.timestamps import Ticks, Zone

TIME = b"\x00\x07\x00\x0c"
ZONE_MINUTES = (26, 34)
"""Where the minutes of the zones of GOP end and GOP start stand, from the stream header on."""


@breaks("LIV-12")
def zone_minutes_lost_in_live_video(recorder: Recorder) -> None:
    """Writes the hours of the zone alone into live video."""
    _live_zone(recorder, lambda zone: zone[:2] + b"\0" + zone[3:])


@breaks("LIV-12")
def live_video_is_in_greenwich(recorder: Recorder) -> None:
    """Writes the zone +00:00 into live video."""
    _live_zone(recorder, lambda zone: bytes(4))


@breaks("LIV-12")
def live_video_is_in_summer(recorder: Recorder) -> None:
    """Says in live video that it is summer time, or that it is not where it is."""
    _live_zone(recorder, lambda zone: zone[:3] + bytes([zone[3] ^ 1]))


@breaks("LIV-19")
def zone_minutes_lost_in_live_jpeg(recorder: Recorder) -> None:
    """Writes the hours of the zone alone into live JPEG."""

    def information(
        original: Callable[[int, Gop, int], AdditionalInformation], camera: int, gop: Gop, size: int
    ) -> AdditionalInformation:
        told = original(camera, gop, size)
        return dataclasses.replace(told, zone=_hours(told.zone) if told.zone else None)

    around(recorder.live.jpeg.recorder_information, information)


@breaks("PLB-07")
def zone_minutes_lost_in_playback(recorder: Recorder) -> None:
    """Writes the hours of the zone alone into 0x0007 and the GOP information."""

    def lose(body: bytes) -> bytes:
        body = chunk_bytes.change_tlv(body, 0x0007, lambda data: data[:6] + b"\0" + data[7:])
        for offset in ZONE_MINUTES:
            body = chunk_bytes.change_numbers(body, ">B", offset, lambda minutes: (0,))
        return body

    change_chunks(recorder, lose)


@breaks("PLB-23", "PLB-24")
def zone_minutes_lost_in_playback_audio(recorder: Recorder) -> None:
    """Writes the hours of the zone alone at both ends of recorded audio."""

    change_audio(recorder, lambda told: dataclasses.replace(told, zone=_hours(told.zone)))


def _hours(zone: Zone) -> Zone:
    hours = abs(zone.minutes) // 60 * 60
    return dataclasses.replace(zone, minutes=-hours if zone.minutes < 0 else hours)


def _live_zone(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the four bytes of the zone in live video."""

    def extension(original: Callable[[LiveStream, Ticks], bytes], stream: LiveStream, taken: Ticks) -> bytes:
        written = original(stream, taken)
        place = written.index(TIME) + 8
        return written[:place] + change(written[place : place + 4]) + written[place + 4 :]

    around(recorder.live.video.extension, extension)
