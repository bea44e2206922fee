"""Defects of one camera that several UIDs have live (§1.3)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.live.limits import LARGE
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import around

JPEG = "JPEG"


@breaks("LIV-24")
def camera_for_one_uid(recorder: Recorder) -> None:
    """Sends a camera to one UID alone."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        if any(stream.camera == camera and stream.uid != uid for stream in recorder.live.streams()):
            raise Refused(503, "CAM: the camera streams on another UID")
        original(uid, camera, comp)

    around(recorder.live.check_room, check_room)


@breaks("LIV-24")
def stop_ends_the_camera_for_all(recorder: Recorder) -> None:
    """Ends the streams of a camera on all UIDs at STOP on one."""

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        for stream in recorder.live.streams():
            if stream.camera == camera and stream.comp == comp:
                recorder.live.end(stream, "stopped, perhaps elsewhere")

    around(recorder.live.stop, stop)


@breaks("LIV-24", models=LARGE)
def sixteen_live_streams_for_all(recorder: Recorder) -> None:
    """Sends sixteen live streams at most, on all UIDs together."""

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        original(uid, camera, comp)
        running = [stream for stream in recorder.live.streams() if stream.comp != AUDIO]
        if len(running) >= recorder.live.streams_per_uid:
            raise Refused(503, "CAM: too many live streams")

    around(recorder.live.check_room, check_room)


@breaks("LIV-24")
def stop_of_audio_and_jpeg_ends_it_for_all(recorder: Recorder) -> None:
    """Ends audio or JPEG of a camera on all UIDs at STOP on one."""

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        original(uid, camera, comp)
        if comp in (AUDIO, JPEG):
            for stream in recorder.live.streams():
                if stream.camera == camera and stream.comp == comp:
                    recorder.live.end(stream, "stopped elsewhere")

    around(recorder.live.stop, stop)


@breaks("LIV-24")
def two_viewers_share_pictures(recorder: Recorder) -> None:
    """Gives each picture between key pictures to one of the UIDs that watch a camera, in turn."""

    def is_anothers(stream: LiveStream, number: int, of: int) -> bool:
        return _is_video(stream) and stream.picture > 0 and stream.picture % of != number

    _leave_out(recorder, is_anothers)


@breaks("LIV-24")
def second_viewer_gets_half_the_rate(recorder: Recorder) -> None:
    """Leaves out the second half of each GOP for all but the first UID that watches a camera."""

    def is_late(stream: LiveStream, number: int, of: int) -> bool:
        in_second_half = stream.gop is not None and 2 * stream.picture >= stream.gop.pictures
        return _is_video(stream) and number > 0 and in_second_half

    _leave_out(recorder, is_late)


@breaks("LIV-24")
def two_listeners_share_audio(recorder: Recorder) -> None:
    """Gives each unit of audio to one of the UIDs that listen to a camera, in turn."""
    _leave_out(recorder, lambda stream, number, of: stream.comp == AUDIO and stream.ordinal() % of != number)


@breaks("LIV-24")
def two_viewers_share_jpeg(recorder: Recorder) -> None:
    """Gives each JPEG picture to one of the UIDs that watch a camera, in turn."""
    _leave_out(recorder, lambda stream, number, of: stream.comp == JPEG and stream.ordinal() % of != number)


def _is_video(stream: LiveStream) -> bool:
    return stream.comp not in (AUDIO, JPEG)


def _leave_out(recorder: Recorder, skips: Callable[[LiveStream, int, int], bool]) -> None:
    """Never make a picture that `skips` names: it is given the stream, which it is of those of its kind and
    camera on all UIDs, from 0, and how many there are."""

    def next_picture(
        original: Callable[[LiveStream], LivePicture | None], stream: LiveStream
    ) -> LivePicture | None:
        alike = [
            other
            for other in recorder.live.streams()
            if (other.camera, other.comp) == (stream.camera, stream.comp)
        ]
        if stream in alike and skips(stream, alike.index(stream), len(alike)):
            stream.step()
            return None
        return original(stream)

    around(recorder.live.next_picture, next_picture)
