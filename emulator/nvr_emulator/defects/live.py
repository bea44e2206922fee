"""Defects of live streams: who gets what (§1.3, §2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.footage import ticks
from nvr_emulator.live import LivePicture, LiveStream, Transport
from nvr_emulator.recorder import Recorder
from nvr_emulator.replies import Refused, accepted

LARGE = (1, 3)
"""The models whose recorders have more than sixteen cameras."""


@breaks("LIV-01")
def screen_is_refused(recorder: Recorder) -> None:
    """Refuses hdrctl.cgi SCREEN=16X."""

    def refuse(*args: Any) -> Any:
        raise Refused(400, "SCREEN: 16X is not known")

    recorder.commands["live_setup"] = refuse


@breaks("LIV-02")
def rtp_to_the_next_port(recorder: Recorder) -> None:
    """Sends RTP to the port after the one that was asked for."""

    def start(original: Callable[..., LiveStream], *args: Any) -> LiveStream:
        uid, camera, comp, footage, destination, now = args
        moved = None if destination is None else (destination[0], destination[1] + 1)
        return original(uid, camera, comp, footage, moved, now)

    around(recorder.live, "start", start)


@breaks("LIV-03")
def rtp_after_stop(recorder: Recorder) -> None:
    """Goes on sending RTP after STOP."""
    _go_on_after_stop(recorder, Transport.RTP)


@breaks("LIV-18")
def http_after_stop(recorder: Recorder) -> None:
    """Goes on with an HTTP stream after STOP."""
    _go_on_after_stop(recorder, Transport.HTTP)


@breaks("LIV-21", models=LARGE)
def fifteen_live_streams(recorder: Recorder) -> None:
    """Sends fifteen live streams on one UID at most."""
    recorder.live.streams_per_uid = 15


@breaks("LIV-21", models=(2,))
def three_live_streams(recorder: Recorder) -> None:
    """Sends three live streams on one UID at most."""
    recorder.live.streams_per_uid = 3


@breaks("LIV-22", models=LARGE)
def seventeen_live_streams(recorder: Recorder) -> None:
    """Sends seventeen live streams on one UID."""
    recorder.live.streams_per_uid = 17


@breaks("LIV-23")
def camera_twice_on_one_uid(recorder: Recorder) -> None:
    """Sends one camera twice on one UID."""
    recorder.live.check_room = lambda *args: None  # type: ignore[method-assign]


@breaks("LIV-23")
def second_stream_ends_the_first(recorder: Recorder) -> None:
    """Refuses a second stream of a camera on one UID, and ends the first."""

    def check_room(original: Callable[..., None], uid: int, camera: int, comp: str) -> None:
        try:
            original(uid, camera, comp)
        except Refused:
            running = recorder.live.find(uid, camera)
            if running is not None:
                recorder.live.end(running, "a second stream was asked for")
            raise

    around(recorder.live, "check_room", check_room)


@breaks("LIV-24", "EXC-05")
def camera_for_one_uid(recorder: Recorder) -> None:
    """Sends a camera to one UID alone."""

    def check_room(original: Callable[..., None], uid: int, camera: int, comp: str) -> None:
        if any(stream.camera == camera for stream in recorder.live.streams()):
            raise Refused(503, "CAM: the camera streams on another UID")
        original(uid, camera, comp)

    around(recorder.live, "check_room", check_room)


@breaks("LIV-30")
def any_camera_number(recorder: Recorder) -> None:
    """Accepts live of a camera that is not registered."""
    original = recorder.commands["live_http"]

    def push(command: Any, *rest: Any) -> Any:
        if command.values["CAM"] not in recorder.cameras:
            return accepted()
        return original(command, *rest)

    recorder.commands["live_http"] = recorder.commands["live_rtp"] = push


@breaks("LIV-31")
def stream_ends_after_90_s(recorder: Recorder) -> None:
    """Ends a stream 90 s after its start, though its UID is kept alive."""

    def due(original: Callable[[int], Iterator[LivePicture]], now: int) -> Iterator[LivePicture]:
        for stream in recorder.live.streams():
            if now >= ticks(stream.started + 90):
                recorder.live.end(stream, "90 s are over")
        return original(now)

    around(recorder.live, "due", due)


@breaks("LIV-31")
def stream_pauses_at_90_s(recorder: Recorder) -> None:
    """Leaves out two seconds of a stream 90 s after its start."""

    def due(original: Callable[[int], Iterator[LivePicture]], now: int) -> Iterator[LivePicture]:
        for picture in original(now):
            age = picture.taken - ticks(picture.stream.started)
            if not ticks(90) <= age < ticks(92):
                yield picture

    around(recorder.live, "due", due)


def _go_on_after_stop(recorder: Recorder, transport: Transport) -> None:
    """Streams of one kind leave the table at STOP, and are sent all the same."""
    going_on: list[LiveStream] = []

    def stop(original: Callable[..., None], uid: int, camera: int, comp: str) -> None:
        stream = recorder.live.find(uid, camera)
        if stream is None or stream.transport is not transport:
            original(uid, camera, comp)
            return
        recorder.live.forget(stream)
        going_on.append(stream)

    def due(original: Callable[[int], Iterator[LivePicture]], now: int) -> Iterator[LivePicture]:
        yield from original(now)
        for stream in going_on:
            yield from recorder.live.due_of(stream, now)

    around(recorder.live, "stop", stop)
    around(recorder.live, "due", due)
