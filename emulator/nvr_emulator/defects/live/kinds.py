"""Defects of one kind of stream alone: of JPEG, of audio, of a second camera (§1.3, §2, §6.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nvr_emulator.defects.live.packets import Packets, Start, each_picture, each_stream
from nvr_emulator.defects.registry import breaks
from nvr_emulator.defects.session.exclusivity import allow_beside_playback
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage, ticks
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.recorder.sessions import Ending, Session
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks

JPEG = "JPEG"
NOBODY = 0
"""The UID of a stream that outlives its own."""


@breaks("SES-14", "SES-15", "SES-16")
def jpeg_outlives_its_uid(recorder: Recorder) -> None:
    """Goes on sending JPEG when its UID ends."""
    _outlives(recorder, JPEG)


@breaks("SES-14", "SES-15", "SES-16")
def audio_outlives_its_uid(recorder: Recorder) -> None:
    """Goes on sending audio when its UID and its video end."""
    _outlives(recorder, AUDIO)


@breaks("LIV-04")
def other_cameras_have_a_dynamic_payload_type(recorder: Recorder) -> None:
    """Sends video of every camera but the first with payload type 96."""
    _of_other_cameras(recorder, lambda packet: packet[:1] + bytes([packet[1] & 0x80 | 96]) + packet[2:])


@breaks("LIV-06")
def other_cameras_have_no_marker(recorder: Recorder) -> None:
    """Sets the marker in video of the first camera alone."""
    _of_other_cameras(recorder, lambda packet: packet[:1] + bytes([packet[1] & 0x7F]) + packet[2:])


def _of_other_cameras(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    first = min(recorder.cameras.registered)

    def packets(stream: LiveStream, packets: Packets) -> Packets:
        return packets if stream.camera == first else [change(packet) for packet in packets]

    each_picture(recorder, packets)


@breaks("LIV-31")
def jpeg_ends_after_90_s(recorder: Recorder) -> None:
    """Ends a stream of JPEG 90 s after its start, though its UID is kept alive."""
    _end_at_90_s(recorder, lambda stream: stream.comp == JPEG)


@breaks("LIV-31")
def audio_ends_after_90_s(recorder: Recorder) -> None:
    """Ends a stream of audio 90 s after its start, though its UID is kept alive."""
    _end_at_90_s(recorder, lambda stream: stream.comp == AUDIO)


@breaks("LIV-31")
def second_camera_ends_after_90_s(recorder: Recorder) -> None:
    """Ends what a UID has live besides its first stream 90 s after its start, though it is kept alive."""
    _end_at_90_s(recorder, lambda stream: stream.number != recorder.live.pictures(stream.uid)[0].number)


@breaks("LIV-18")
def jpeg_after_stop(recorder: Recorder) -> None:
    """Goes on sending JPEG after STOP."""
    _deaf_to_stop(recorder, JPEG)


@breaks("LIV-03", "LIV-18")
def audio_after_stop(recorder: Recorder) -> None:
    """Goes on sending audio after STOP, while its video runs."""
    _deaf_to_stop(recorder, AUDIO)


@breaks("LIV-03", "LIV-18")
def stop_of_audio_ends_its_video(recorder: Recorder) -> None:
    """Ends video of a camera at STOP of its audio."""

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        video = recorder.live.find(uid, camera)
        original(uid, camera, comp)
        if comp == AUDIO and video is not None:
            recorder.live.end(video, "its audio was stopped")

    around(recorder.live.stop, stop)


@breaks("LIV-24")
def jpeg_for_one_uid(recorder: Recorder) -> None:
    """Sends JPEG of a camera to one UID alone."""
    _for_one_uid(recorder, JPEG)


@breaks("LIV-24")
def audio_for_one_uid(recorder: Recorder) -> None:
    """Sends audio of a camera to one UID alone."""
    _for_one_uid(recorder, AUDIO)


@breaks("LIV-19")
def jpeg_starts_once(recorder: Recorder) -> None:
    """Refuses JPEG of a camera to a UID that had it before."""
    had: set[tuple[int, int]] = set()

    def may_start(uid: int, camera: int) -> bool:
        again = (uid, camera) in had
        had.add((uid, camera))
        return not again

    _before_start(recorder, JPEG, may_start)


@breaks("LIV-26")
def audio_goes_to_the_port_of_its_video(recorder: Recorder) -> None:
    """Sends audio over RTP to the port to which video of its camera goes, whatever its own PORT is."""

    def divert(stream: LiveStream) -> None:
        video = recorder.live.find(stream.uid, stream.camera)
        if stream.comp == AUDIO and stream.destination and video is not None and video.destination:
            stream.destination = video.destination

    each_stream(recorder, divert)


@breaks("EXC-01")
def playback_beside_jpeg(recorder: Recorder) -> None:
    """Allows playback on a UID on which nothing but JPEG is live."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        if any(stream.comp != JPEG for stream in recorder.live.streams(session.uid)):
            original(session)

    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-02")
def jpeg_beside_playback(recorder: Recorder) -> None:
    """Allows live JPEG on a UID on which playback runs, and gives both."""
    allow_beside_playback(recorder, lambda asked: asked.command.values.get("COMP") == JPEG)


def _outlives(recorder: Recorder, comp: str) -> None:
    def end_streams(original: Callable[[Session, Ending], None], session: Session, ending: Ending) -> None:
        for stream in recorder.live.streams(session.uid):
            if stream.comp == comp:
                stream.uid = NOBODY
        for stream in recorder.live.streams(session.uid):
            recorder.live.end(stream, ending.value)

    around(recorder.end_streams, end_streams)


def _end_at_90_s(recorder: Recorder, ends: Callable[[LiveStream], bool]) -> None:
    def due(original: Callable[[Ticks], Iterator[LivePicture]], now: Ticks) -> Iterator[LivePicture]:
        for stream in recorder.live.streams():
            if now >= ticks(stream.started + 90) and ends(stream):
                recorder.live.end(stream, "90 s are over")
        return original(now)

    around(recorder.live.due, due)


def _deaf_to_stop(recorder: Recorder, deaf: str) -> None:
    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        if comp != deaf:
            original(uid, camera, comp)

    around(recorder.live.stop, stop)


def _for_one_uid(recorder: Recorder, comp: str) -> None:
    def may_start(uid: int, camera: int) -> bool:
        streams = (stream for stream in recorder.live.streams() if stream.uid != uid)
        return not any((stream.camera, stream.comp) == (camera, comp) for stream in streams)

    _before_start(recorder, comp, may_start)


def _before_start(recorder: Recorder, kind: str, may_start: Callable[[int, int], bool]) -> None:
    """Refuse such a stream where it may not start, by UID and camera."""

    def start(
        original: Start,
        uid: int,
        camera: int,
        comp: str,
        source: Footage | Audio | None,
        destination: tuple[str, int] | None,
        now: float,
    ) -> LiveStream:
        if comp == kind and not may_start(uid, camera):
            raise Refused(503, f"CAM: {comp} of camera {camera} is not to be had")
        return original(uid, camera, comp, source, destination, now)

    around(recorder.live.start, start)
