"""Defects of how long UIDs live (§1.3, §6.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command

NO_CONTENT = 204
LATE = 5.0  # seconds


@breaks("SES-07")
def late_keep_alive_is_lost(recorder: Recorder) -> None:
    """Takes a command of the last five of the 90 seconds, and does not start them again."""

    def touch(original: Callable[[Session, float], None], session: Session, now: float) -> None:
        if now - session.last_command <= recorder.sessions.lifetime - LATE:
            original(session, now)

    around(recorder.sessions.touch, touch)


@breaks("SES-06")
def lifetime_of_80_s(recorder: Recorder) -> None:
    """Ends a UID after 80 s."""
    recorder.sessions.lifetime = 80.0


@breaks("SES-06")
def lifetime_a_bit_short(recorder: Recorder) -> None:
    """Ends a UID after 89.8 s."""
    recorder.sessions.lifetime = 89.8


@breaks("SES-06")
def lifetime_a_bit_long(recorder: Recorder) -> None:
    """Ends a UID after 90.2 s."""
    recorder.sessions.lifetime = 90.2


@breaks("SES-06")
def lifetime_of_100_s(recorder: Recorder) -> None:
    """Ends a UID after 100 s."""
    recorder.sessions.lifetime = 100.0


@breaks("SES-06")
def uids_never_expire(recorder: Recorder) -> None:
    """Ends a UID at logout and eviction alone."""
    recorder.sessions.lifetime = 1e9


@breaks("SES-06")
def keep_alive_gives_two_minutes(recorder: Recorder) -> None:
    """Lets a UID live for 120 s after a keep-alive."""
    _after(recorder, ("keep_alive",), lambda session, before: session.last_command + 30.0)


@breaks("SES-06")
def who_downloads_stays(recorder: Recorder) -> None:
    """Never ends a UID whose last command was a download."""
    _after(recorder, ("download",), lambda session, before: session.last_command + 1e9)


@breaks("SES-06")
def who_hung_up_never_expires(recorder: Recorder) -> None:
    """Never ends a UID whose client has hung up on live over HTTP."""
    lost: set[int] = set()

    def connection_lost(original: Callable[[LiveStream], None], stream: LiveStream) -> None:
        if stream.ended is None:
            lost.add(stream.uid)
        original(stream)

    def expires_at(original: Callable[[Session], float], session: Session) -> float:
        return float("inf") if session.uid in lost else original(session)

    around(recorder.live_commands.connection_lost, connection_lost)
    around(recorder.sessions.expires_at, expires_at)


@breaks("SES-07", "SES-17", "LIV-31")
def keep_alive_is_ignored(recorder: Recorder) -> None:
    """Does not start the 90 s again at status.cgi."""
    _without_touch("keep_alive")(recorder)


@breaks("SES-07")
def keep_alive_gives_88_s(recorder: Recorder) -> None:
    """Lets a UID live for 88 s after a keep-alive."""
    _after(recorder, ("keep_alive",), lambda session, before: session.last_command - 2.0)


@breaks("SES-08")
def live_setup_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at hdrctl.cgi SCREEN=16X."""
    _without_touch("live_setup")(recorder)


@breaks("SES-08")
def push_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi with INTERNETMODE."""
    _without_touch("live_http")(recorder)


@breaks("SES-08")
def rtp_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi with PORT."""
    _without_touch("live_rtp")(recorder)


@breaks("SES-08")
def stop_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi CMD=STOP."""
    _without_touch("live_http", "live_rtp", only=("CMD", "STOP"))(recorder)


@breaks("SES-08")
def mask_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at MASK."""
    _without_touch("mask")(recorder)


@breaks("SES-08")
def play_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at PLAYCMD."""
    _without_touch("play", "reverse", "pause", "step", "goto", "fast", "stop")(recorder)


@breaks("SES-08")
def camera_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at camera.cgi."""
    _without_touch("camera")(recorder)


