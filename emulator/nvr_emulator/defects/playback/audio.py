"""Defects of playback audio (§3.2.2, §3.3.2)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable, Sequence

from nvr_emulator.defects.playback.order import each_playback
from nvr_emulator.defects.registry import breaks, with_values
from nvr_emulator.footage.audio import Audio, audio_of
from nvr_emulator.footage.recordings import Recording
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.values import Value
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio
from nvr_protocol.timestamps import Ticks, UnixSeconds

AAC_HEADER = 68
TELEPHONE_HEADER = 64

Second = Callable[[int, Audio, UnixSeconds], PlaybackAudio]
"""What gives a second of audio: camera, audio, which (Unix)."""


@breaks("PLB-23")
def g711_says_g726(recorder: Recorder) -> None:
    """Writes the codec byte of G.726 for G.711, and the other way round."""
    _telephone(recorder, lambda body: body[:28] + bytes([body[28] ^ 1]) + body[29:])


@breaks("PLB-23")
def telephone_size_counts_the_header(recorder: Recorder) -> None:
    """Counts the header in the audio data size of G.711 and G.726."""
    _telephone(recorder, lambda body: _number(body, 4, lambda size: size + TELEPHONE_HEADER))


@breaks("PLB-23")
def telephone_size_in_words(recorder: Recorder) -> None:
    """Counts the audio data of G.711 and G.726 in words of two bytes."""
    _telephone(recorder, lambda body: _number(body, 4, lambda size: size // 2))


@breaks("PLB-23")
def telephone_audio_says_camera_0(recorder: Recorder) -> None:
    """Counts cameras from 0 in the header of G.711 and G.726."""
    _telephone(recorder, lambda body: _half(body, 2, lambda camera: camera - 1))


@breaks("PLB-24")
def aac_audio_says_camera_0(recorder: Recorder) -> None:
    """Counts cameras from 0 in the header of AAC."""
    _aac(recorder, lambda body: _half(body, 2, lambda camera: camera - 1))


@breaks("PLB-24")
def aac_with_the_header_of_g711(recorder: Recorder) -> None:
    """Writes 0xFF03 ahead of AAC."""
    _aac(recorder, lambda body: b"\xff\x03" + body[2:])


@breaks("PLB-24")
def aac_block_counts_behind_itself(recorder: Recorder) -> None:
    """Writes 0x0038 behind 0xFF12: its own four bytes are not counted."""
    _aac(recorder, lambda body: _half(body, 10, lambda length: length - 4))


@breaks("PLB-24")
def aac_size_counts_the_body(recorder: Recorder) -> None:
    """Counts the padding in the audio data size of AAC."""
    _aac(recorder, lambda body: _number(body, 4, lambda size: len(body) - AAC_HEADER))


@breaks("PLB-24")
def unit_length_leaves_its_header_out(recorder: Recorder) -> None:
    """Leaves its header out of the length of an access unit."""
    _units(recorder, lambda body, place: _half(body, place + 2, lambda length: length - 8))


@breaks("PLB-24")
def unit_length_leaves_its_padding_out(recorder: Recorder) -> None:
    """Leaves the padding out of the length of an access unit."""
    _units(recorder, lambda body, place: _half(body, place + 2, lambda length: length - body[place + 4]))


@breaks("PLB-24")
def au_info_without_au_header(recorder: Recorder) -> None:
    """Says that access units have an AU header, which they have not."""
    _units(recorder, lambda body, place: body[: place + 5] + b"\1" + body[place + 6 :])


@breaks("PLB-24")
def au_header_without_au_info(recorder: Recorder) -> None:
    """Does not say that access units have an AU header."""
    change_audio(recorder, _with_au_headers)
    _units(recorder, lambda body, place: body[: place + 5] + b"\0" + body[place + 6 :])


@breaks("PLB-24")
def recorded_access_units_are_damaged(recorder: Recorder) -> None:
    """Damages the access units of playback."""

    def damage(chunk: PlaybackAudio) -> PlaybackAudio:
        units = tuple(AudioUnit(unit.data[: len(unit.data) // 2]) for unit in chunk.units)
        return dataclasses.replace(chunk, units=units)

    change_audio(recorder, damage)


@breaks("PLB-24", "DWN-02")  # files have other audio beside a picture than playback
def recorded_audio_of_camera_1_for_all(recorder: Recorder) -> None:
    """Gives the recorded audio of camera 1 for every camera."""

    def chunk(original: Second, camera: int, audio: Audio, second: UnixSeconds) -> PlaybackAudio:
        return original(camera, audio_of(audio.codec, 1), second)

    around(recorder.playback_commands.audio.chunk, chunk)


@breaks("PLB-23", "PLB-24")
def audio_in_local_time(recorder: Recorder) -> None:
    """Writes start and end of audio in local time."""
    _shift(recorder, lambda chunk: chunk.zone.minutes * 60, lambda chunk: chunk.zone.minutes * 60)


@breaks("PLB-23", "PLB-24")
def audio_ends_with_the_minute(recorder: Recorder) -> None:
    """Writes the end of the minute as the end of audio."""
    _shift(recorder, lambda chunk: 0, lambda chunk: 61 - chunk.end % 60)


@breaks("PLB-23", "PLB-24")
def start_zone_without_its_sign(recorder: Recorder) -> None:
    """Leaves the sign out of the zone at the start of audio."""
    _bodies(recorder, lambda body: _byte(body, _times(body) + 7, 0))


@breaks("PLB-23", "PLB-24")
def end_zone_in_hours(recorder: Recorder) -> None:
    """Leaves the minutes out of the zone at the end of audio."""
    _bodies(recorder, lambda body: _byte(body, _times(body) + 18, 0))


@breaks("PLB-23", "PLB-24")
def audio_is_not_padded(recorder: Recorder) -> None:
    """Leaves out the padding of audio to a multiple of 4096 bytes."""
    _bodies(recorder, lambda body: body[: _end(body)])


@breaks("PLB-23", "PLB-24")
def audio_begins_with_the_recording(recorder: Recorder) -> None:
    """Begins the audio of GOTODATE where the recording begins."""

    def alter(playback: Playback) -> None:
        def second_of(
            original: Callable[[Cursor, Recording, Ticks], UnixSeconds],
            cursor: Cursor,
            recording: Recording,
            now: Ticks,
        ) -> UnixSeconds:
            return UnixSeconds(0) if cursor.second is None else original(cursor, recording, now)

        around(playback.second_of, second_of)

    each_playback(recorder, alter)


@breaks("PLB-24")
def audio_is_of_the_camera_asked_first(recorder: Recorder) -> None:
    """Takes CAM of the first playaudio.cgi of a UID for all that follow on it."""
    kept: dict[Value, Value] = {}

    def playaudio(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        values = asked.command.values
        return original(with_values(asked, CAM=kept.setdefault(values["UID"], values["CAM"])))

    around(recorder.playback_commands.playaudio, playaudio)


@breaks("PLB-20")
def audio_behind_stop(recorder: Recorder) -> None:
    """Goes on to answer playaudio.cgi after STOP."""

    def playaudio(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        playback = recorder.playback_commands.playback_of(asked.session)
        if playback.running or not playback.cursors:
            return original(asked)
        playback.operation = Operation.PLAYBACK
        try:
            return original(asked)
        finally:
            playback.operation = Operation.UNDEFINED

    around(recorder.playback_commands.playaudio, playaudio)


@breaks("PLB-25")
def audio_of_play_is_the_oldest(recorder: Recorder) -> None:
    """Gives the audio of the oldest recording on PLAY, wherever its pictures are."""

    def alter(playback: Playback) -> None:
        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            original(name, begin)
            for cursor in playback.cursors.values() if name == "play" else ():
                cursor.second = UnixSeconds(0)

        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-25")
def every_second_of_audio_twice(recorder: Recorder) -> None:
    """Gives every second of audio twice."""
    asked = [0]

    def again(second: int) -> int:
        asked[0] += 1
        return second - asked[0] % 2

    _next_second(recorder, again)


@breaks("PLB-25")
def a_second_of_audio_left_out(recorder: Recorder) -> None:
    """Leaves out one of five seconds of audio."""
    _next_second(recorder, lambda second: second if second % 5 else second + 1)


@breaks("PLB-25")
def audio_stands_still(recorder: Recorder) -> None:
    """Gives the audio of the same ten seconds' beginning, with times that go on."""

    def chunk(original: Second, camera: int, audio: Audio, second: UnixSeconds) -> PlaybackAudio:
        given = original(camera, audio, UnixSeconds(second - second % 10))
        return dataclasses.replace(given, start=second, end=UnixSeconds(second + 1))

    around(recorder.playback_commands.audio.chunk, chunk)


