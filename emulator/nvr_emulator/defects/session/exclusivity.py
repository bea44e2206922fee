"""Defects of live or playback on one UID (§1.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from nvr_emulator.defects.live.packets import each_stream
from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.stream import LiveStream, Transport
from nvr_emulator.recorder.playback.operations import FAST
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation

Stop = Callable[[int, int, str], None]


@breaks("EXC-01")
def playback_beside_live(recorder: Recorder) -> None:
    """Allows playback on a UID on which live runs."""
    around(recorder.exclusivity.check_not_live, lambda original, session: None)


@breaks("EXC-01")
def playback_beside_the_rest_of_live(recorder: Recorder) -> None:
    """Allows playback on a UID as soon as one of its live streams was stopped."""
    stopped: set[int] = set()

    def stop(original: Stop, uid: int, camera: int, comp: str) -> None:
        stopped.add(uid)
        original(uid, camera, comp)

    def check(original: Callable[[Session], None], session: Session) -> None:
        if session.uid not in stopped:
            original(session)

    around(recorder.live.stop, stop)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-01")
def ff_and_pause_beside_live(recorder: Recorder) -> None:
    """Allows FF, REW, PAUSE, NEXTFRAME and PREVFRAME on a UID on which live runs."""
    commanded: dict[int, str] = {}

    def play(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        commanded[asked.session.uid] = asked.command.key
        return original(asked)

    def check(original: Callable[[Session], None], session: Session) -> None:
        if commanded.get(session.uid) not in ("fast", "step", "pause"):
            original(session)

    around(recorder.playback_commands.play, play)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-01")
def audio_of_playback_beside_live(recorder: Recorder) -> None:
    """Looks for live at camera.cgi alone: PLAYCMDs are taken beside it, and playaudio.cgi gives audio."""
    asks_for_pictures = [False]

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        asks_for_pictures[0] = True
        try:
            return original(asked)
        finally:
            asks_for_pictures[0] = False

    def check(original: Callable[[Session], None], session: Session) -> None:
        if asks_for_pictures[0]:
            original(session)

    around(recorder.playback_commands.camera, camera)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-01")
def stops_of_live_are_counted(recorder: Recorder) -> None:
    """Takes live for stopped once as many STOPs as STARTs came, whichever streams they were for."""
    running: Counter[int] = Counter()

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        reply = original(asked)
        running[asked.session.uid] += 1 if asked.command.text("CMD") == "START" else -1
        return reply

    def check(original: Callable[[Session], None], session: Session) -> None:
        if running[session.uid] > 0:
            original(session)

    around(recorder.live_commands.push, push)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-01")
def playback_beside_live_over_rtp(recorder: Recorder) -> None:
    """Allows playback on a UID whose live goes over RTP."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        if any(stream.transport is not Transport.RTP for stream in recorder.live.streams(session.uid)):
            original(session)

    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-01")
def playback_beside_live_of_another_camera(recorder: Recorder) -> None:
    """Allows playback on a UID as long as none of the cameras in MASK is live."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        playback = recorder.playbacks.get(session.uid)
        played = frozenset() if playback is None else playback.mask or frozenset()
        if not played or any(stream.camera in played for stream in recorder.live.streams(session.uid)):
            original(session)

    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-02")
def live_beside_playback(recorder: Recorder) -> None:
    """Allows live on a UID on which playback runs, and gives both."""
    allow_beside_playback(recorder, lambda asked: True)


@breaks("EXC-02")
def rtp_beside_playback(recorder: Recorder) -> None:
    """Allows live over RTP on a UID on which playback runs, and gives both."""
    allow_beside_playback(recorder, lambda asked: asked.command.key == "live_rtp")


@breaks("EXC-02")
def live_of_another_camera_beside_playback(recorder: Recorder) -> None:
    """Allows live of a camera that is not in MASK on a UID on which playback runs, and gives both."""

    def is_another(asked: Asked) -> bool:
        return asked.command.integer("CAM") not in (recorder.playbacks[asked.session.uid].mask or ())

    allow_beside_playback(recorder, is_another)


@breaks("EXC-02")
def live_beside_paused_playback(recorder: Recorder) -> None:
    """Allows live on a UID on which playback is paused, and gives both."""

    def is_paused(asked: Asked) -> bool:
        return recorder.playbacks[asked.session.uid].operation is Operation.PAUSE

    allow_beside_playback(recorder, is_paused)


@breaks("EXC-03")
def refused_live_counts(recorder: Recorder) -> None:
    """Refuses playback on a UID on which a START was refused, as if that stream ran for good."""
    counted: set[int] = set()

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        try:
            return original(asked)
        except Refused:
            if recorder.live.streams(asked.session.uid):
                counted.add(asked.session.uid)
            raise

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if session.uid in counted:
            raise Refused(503, "UID: live runs on it")

    around(recorder.live_commands.push, push)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-03")
def live_for_good(recorder: Recorder) -> None:
    """Refuses playback on a UID that has ever had live."""
    seen: set[int] = set()

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if session.uid in seen:
            raise Refused(503, "UID: it is one for live")

    each_stream(recorder, lambda stream: seen.add(stream.uid))
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-03")
def playback_waits_for_live_to_cool(recorder: Recorder) -> None:
    """Refuses playback on a UID for ten seconds after its live was stopped."""
    stopped: dict[int, float] = {}
    moment = moment_of(recorder)

    def stop(original: Stop, uid: int, camera: int, comp: str) -> None:
        stopped[uid] = moment()
        original(uid, camera, comp)

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if moment() - stopped.get(session.uid, float("-inf")) < 10:
            raise Refused(503, "UID: live has just been stopped")

    around(recorder.live.stop, stop)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-03")
def who_hangs_up_is_live_for_good(recorder: Recorder) -> None:
    """Refuses playback on a UID whose client has ever hung up on live, though that has ended."""
    hung_up: set[int] = set()

    def connection_lost(original: Callable[[LiveStream], None], stream: LiveStream) -> None:
        if stream.ended is None:
            hung_up.add(stream.uid)
        original(stream)

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if session.uid in hung_up:
            raise Refused(503, "UID: live runs")

    around(recorder.live_commands.connection_lost, connection_lost)
    around(recorder.exclusivity.check_not_live, check)


@breaks("EXC-04")
def playback_for_good(recorder: Recorder) -> None:
    """Refuses live on a UID that has ever had playback."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        playback = recorder.playbacks.get(session.uid)
        if playback is not None and playback.cursors:
            raise Refused(503, "UID: it is one for playback")

    around(recorder.exclusivity.check_not_playing, check)