@breaks("SES-08")
def camera_control_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at directctrl.cgi and camctl.cgi."""
    _without_touch("pan_tilt_zoom", "centering", "focus", "iris", "preset_set", "preset_go", "auxiliary")(
        recorder
    )


@breaks("SES-08")
def logs_do_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at loglist.cgi."""
    _without_touch("log_errors", "log_events")(recorder)


@breaks("SES-08")
def download_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at httpdl.cgi."""
    _without_touch("download")(recorder)


@breaks("SES-17")
def uid_lives_five_minutes(recorder: Recorder) -> None:
    """Ends a UID five minutes after its issue, though it is kept alive."""

    def expires_at(original: Callable[[Session], float], session: Session) -> float:
        return min(original(session), session.issued + 300.0)

    around(recorder.sessions.expires_at, expires_at)


@breaks("SES-08")
def rew_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at PLAYCMD=REW."""
    _without_touch("fast", only=("PLAYCMD", "REW"))(recorder)


@breaks("SES-08")
def prevframe_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at PLAYCMD=PREVFRAME."""
    _without_touch("step", only=("PLAYCMD", "PREVFRAME"))(recorder)


@breaks("SES-08")
def jpeg_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi COMP=JPEG."""
    _without_touch("live_http", only=("COMP", "JPEG"))(recorder)


@breaks("SES-08")
def audio_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi COMP=AUDIO."""
    _without_touch("live_http", "live_rtp", only=("COMP", "AUDIO"))(recorder)


@breaks("SES-08")
def mp4_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at httpdl.cgi KIND=MP4VO."""
    _without_touch("download", only=("KIND", "MP4VO"))(recorder)


@breaks("SES-08")
def no_picture_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at camera.cgi that finds no picture."""
    _where_nothing_is_found(recorder, recorder.playback_commands.camera)


@breaks("SES-08")
def no_audio_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at playaudio.cgi that finds no audio."""
    _where_nothing_is_found(recorder, recorder.playback_commands.playaudio)


def _where_nothing_is_found(recorder: Recorder, command: Callable[[Asked], Answer]) -> None:
    """A command that finds nothing leaves the lifetime as it is."""
    before: dict[int, float] = {}

    def touch(original: Callable[[Session, float], None], session: Session, now: float) -> None:
        before[session.uid] = session.last_command
        original(session, now)

    def give(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        if answer.no_picture or answer.status == NO_CONTENT:
            asked.session.last_command = before[asked.session.uid]
        return answer

    around(recorder.sessions.touch, touch)
    around(command, give)


@breaks("SES-17")
def fifteen_keep_alives(recorder: Recorder) -> None:
    """Takes fifteen keep-alives of a UID, and ignores those that follow."""
    counts: dict[int, int] = {}

    def last_command(session: Session, before: float) -> float:
        counts[session.uid] = counts.get(session.uid, 0) + 1
        return session.last_command if counts[session.uid] <= 15 else before

    _after(recorder, ("keep_alive",), last_command)


def _without_touch(*keys: str, only: tuple[str, str] | None = None) -> Callable[[Recorder], None]:
    """Commands of these keys (with that value of a parameter alone) leave the lifetime as it is."""

    def plant(recorder: Recorder) -> None:
        _after(recorder, keys, lambda session, before: before, only)

    return plant


def _after(
    recorder: Recorder,
    keys: tuple[str, ...],
    last_command: Callable[[Session, float], float],
    only: tuple[str, str] | None = None,
) -> None:
    """What counts as the last command's time after one of these; `last_command` is given the time before."""

    def session_of(original: Callable[[Command, float], Session], command: Command, now: float) -> Session:
        session = recorder.sessions.find(command.integer("UID"))
        before = session.last_command if session else now
        session = original(command, now)
        if command.key in keys and (only is None or command.values.get(only[0]) == only[1]):
            session.last_command = last_command(session, before)
        return session

    around(recorder.login_commands.session_of, session_of)