@breaks("PLB-25")
def half_a_second_of_audio(recorder: Recorder) -> None:
    """Gives half a second of audio at once."""
    asked = [0]

    def again(second: int) -> int:
        asked[0] += 1
        return second - asked[0] % 2

    def half(chunk: PlaybackAudio) -> PlaybackAudio:
        samples, units = len(chunk.samples) // 2, len(chunk.units) // 2
        first = slice(samples), slice(units)
        second = slice(samples, None), slice(units, None)
        part = first if asked[0] % 2 else second
        return dataclasses.replace(chunk, samples=chunk.samples[part[0]], units=chunk.units[part[1]])

    _next_second(recorder, again)
    change_audio(recorder, half)


def _with_au_headers(chunk: PlaybackAudio) -> PlaybackAudio:
    return dataclasses.replace(chunk, units=tuple(AudioUnit(unit.data, True) for unit in chunk.units))


def change_audio(recorder: Recorder, change: Callable[[PlaybackAudio], PlaybackAudio]) -> None:
    """Change what the answers of playaudio.cgi say."""
    around(
        recorder.playback_commands.audio.chunk,
        lambda original, camera, audio, second: change(original(camera, audio, second)),
    )


def _shift(
    recorder: Recorder, start: Callable[[PlaybackAudio], int], end: Callable[[PlaybackAudio], int]
) -> None:
    """Move the times of answers by seconds."""
    change_audio(
        recorder,
        lambda chunk: dataclasses.replace(
            chunk, start=UnixSeconds(chunk.start + start(chunk)), end=UnixSeconds(chunk.end + end(chunk))
        ),
    )


