"""Defects of the answers of playback: the header ahead of audio, and the chunk without a picture (§3.3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import msgspec

from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.recordings import Recording
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks, UnixSeconds

Empty = Callable[[CameraSettings, Playback, Recording, Ticks], bytes]
"""What makes the chunk that says that there is no picture."""


@breaks("PLB-25")
def playback_audio_may_be_cached(recorder: Recorder) -> None:
    """Leaves Cache-Control out of the answers of playaudio.cgi."""
    _audio(recorder, lambda answer: dataclasses.replace(answer, headers=answer.headers[:1]))


@breaks("PLB-25")
def playback_audio_says_201(recorder: Recorder) -> None:
    """Answers playaudio.cgi with 201 instead of 200."""
    _audio(recorder, lambda answer: dataclasses.replace(answer, status=201))


@breaks("PLB-25")
def playback_audio_has_a_type_of_its_own(recorder: Recorder) -> None:
    """Calls the answers of playaudio.cgi audio/basic."""
    _audio(recorder, lambda answer: dataclasses.replace(answer, content_type="audio/basic"))


@breaks("PLB-25")
def playback_audio_connection_is_closed(recorder: Recorder) -> None:
    """Says Connection: Keep-Alive of an answer of playaudio.cgi, and closes the connection behind it."""
    _audio(recorder, lambda answer: dataclasses.replace(answer, last=True))


@breaks("PLB-05")
def no_picture_of_another_camera(recorder: Recorder) -> None:
    """Names the camera of the next number where it says that there is no picture."""

    def no_image(
        original: Empty, camera: CameraSettings, playback: Playback, recording: Recording, now: Ticks
    ) -> bytes:
        other = msgspec.structs.replace(camera, number=camera.number + 1)
        return original(other, playback, recording, now)

    around(recorder.playback_commands.chunks.no_image, no_image)


@breaks("PLB-21")
def no_picture_forgets_the_operation(recorder: Recorder) -> None:
    """Says "undefined" in 0x000D where it says that there is no picture."""

    def no_image(
        original: Empty, camera: CameraSettings, playback: Playback, recording: Recording, now: Ticks
    ) -> bytes:
        idle = dataclasses.replace(playback, operation=Operation.UNDEFINED)
        return original(camera, idle, recording, now)

    around(recorder.playback_commands.chunks.no_image, no_image)


@breaks("PLB-03")
def no_picture_without_padding(recorder: Recorder) -> None:
    """Leaves the padding out of the chunk that says that there is no picture."""

    def no_image(
        original: Empty, camera: CameraSettings, playback: Playback, recording: Recording, now: Ticks
    ) -> bytes:
        return original(camera, playback, recording, now)[:1024]

    around(recorder.playback_commands.chunks.no_image, no_image)


def _audio(recorder: Recorder, change: Callable[[Answer], Answer]) -> None:
    """Change the answers that have audio."""

    def answer(
        original: Callable[[int, Audio | None, UnixSeconds | None], Answer],
        camera: int,
        audio: Audio | None,
        second: UnixSeconds | None,
    ) -> Answer:
        given = original(camera, audio, second)
        return change(given) if given.headers else given

    around(recorder.playback_commands.audio.answer, answer)
