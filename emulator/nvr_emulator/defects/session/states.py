"""Defects of what one UID's state does to its life, to its streams and to the next UID (§1.3, §6)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request, accepted
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.urls import Command
from nvr_protocol.commands.values import Value

Busy = Callable[[Recorder, Session], bool]


@breaks("SES-06")
def uids_that_play_never_expire(recorder: Recorder) -> None:
    """Does not end a UID on which playback was started, however long it is left alone."""
    _never_expire(recorder, _plays)


@breaks("SES-06")
def uids_that_stream_never_expire(recorder: Recorder) -> None:
    """Does not end a UID on which a live stream runs."""
    _never_expire(recorder, _streams)


@breaks("SES-09")
def logout_is_ignored_in_playback(recorder: Recorder) -> None:
    """Accepts logout.cgi of a UID that plays, and does nothing."""
    _ignore_logout(recorder, _plays)


@breaks("SES-09")
def logout_is_ignored_in_live(recorder: Recorder) -> None:
    """Accepts logout.cgi of a UID on which a live stream runs, and does nothing."""
    _ignore_logout(recorder, _streams)


@breaks("SES-09")
def logout_is_ignored_during_a_download(recorder: Recorder) -> None:
    """Accepts logout.cgi of a UID whose download is under way, and does nothing."""
    _ignore_logout(recorder, lambda recorder, session: bool(recorder.downloads.running(session.uid)))


@breaks("SES-11")
def eviction_spares_playback(recorder: Recorder) -> None:
    """Throws out nobody who plays while there is somebody else."""
    _spare(recorder, _plays)


@breaks("SES-11")
def eviction_spares_live(recorder: Recorder) -> None:
    """Throws out nobody whose live stream runs while there is somebody else."""
    _spare(recorder, _streams)


@breaks("LIV-31")
def streams_live_by_status_alone(recorder: Recorder) -> None:
    """Ends live streams 90 s after the last status.cgi, though other commands keep their UID alive."""
    last: dict[int, float] = {}

    def session_of(original: Callable[[Command, float], Session], command: Command, now: float) -> Session:
        session = original(command, now)
        if command.key == "keep_alive":
            last[session.uid] = now
        elif now - last.get(session.uid, session.issued) > recorder.sessions.lifetime:
            recorder.live.end_uid(session.uid, "no keep-alive")
        return session

    around(recorder.login_commands.session_of, session_of)


@breaks("SES-13")
def uids_in_32_bits(recorder: Recorder) -> None:
    """Compares the lowest 32 bits of a UID with those that it has issued."""

    def find(original: Callable[[int], Session | None], uid: int) -> Session | None:
        alike = [session for session in recorder.sessions.valid() if not (session.uid - uid) % 2**32]
        return original(uid) or next(iter(alike), None)

    around(recorder.sessions.find, find)


@breaks("SES-13", models=(1, 2))
def uids_are_compared_as_far_as_they_go(recorder: Recorder) -> None:
    """Takes a UID with more digits behind one that it has issued."""

    def find(original: Callable[[int], Session | None], uid: int) -> Session | None:
        alike = [session for session in recorder.sessions.valid() if str(uid).startswith(str(session.uid))]
        return original(uid) or next(iter(alike), None)

    around(recorder.sessions.find, find)


@breaks("LIV-30")
def cameras_in_16_bits(recorder: Recorder) -> None:
    """Reads the lowest 16 bits of CAM."""

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        query = re.sub(
            r"(?<=CAM=)\d{5,12}", lambda found: str(int(found[0]) % 65_536), request.query, flags=re.ASCII
        )
        return original(dataclasses.replace(request, query=query), now)

    around(recorder.obey, obey)


@breaks("PLB-21")
def a_fresh_uid_inherits_the_speed(recorder: Recorder) -> None:
    """Goes on counting FF and REW of the UID that ended before, on the next one that is issued."""
    last: list[tuple[Operation, int]] = []

    def playback_of(original: Callable[[Session], Playback], session: Session) -> Playback:
        fresh = session.uid not in recorder.playbacks
        playback = original(session)
        if fresh and last:
            playback.operation, playback.speed = last.pop()
        return playback

    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        playback = recorder.playbacks.get(asked.session.uid)
        if playback is not None and playback.speed:
            last[:] = [(playback.operation, playback.speed)]
        return original(asked)

    around(recorder.playback_commands.playback_of, playback_of)
    around(recorder.login_commands.logout, logout)


def _plays(recorder: Recorder, session: Session) -> bool:
    playback = recorder.playbacks.get(session.uid)
    return playback is not None and playback.running


def _streams(recorder: Recorder, session: Session) -> bool:
    return bool(recorder.live.streams(session.uid))


@breaks("EXC-04")
def live_is_refused_behind_bplay_and_stop(recorder: Recorder) -> None:
    """Refuses live on a UID whose BPLAY was stopped, as if it went on."""
    stuck: set[int] = set()

    def play(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        uid = asked.session.uid
        playback = recorder.playbacks.get(uid)
        backward = playback is not None and playback.operation is Operation.REVERSE
        answer = original(asked)
        stuck.discard(uid)
        if backward and asked.command.key == "stop":
            stuck.add(uid)
        return answer

    def check_not_playing(original: Callable[[Session], None], session: Session) -> None:
        if session.uid in stuck:
            raise Refused(503, "UID: playback runs on it")
        original(session)

    around(recorder.playback_commands.play, play)
    around(recorder.exclusivity.check_not_playing, check_not_playing)


@breaks("EXC-05")
def live_of_several_cameras_bars_playback_of_all(recorder: Recorder) -> None:
    """Refuses playback to all UIDs while one of them has live of several cameras."""

    def check_not_live(original: Callable[[Session], None], session: Session) -> None:
        original(session)
        if any(len(recorder.live.pictures(other.uid)) > 1 for other in recorder.sessions.valid()):
            raise Refused(503, "UID: live runs")

    around(recorder.exclusivity.check_not_live, check_not_live)


@breaks("SES-13")
def expired_uid_hears_on(recorder: Recorder) -> None:
    """Gives audio of playback to a UID that has expired while it played."""
    ended: dict[Value, tuple[Session, Playback]] = {}

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        playback = recorder.playbacks.get(session.uid)
        original(session, ending, now)
        if ending is Ending.EXPIRED and playback is not None and playback.running:
            ended[session.uid] = session, playback

    def session_of(original: Callable[[Command, float], Session], command: Command, now: float) -> Session:
        known = ended.get(command.values["UID"]) if command.key == "playaudio" else None
        if known is None:
            return original(command, now)
        recorder.playbacks[known[0].uid] = known[1]
        return known[0]

    around(recorder.session_ended, session_ended)
    around(recorder.login_commands.session_of, session_of)


def _never_expire(recorder: Recorder, busy: Busy) -> None:
    def expires_at(original: Callable[[Session], float], session: Session) -> float:
        return session.last_command + 1e9 if busy(recorder, session) else original(session)

    around(recorder.sessions.expires_at, expires_at)


def _ignore_logout(recorder: Recorder, busy: Busy) -> None:
    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        return accepted() if busy(recorder, asked.session) else original(asked)

    around(recorder.login_commands.logout, logout)


def _spare(recorder: Recorder, busy: Busy) -> None:
    """Choose who makes room among those who are not busy, as long as there are any."""

    def choose_victim(original: Callable[[], Session]) -> Session:
        idle = [session for session in recorder.sessions.valid() if not busy(recorder, session)]
        return max(idle, key=lambda session: (session.priority, -session.number)) if idle else original()

    around(recorder.sessions.choose_victim, choose_victim)