@breaks("EXC-04")
def stopped_playback_keeps_one_camera(recorder: Recorder) -> None:
    """Refuses live of the camera that was played last, after playback was stopped."""
    last: dict[int, int] = {}

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        last[asked.session.uid] = asked.command.integer("CAM")
        return answer

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        command = asked.command
        starts = command.key == "live_http" and command.text("CMD") == "START"
        if starts and last.get(asked.session.uid) == command.integer("CAM"):
            raise Refused(503, "CAM: it plays")
        return original(asked)

    around(recorder.playback_commands.camera, camera)
    around(recorder.live_commands.push, push)


@breaks("EXC-04")
def live_is_to_be_set_up_again(recorder: Recorder) -> None:
    """Refuses live on a UID that had playback, until SCREEN=16X comes again."""
    played: set[int] = set()

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        played.add(asked.session.uid)
        return original(asked)

    def set_up(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        played.discard(asked.session.uid)
        return original(asked)

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        if asked.command.text("CMD") == "START" and asked.session.uid in played:
            raise Refused(503, "SCREEN: live is not set up")
        return original(asked)

    around(recorder.playback_commands.camera, camera)
    around(recorder.live_commands.set_up, set_up)
    around(recorder.live_commands.push, push)


@breaks("EXC-04")
def fast_play_leaves_playback_behind(recorder: Recorder) -> None:
    """Refuses live behind the STOP of FF and REW."""
    left: dict[int, bool] = {}

    def play(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        was = recorder.playback_commands.playback_of(asked.session).operation
        answer = original(asked)
        left[asked.session.uid] = asked.command.key == "stop" and was in FAST
        return answer

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if left.get(session.uid):
            raise Refused(503, "UID: playback runs on it")

    around(recorder.playback_commands.play, play)
    around(recorder.exclusivity.check_not_playing, check)


@breaks("EXC-05")
def live_jpeg_or_playback_for_all(recorder: Recorder) -> None:
    """Refuses live JPEG while playback runs on any UID."""

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        starts_jpeg = asked.command.text("COMP") == "JPEG" and asked.command.text("CMD") == "START"
        if starts_jpeg and any(playback.running for playback in recorder.playbacks.values()):
            raise Refused(503, "COMP: playback runs")
        return original(asked)

    around(recorder.live_commands.push, push)


@breaks("EXC-05")
def live_or_playback_for_all(recorder: Recorder) -> None:
    """Refuses live while playback runs on any UID."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if any(playback.running for playback in recorder.playbacks.values()):
            raise Refused(503, "playback runs")

    around(recorder.exclusivity.check_not_playing, check)


@breaks("EXC-05")
def playback_or_live_for_all(recorder: Recorder) -> None:
    """Refuses playback while live runs on any UID."""

    def check(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if recorder.live.streams():
            raise Refused(503, "live runs")

    around(recorder.exclusivity.check_not_live, check)


def allow_beside_playback(recorder: Recorder, allowed: Callable[[Asked], bool]) -> None:
    """Such a START is obeyed while playback runs, which goes on."""
    both: set[int] = set()

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        uid = asked.session.uid
        playback = recorder.playbacks.get(uid)
        if playback is None or not playback.running or not allowed(asked):
            return original(asked)
        both.add(uid)
        del recorder.playbacks[uid]
        try:
            return original(asked)
        finally:
            recorder.playbacks[uid] = playback

    def check(original: Callable[[Session], None], session: Session) -> None:
        if session.uid not in both:
            original(session)

    around(recorder.live_commands.push, push)
    around(recorder.exclusivity.check_not_live, check)
