"""Defects of how many live streams a UID and a camera may have, and of which cameras there are (§1.3, §2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.live.packets import each_stream
from nvr_emulator.defects.registry import breaks, with_values
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused, Reply
from nvr_emulator.seams import around

LARGE = (1, 3)
"""The models whose recorders have more than sixteen cameras."""


@breaks("LIV-21", models=LARGE)
def fifteen_live_streams(recorder: Recorder) -> None:
    """Sends fifteen live streams on one UID at most."""
    recorder.live.streams_per_uid = 15


@breaks("LIV-21", models=(2,))
def three_live_streams(recorder: Recorder) -> None:
    """Sends three live streams on one UID at most."""
    recorder.live.streams_per_uid = 3


@breaks("LIV-21")
def last_stream_stays_silent(recorder: Recorder) -> None:
    """Accepts as many live streams as it must, and sends nothing on the last."""
    most = min(recorder.live.streams_per_uid, len(recorder.cameras.registered))

    def silence(stream: LiveStream) -> None:
        if stream.comp != AUDIO and len(recorder.live.pictures(stream.uid)) == most:
            stream.gop = None

    each_stream(recorder, silence)


@breaks("LIV-21")
def a_refused_start_ends_all_streams(recorder: Recorder) -> None:
    """Ends all live streams of a UID where it refuses another one: one too many, or of the same camera."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        try:
            original(uid, camera, comp)
        except Refused:
            recorder.live.end_uid(uid, "refused")
            raise

    around(recorder.live.check_room, check_room)


@breaks("LIV-22", models=LARGE)
def seventeen_live_streams(recorder: Recorder) -> None:
    """Sends seventeen live streams on one UID."""
    recorder.live.streams_per_uid = 17


@breaks("LIV-22", models=LARGE)
def jpeg_is_not_counted(recorder: Recorder) -> None:
    """Sends JPEG beside sixteen live streams on one UID."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        if comp != "JPEG" or recorder.live.find(uid, camera) is not None:
            original(uid, camera, comp)

    around(recorder.live.check_room, check_room)


@breaks("LIV-23")
def jpeg_beside_video_of_a_camera(recorder: Recorder) -> None:
    """Sends a camera's JPEG on a UID on which its video runs."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        original(uid, 0 if comp == "JPEG" else camera, comp)

    around(recorder.live.check_room, check_room)


@breaks("LIV-23")
def camera_twice_on_one_uid(recorder: Recorder) -> None:
    """Sends one camera twice on one UID."""
    around(recorder.live.check_room, lambda original, uid, camera, comp: original(uid, 0, comp))


@breaks("LIV-23")
def camera_in_two_codecs_on_one_uid(recorder: Recorder) -> None:
    """Sends one camera twice on one UID where the codecs differ."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        running = recorder.live.find(uid, camera)
        original(uid, 0 if running is not None and running.comp != comp else camera, comp)

    around(recorder.live.check_room, check_room)


@breaks("LIV-07")
def a_refused_start_moves_the_numbers(recorder: Recorder) -> None:
    """Goes on with other sequence numbers where it refuses a second START of a camera on one UID."""

    def move(stream: LiveStream) -> None:
        stream.sequence = (stream.sequence + 30_000) & 0xFFFF

    _when_refused(recorder, move)


@breaks("LIV-09")
def a_refused_start_renews_the_ssrc(recorder: Recorder) -> None:
    """Goes on under another SSRC where it refuses a second START of a camera on one UID."""

    def renew(stream: LiveStream) -> None:
        stream.ssrc = (stream.ssrc * 7 + 13) & 0xFFFF_FFFF

    _when_refused(recorder, renew)


def _when_refused(recorder: Recorder, alter: Callable[[LiveStream], None]) -> None:
    """Alter the stream of a camera at a START of it that is refused."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        try:
            original(uid, camera, comp)
        except Refused:
            if (running := recorder.live.find(uid, camera)) is not None:
                alter(running)
            raise

    around(recorder.live.check_room, check_room)


@breaks("LIV-30")
def camera_numbers_of_eight_bits(recorder: Recorder) -> None:
    """Takes camera 257 for camera 1."""
    _other_camera(recorder, lambda camera: camera & 0xFF)


@breaks("LIV-30", models=LARGE)
def first_camera_instead_of_none(recorder: Recorder) -> None:
    """Sends camera 1 where a camera is not registered."""
    _other_camera(recorder, lambda camera: 1 if camera <= recorder.plan.channels else camera)


@breaks("LIV-30")
def jpeg_of_camera_1_instead_of_none(recorder: Recorder) -> None:
    """Sends JPEG of camera 1 where a camera is not registered, or cannot be."""
    _other_camera(recorder, lambda camera: 1, lambda comp: comp == "JPEG")


def _other_camera(
    recorder: Recorder, instead: Callable[[int], int], of: Callable[[str], bool] = lambda comp: True
) -> None:
    """START of a camera that is not registered is taken for another, where its COMP is one of these."""

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        camera = asked.command.integer("CAM")
        if camera in recorder.cameras.registered or not of(asked.command.text("COMP")):
            return original(asked)
        return original(with_values(asked, CAM=instead(camera)))

    around(recorder.live_commands.push, push)


@breaks("LIV-21", models=LARGE)
def refused_start_takes_a_place(recorder: Recorder) -> None:
    """Counts a START that is refused as a stream of its UID."""
    refused: dict[int, int] = {}

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        running = len(recorder.live.pictures(uid))
        if refused.get(uid) and running + refused[uid] >= recorder.live.streams_per_uid:
            raise Refused(503, "CAM: no stream is left on this UID")
        try:
            original(uid, camera, comp)
        except Refused:
            refused[uid] = refused.get(uid, 0) + 1
            raise

    around(recorder.live.check_room, check_room)


@breaks("LIV-21", models=LARGE)
def stop_by_the_first_digit(recorder: Recorder) -> None:
    """Stops at STOP of camera 1 those whose numbers begin with it, too."""

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        original(uid, camera, comp)
        for stream in recorder.live.streams(uid):
            if str(stream.camera).startswith(str(camera)) and stream.comp == comp:
                recorder.live.end(stream, "stopped")

    around(recorder.live.stop, stop)
