"""Defects of live streams: where to, from when, and for how long (§2, §6.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nvr_emulator.defects.live.packets import each_stream
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS, Gop, ticks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream, Transport
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, accepted
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks


@breaks("LIV-01")
def screen_is_refused(recorder: Recorder) -> None:
    """Refuses hdrctl.cgi SCREEN=16X."""

    def set_up(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        raise Refused(400, "SCREEN: 16X is not known")

    around(recorder.live_commands.set_up, set_up)


@breaks("LIV-02")
def rtp_to_the_next_port(recorder: Recorder) -> None:
    """Sends RTP to the port after the one that was asked for."""
    _move_port(recorder, lambda port: port % 65535 + 1)


@breaks("LIV-02")
def ports_of_fifteen_bits(recorder: Recorder) -> None:
    """Loses the highest bit of the port that RTP is to be sent to."""
    _move_port(recorder, lambda port: port & 0x7FFF)


@breaks("LIV-02")
def highest_port_is_refused(recorder: Recorder) -> None:
    """Refuses START with PORT=65535."""
    _refuse_port(recorder, 65535)


@breaks("LIV-02")
def lowest_port_is_refused(recorder: Recorder) -> None:
    """Refuses START with PORT=1."""
    _refuse_port(recorder, 1)


@breaks("LIV-02")
def rtp_to_the_port_of_the_first_start(recorder: Recorder) -> None:
    """Sends RTP to the port of the first START of a camera and codec on a UID, whatever a later one says."""
    ports: dict[tuple[int, int, str], tuple[str, int]] = {}

    def divert(stream: LiveStream) -> None:
        if stream.destination is not None and stream.comp != AUDIO:
            key = stream.uid, stream.camera, stream.comp
            stream.destination = ports.setdefault(key, stream.destination)

    each_stream(recorder, divert)


@breaks("LIV-02")
def rtp_is_accepted_and_not_sent(recorder: Recorder) -> None:
    """Accepts START with a PORT, and sends nothing."""

    def silence(stream: LiveStream) -> None:
        if stream.transport is Transport.RTP and stream.comp != AUDIO:
            stream.gop = None

    each_stream(recorder, silence)


@breaks("LIV-03")
def rtp_after_stop(recorder: Recorder) -> None:
    """Goes on sending RTP after STOP."""
    _go_on_after_stop(recorder, Transport.RTP)


@breaks("LIV-03")
def rtp_for_a_second_after_stop(recorder: Recorder) -> None:
    """Goes on sending RTP for one second after STOP."""
    _go_on_after_stop(recorder, Transport.RTP, pictures=5)


@breaks("LIV-03")
def stop_ends_rtp_of_all_cameras(recorder: Recorder) -> None:
    """Ends all RTP streams of a UID at STOP of one."""
    _stop_ends_all(recorder, Transport.RTP)


@breaks("LIV-18")
def http_after_stop(recorder: Recorder) -> None:
    """Goes on with an HTTP stream after STOP."""
    _go_on_after_stop(recorder, Transport.HTTP)


@breaks("LIV-18")
def http_answer_without_end(recorder: Recorder) -> None:
    """Sends nothing more over HTTP after STOP, and does not end the answer."""
    _go_on_after_stop(recorder, Transport.HTTP, pictures=0)


@breaks("LIV-18")
def stop_ends_http_of_all_cameras(recorder: Recorder) -> None:
    """Ends all HTTP streams of a UID at STOP of one."""
    _stop_ends_all(recorder, Transport.HTTP)


@breaks("LIV-31")
def stream_ends_after_90_s(recorder: Recorder) -> None:
    """Ends a stream 90 s after its start, though its UID is kept alive."""
    _end_at(recorder, 90.0, tuple(Transport))


@breaks("LIV-31")
def stream_ends_after_five_minutes(recorder: Recorder) -> None:
    """Ends a stream five minutes after its start, though its UID is kept alive."""
    _end_at(recorder, 300.0, tuple(Transport))


@breaks("LIV-31")
def http_stream_ends_after_90_s(recorder: Recorder) -> None:
    """Ends an HTTP stream 90 s after its start, though its UID is kept alive."""
    _end_at(recorder, 90.0, (Transport.HTTP,))


@breaks("LIV-31")
def stream_pauses_at_90_s(recorder: Recorder) -> None:
    """Leaves out two seconds of a stream 90 s after its start."""

    def due(original: Callable[[Ticks], Iterator[LivePicture]], now: Ticks) -> Iterator[LivePicture]:
        for picture in original(now):
            age = picture.taken - ticks(picture.stream.started)
            if not ticks(90) <= age < ticks(92):
                yield picture

    around(recorder.live.due, due)


@breaks("LIV-32")
def key_picture_after_15_s(recorder: Recorder) -> None:
    """Sends no key picture in the first 15 s of a stream."""
    _without_key_pictures(recorder, 15)


@breaks("LIV-32")
def no_key_pictures(recorder: Recorder) -> None:
    """Never sends a key picture."""
    _without_key_pictures(recorder, float("inf"))


@breaks("LIV-34")
def camera_stays_taken(recorder: Recorder) -> None:
    """Keeps an HTTP stream running when its client has hung up."""
    around(recorder.live_commands.connection_lost, lambda original, stream: None)


@breaks("LIV-34")
def camera_is_lost_with_its_client(recorder: Recorder) -> None:
    """Ends an HTTP stream when its client hangs up, and refuses that camera to that UID ever after."""
    lost: set[tuple[int, int]] = set()

    def connection_lost(original: Callable[[LiveStream], None], stream: LiveStream) -> None:
        if stream.ended is None:
            lost.add((stream.uid, stream.camera))
        original(stream)

    def check_room(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        original(uid, camera, comp)
        if (uid, camera) in lost:
            raise Refused(503, "CAM: the camera is taken")

    around(recorder.live_commands.connection_lost, connection_lost)
    around(recorder.live.check_room, check_room)


def _refuse_port(recorder: Recorder, refused: int) -> None:
    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        if asked.command.values.get("PORT") == refused:
            raise Refused(400, f"PORT: {refused} is no port")
        return original(asked)

    around(recorder.live_commands.push, push)


def _move_port(recorder: Recorder, move: Callable[[int], int]) -> None:
    def divert(stream: LiveStream) -> None:
        if stream.destination is not None and stream.comp != AUDIO:
            stream.destination = (stream.destination[0], move(stream.destination[1]))

    each_stream(recorder, divert)


def _go_on_after_stop(recorder: Recorder, transport: Transport, pictures: int | None = None) -> None:
    """Streams of one kind leave the table at STOP, and `pictures` (None: all) are sent all the same."""
    going_on: list[tuple[LiveStream, int | None]] = []

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        stream = recorder.live.find(uid, camera)
        if stream is None or stream.comp != comp or stream.transport is not transport:
            original(uid, camera, comp)
            return
        recorder.live.forget(stream)
        going_on.append((stream, None if pictures is None else stream.pictures_sent + pictures))

    def due(original: Callable[[Ticks], Iterator[LivePicture]], now: Ticks) -> Iterator[LivePicture]:
        yield from original(now)
        for stream, until in going_on:
            if until is None or stream.pictures_sent < until:
                yield from recorder.live.due_of(stream, now)

    around(recorder.live.stop, stop)
    around(recorder.live.due, due)


def _stop_ends_all(recorder: Recorder, transport: Transport) -> None:
    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        stopped = recorder.live.find(uid, camera)
        original(uid, camera, comp)
        if stopped is not None and stopped.comp == comp and stopped.transport is transport:
            for stream in recorder.live.pictures(uid):
                if stream.transport is transport:
                    recorder.live.end(stream, "another was stopped")

    around(recorder.live.stop, stop)


def _end_at(recorder: Recorder, seconds: float, transports: tuple[Transport, ...]) -> None:
    def due(original: Callable[[Ticks], Iterator[LivePicture]], now: Ticks) -> Iterator[LivePicture]:
        for stream in recorder.live.streams():
            if stream.transport in transports and now >= ticks(stream.started + seconds):
                recorder.live.end(stream, f"{seconds:.0f} s are over")
        return original(now)

    around(recorder.live.due, due)


def _without_key_pictures(recorder: Recorder, seconds: float) -> None:
    """The second picture of a GOP stands in for its first while a stream is younger than that."""

    young = [False]

    def picture(original: Callable[[LiveStream], LivePicture], stream: LiveStream) -> LivePicture:
        young[0] = stream.gop is not None and stream.gop.start < (stream.started + seconds) * TICKS
        return original(stream)

    def payloads_of(
        original: Callable[[Gop, int, int], list[bytes]], gop: Gop, picture: int, size: int
    ) -> list[bytes]:
        return original(gop, max(picture, 1) if young[0] else picture, size)

    around(recorder.live.picture, picture)
    around(recorder.live.video.payloads_of, payloads_of)


@breaks("LIV-18")
def short_stop_leaves_jpeg(recorder: Recorder) -> None:
    """Answers STOP of JPEG without INTERNETMODE, and sends on."""

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        values = asked.command.values
        if values["CMD"] == "STOP" and values["COMP"] == "JPEG" and "INTERNETMODE" not in values:
            return accepted()
        return original(asked)

    around(recorder.live_commands.push, push)


@breaks("LIV-18")
def stop_of_video_ends_audio_of_others(recorder: Recorder) -> None:
    """Ends the audio of all cameras of a UID when the video of one is stopped."""

    def stop(original: Callable[[int, int, str], None], uid: int, camera: int, comp: str) -> None:
        had = recorder.live.find(uid, camera)
        original(uid, camera, comp)
        if had is not None and had.ended and comp != AUDIO:
            for stream in recorder.live.streams(uid):
                if stream.comp == AUDIO:
                    recorder.live.end(stream, "stopped")

    around(recorder.live.stop, stop)
