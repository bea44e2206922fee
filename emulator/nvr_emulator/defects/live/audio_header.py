"""Defects of the RTP header of live audio, and of the times in its extension (§2.3.6)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.live.packets import each_stream
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import AudioUnit
from nvr_emulator.footage.footage import TICKS, hundredths
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks

Packet = Callable[[LiveStream, AudioUnit], bytes]
Extension = Callable[[AudioUnit], bytes]


@breaks("LIV-05")
def audio_says_padding(recorder: Recorder) -> None:
    """Sets P on audio packets, which have no padding."""
    _each_packet(recorder, lambda stream, packet: bytes([packet[0] | 0x20]) + packet[1:])


@breaks("LIV-05")
def audio_counts_a_source(recorder: Recorder) -> None:
    """Says CC=1 on audio packets, and has the SSRC once more behind the header."""
    _each_packet(
        recorder, lambda stream, packet: bytes([packet[0] | 1]) + packet[1:12] + packet[8:12] + packet[12:]
    )


@breaks("LIV-07")
def audio_sequence_stands_still(recorder: Recorder) -> None:
    """Gives all audio packets of a stream one sequence number."""
    _sequence(recorder, lambda count: 0)


@breaks("LIV-07")
def audio_sequence_counts_by_two(recorder: Recorder) -> None:
    """Counts the sequence number of audio up by two."""
    _sequence(recorder, lambda count: 2 * count)


@breaks("LIV-07")
def audio_sequence_counts_down(recorder: Recorder) -> None:
    """Counts the sequence number of audio down."""
    _sequence(recorder, lambda count: -count)


@breaks("LIV-08")
def audio_sequence_starts_at_0(recorder: Recorder) -> None:
    """Starts the sequence numbers of audio at 0."""

    def alter(stream: LiveStream) -> None:
        if stream.comp == AUDIO:
            stream.sequence = 0

    each_stream(recorder, alter)


@breaks("LIV-09")
def audio_ssrc_follows_the_time(recorder: Recorder) -> None:
    """Writes the time stamp of audio into its SSRC as well."""
    _each_packet(recorder, lambda stream, packet: packet[:8] + packet[4:8] + packet[12:])


@breaks("LIV-27", "LIV-28")
def audio_timestamps_stop_at_the_wrap(recorder: Recorder) -> None:
    """Stays at 0xFFFFFFFF in the time stamps of audio, where they should begin at 0 again."""
    reached: set[int] = set()

    def stop(stream: LiveStream, packet: bytes) -> bytes:
        stamp = int.from_bytes(packet[4:8])
        if stamp >= 0xF000_0000:
            reached.add(stream.number)
        stuck = stamp < 0x1000_0000 and stream.number in reached
        return packet[:4] + (b"\xff" * 4 if stuck else packet[4:8]) + packet[8:]

    _each_packet(recorder, stop)


@breaks("LIV-26")
def camera_frame_time_is_0(recorder: Recorder) -> None:
    """Writes 0 in 0x0012 of audio, whenever it was heard."""
    _frame_time(recorder, lambda unit: 0)


@breaks("LIV-26")
def camera_frame_time_lags_by_a_second(recorder: Recorder) -> None:
    """Writes the seconds of 0x0011 half a second before those of 0x0012 have passed."""
    ahead = Ticks(TICKS // 2)

    def extension(original: Extension, unit: AudioUnit) -> bytes:
        written = original(unit)
        seconds = (unit.start + ahead) // TICKS
        return written[:4] + struct.pack(">I", seconds) + written[8:]

    around(recorder.live.audio.extension, extension)


@breaks("LIV-26")
def camera_frame_time_in_tenths(recorder: Recorder) -> None:
    """Counts tenths in 0x0012 of audio."""
    _frame_time(recorder, lambda unit: hundredths(unit.start) % 100 // 10)


def _each_packet(recorder: Recorder, change: Callable[[LiveStream, bytes], bytes]) -> None:
    """Change each packet of audio."""

    def packet(original: Packet, stream: LiveStream, unit: AudioUnit) -> bytes:
        return change(stream, original(stream, unit))

    around(recorder.live.audio.packet, packet)


def _sequence(recorder: Recorder, counted: Callable[[int], int]) -> None:
    """Number the packets of audio otherwise, from the first one of a stream on."""
    firsts: dict[int, int] = {}

    def change(stream: LiveStream, packet: bytes) -> bytes:
        sequence = int.from_bytes(packet[2:4])
        first = firsts.setdefault(stream.number, sequence)
        told = first + counted((sequence - first) % 0x10000)
        return packet[:2] + (told & 0xFFFF).to_bytes(2) + packet[4:]

    _each_packet(recorder, change)


def _frame_time(recorder: Recorder, told: Callable[[AudioUnit], int]) -> None:
    """The extension of audio has other hundredths."""

    def extension(original: Extension, unit: AudioUnit) -> bytes:
        return original(unit)[:-4] + struct.pack(">HH", told(unit), 0)

    around(recorder.live.audio.extension, extension)
