"""Defects of a recording that is not what was sent live, or not of when (§2.3.7, §3.3)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.order import Chunk, around_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio, AudioUnit
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.commands.urls import Command
from nvr_protocol.playback.audio import PlaybackAudio
from nvr_protocol.playback.video import read_playback_video, write_playback_video
from nvr_protocol.timestamps import Ticks, UnixSeconds

LATE = 3
"""Seconds."""
GOP_TIMES = (20, 28, 52)
"""Where the seconds of GOP end, GOP start and picture stand, from the stream header on."""


@breaks("PLB-23", "PLB-24", "DWN-02")  # files have other audio beside a picture than playback
def recorded_audio_is_of_before(recorder: Recorder) -> None:
    """Gives the audio of three seconds before, at the times of what was asked for."""

    def chunk(
        original: Callable[[int, Audio, UnixSeconds], PlaybackAudio],
        camera: int,
        audio: Audio,
        second: UnixSeconds,
    ) -> PlaybackAudio:
        before = original(camera, audio, UnixSeconds(second - LATE))
        return dataclasses.replace(before, start=second, end=UnixSeconds(second + 1))

    around(recorder.playback_commands.audio.chunk, chunk)


@breaks("PLB-12", "DWN-11")
def gops_change_places(recorder: Recorder) -> None:
    """Gives the pictures of each GOP at the time of its neighbour."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body = original(number, playback, place)
        footage = place.gop.footage
        if footage.codec is Codec.JPEG:
            return body
        neighbour = footage.gop(place.gop.number ^ 1)
        if neighbour.pictures != place.gop.pictures:
            return body
        video = read_playback_video(body)
        shown = footage.fixture.gops[neighbour.index]
        pictures = tuple(
            dataclasses.replace(picture, data=other.data)
            for picture, other in zip(video.pictures, shown, strict=True)
        )
        return write_playback_video(dataclasses.replace(video, pictures=pictures))

    around_chunks(recorder, chunk)


@breaks("PLB-07")
def recorded_times_are_late(recorder: Recorder) -> None:
    """Writes times of GOPs and pictures that are three seconds late, and takes TIMEF for such."""

    def late(body: bytes) -> bytes:
        def later(data: bytes) -> bytes:
            return struct.pack(">I", struct.unpack_from(">I", data)[0] + LATE) + data[4:]

        body = chunk_bytes.change_tlv(body, 0x0007, later)
        for offset in GOP_TIMES:
            body = chunk_bytes.change_numbers(body, ">I", offset, lambda seconds: (seconds + LATE,))
        return body

    def begin_of(original: Callable[[Command], Ticks | None], command: Command) -> Ticks | None:
        begin = original(command)
        return None if begin is None else Ticks(begin - LATE * TICKS)

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        return late(original(number, playback, place))

    around_chunks(recorder, chunk)
    around(recorder.playback_commands.begin_of, begin_of)


@breaks("LIV-12")
def live_times_are_late(recorder: Recorder) -> None:
    """Writes times into live video that are three seconds late."""

    def extension(original: Callable[[LiveStream, Ticks], bytes], stream: LiveStream, taken: Ticks) -> bytes:
        return original(stream, Ticks(taken + LATE * TICKS))

    around(recorder.live.video.extension, extension)


@breaks("LIV-29")
def a_law_over_http(recorder: Recorder) -> None:
    """Sends G.711 over HTTP with every other bit of its samples inverted, as A-law has it."""
    inverted = bytes(byte ^ 0x55 for byte in range(256))

    def body(original: Callable[[AudioUnit], bytes], unit: AudioUnit) -> bytes:
        written = original(unit)
        return (
            written[:1] + written[1:].translate(inverted) if unit.audio.codec is AudioCodec.G711 else written
        )

    around(recorder.live.audio.body, body)