def _bodies(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of answers."""
    around(recorder.playback_commands.audio.body, lambda original, chunk: change(original(chunk)))


def _telephone(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    _bodies(recorder, lambda body: change(body) if body[1] == 0x03 else body)


def _aac(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    _bodies(recorder, lambda body: change(body) if body[1] == 0x13 else body)


def _units(recorder: Recorder, change: Callable[[bytes, int], bytes]) -> None:
    """Change the access units of AAC; `change` is given the body and where one begins."""

    def each(body: bytes) -> bytes:
        for place in _places(body):
            body = change(body, place)
        return body

    _aac(recorder, each)


def _places(body: bytes) -> Sequence[int]:
    """Where the access units begin."""
    places, place = [], AAC_HEADER
    while place < _end(body):
        places.append(place)
        place += struct.unpack_from(">H", body, place + 2)[0]
    return places


def _times(body: bytes) -> int:
    """Where the start time stands."""
    return 12 if body[1] == 0x13 else 8


def _end(body: bytes) -> int:
    """Where the padding begins."""
    header = AAC_HEADER if body[1] == 0x13 else TELEPHONE_HEADER
    return int(header + struct.unpack_from(">I", body, 4)[0])


def _byte(body: bytes, place: int, value: int) -> bytes:
    return body[:place] + bytes([value]) + body[place + 1 :]


def _half(body: bytes, place: int, change: Callable[[int], int]) -> bytes:
    (old,) = struct.unpack_from(">H", body, place)
    return body[:place] + struct.pack(">H", change(old)) + body[place + 2 :]


def _number(body: bytes, place: int, change: Callable[[int], int]) -> bytes:
    (old,) = struct.unpack_from(">I", body, place)
    return body[:place] + struct.pack(">I", change(old)) + body[place + 4 :]


def _next_second(recorder: Recorder, change: Callable[[int], int]) -> None:
    """Change which second of audio comes next."""

    def alter(playback: Playback) -> None:
        def next_second(
            original: Callable[[int, Recording, Ticks], UnixSeconds | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> UnixSeconds | None:
            second = original(camera, recording, now)
            if second is None:
                return None
            changed = UnixSeconds(change(second))
            playback.cursors[camera].second = UnixSeconds(changed + 1)
            return changed

        around(playback.next_second, next_second)

    each_playback(recorder, alter)
