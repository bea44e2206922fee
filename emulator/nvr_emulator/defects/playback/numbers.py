"""Defects of cameras whose numbers are high: live, in playback, in downloads, in texts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.defects.live.rtp_extension import Extension
from nvr_emulator.defects.playback.chunk_changes import change_tlv
from nvr_emulator.defects.playback.order import each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage
from nvr_emulator.footage.recordings import Recording
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command
from nvr_protocol.timestamps import Ticks


@breaks("LIV-12")
def live_of_camera_17_shows_camera_1(recorder: Recorder) -> None:
    """Sends live video of camera 1 for camera 17, of 2 for 18, and so on, with the number asked for."""

    def source(
        original: Callable[[CameraSettings, str], Footage | Audio | None], camera: CameraSettings, comp: str
    ) -> Footage | Audio | None:
        return original(recorder.cameras.registered.get(camera.number % 16) or camera, comp)

    around(recorder.live_commands.source, source)


@breaks("LIV-12")
def live_names_cameras_in_seven_bits(recorder: Recorder) -> None:
    """Names camera 128 as camera 0 in live video."""

    def extension(original: Extension, stream: LiveStream, taken: Ticks) -> bytes:
        written = original(stream, taken)
        return written[:5] + bytes((written[5] & 0x7F,)) + written[6:]

    around(recorder.live.video.extension, extension)


@breaks("PLB-05")
def playback_of_camera_100_shows_camera_10(recorder: Recorder) -> None:
    """Records camera 10 where camera 100 is recorded: it reads two digits of a number."""

    def recording(original: Callable[[int], Recording], number: int) -> Recording:
        other = int(str(number)[:2])
        return original(other if other in recorder.cameras.registered else number)

    around(recorder.cameras.recording, recording)


@breaks("PLB-05")
def chunks_name_cameras_in_seven_bits(recorder: Recorder) -> None:
    """Names camera 128 as camera 0 in playback."""
    change_tlv(recorder, 0x0004, ">HH", lambda camera, rest: (camera & 0x7F, rest))


@breaks("PLB-32")
def mask_reads_sixty_four_digits(recorder: Recorder) -> None:
    """Plays none of the cameras beyond 64 that MASK names."""

    def alter(playback: Playback) -> None:
        def choose(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            original(frozenset(number for number in cameras if number <= 64))

        around(playback.choose, choose)

    each_playback(recorder, alter)


@breaks("DWN-11")
def downloads_of_high_numbers_are_of_the_first_camera(recorder: Recorder) -> None:
    """Gives the file of the first camera for cameras beyond 99."""

    def download_files(
        original: Callable[[Command, float], DownloadFiles], command: Command, now: float
    ) -> DownloadFiles:
        files = original(command, now)
        first = min(recorder.cameras.registered)
        if files.camera > 99:
            return dataclasses.replace(files, recording=recorder.cameras.recording(first))
        return files

    around(recorder.download_commands.download_files, download_files)


@breaks("INF-06")
def getinfo_reads_two_digits(recorder: Recorder) -> None:
    """Writes the first two digits of camera numbers beyond 99."""

    def connections(original: Callable[[float], Answer], now: float) -> Answer:
        answer = original(now)
        return dataclasses.replace(
            answer, content=re.sub(rb"CONNECT_(\d\d)\dCH", rb"CONNECT_\1CH", answer.body)
        )

    around(recorder.information.connections, connections)
