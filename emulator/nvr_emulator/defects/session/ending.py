"""Defects of what happens when a UID ends, and to those who use it afterwards (§1.3, §6.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.stream import Transport
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request, accepted
from nvr_emulator.recorder.sessions import Ending, Session
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command, parse_command

NEVER_ISSUED = None
ANY_REASON = (NEVER_ISSUED, *Ending)
NOT_FOUND = 404

SessionOf = Callable[[Command, float], Session]


@breaks("SES-09")
def logout_keeps_the_uid(recorder: Recorder) -> None:
    """Stops what runs at logout.cgi, and keeps the UID valid."""

    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        recorder.session_ended(asked.session, Ending.LOGGED_OUT, asked.now)
        return accepted()

    around(recorder.login_commands.logout, logout)


@breaks("SES-09")
def logout_takes_its_time(recorder: Recorder) -> None:
    """Stops what runs at logout.cgi, and ends the UID five seconds later."""

    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        recorder.session_ended(asked.session, Ending.LOGGED_OUT, asked.now)
        asked.session.last_command = asked.now + 5.0 - recorder.sessions.lifetime
        return accepted()

    around(recorder.login_commands.logout, logout)


@breaks("SES-13")
def plays_for_an_expired_uid(recorder: Recorder) -> None:
    """Plays for a UID that has expired."""
    _take(recorder, ("mask", "play", "camera"), (Ending.EXPIRED,))


@breaks("SES-13")
def streams_for_a_logged_out_uid(recorder: Recorder) -> None:
    """Streams over HTTP for a UID that has logged out."""
    _take(recorder, ("live_http",), (Ending.LOGGED_OUT,))


@breaks("SES-13")
def refuses_rtp_and_sends_it(recorder: Recorder) -> None:
    """Refuses RTP to a UID that was thrown out, and sends it all the same."""

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        try:
            return original(request, now)
        except Refused:
            command = parse_command(request.path, request.query)
            if (
                command.key == "live_rtp"
                and recorder.sessions.ending(command.integer("UID")) is Ending.EVICTED
            ):
                recorder.live_commands.push(Asked(command, _stranger(command, now), now, request))
            raise

    around(recorder.obey, obey)


@breaks("SES-13")
def logout_of_a_stranger_ends_the_newest(recorder: Recorder) -> None:
    """Refuses logout.cgi with a UID that was never issued, and ends the UID issued last."""

    def session_of(original: SessionOf, command: Command, now: float) -> Session:
        try:
            return original(command, now)
        except Refused:
            unknown = recorder.sessions.ending(command.integer("UID")) is NEVER_ISSUED
            if command.key == "logout" and unknown and recorder.sessions.used():
                recorder.sessions.end(recorder.sessions.valid()[-1], Ending.LOGGED_OUT, now)
            raise

    around(recorder.login_commands.session_of, session_of)


@breaks("SES-13")
def last_digit_of_a_uid_does_not_matter(recorder: Recorder) -> None:
    """Takes a UID that differs from a valid one in its last digit."""

    def find(original: Callable[[int], Session | None], uid: int) -> Session | None:
        near = (session for session in recorder.sessions.valid() if session.uid // 10 == uid // 10)
        ended = recorder.sessions.ending(uid) is not NEVER_ISSUED
        return original(uid) or (None if ended else next(near, None))

    around(recorder.sessions.find, find)


@breaks("SES-13")
def jpeg_for_a_logged_out_uid(recorder: Recorder) -> None:
    """Streams JPEG for a UID that has logged out."""
    _take(recorder, ("live_http",), (Ending.LOGGED_OUT,), ("COMP", "JPEG"))


@breaks("SES-13")
def files_for_an_expired_uid(recorder: Recorder) -> None:
    """Gives N3 files of video to a UID that has expired."""
    _take(recorder, ("download",), (Ending.EXPIRED,), ("KIND", "N3VO"))


@breaks("SES-14")
def streams_outlive_expiry(recorder: Recorder) -> None:
    """Goes on streaming when a UID expires."""
    _keep_streams(recorder, Ending.EXPIRED, *Transport)


@breaks("SES-14")
def rtp_outlives_expiry(recorder: Recorder) -> None:
    """Goes on sending RTP over UDP when a UID expires."""
    _keep_streams(recorder, Ending.EXPIRED, Transport.RTP)


@breaks("SES-15")
def streams_outlive_logout(recorder: Recorder) -> None:
    """Goes on streaming after logout."""
    _keep_streams(recorder, Ending.LOGGED_OUT, *Transport)


@breaks("SES-15")
def http_outlives_logout(recorder: Recorder) -> None:
    """Goes on with an HTTP stream after logout."""
    _keep_streams(recorder, Ending.LOGGED_OUT, Transport.HTTP)


@breaks("SES-16")
def streams_outlive_eviction(recorder: Recorder) -> None:
    """Goes on streaming when a UID is thrown out."""
    _keep_streams(recorder, Ending.EVICTED, *Transport)


@breaks("SES-16")
def rtp_outlives_eviction(recorder: Recorder) -> None:
    """Goes on sending RTP over UDP when a UID is thrown out."""
    _keep_streams(recorder, Ending.EVICTED, Transport.RTP)


def _keep_streams(recorder: Recorder, reason: Ending, *transports: Transport) -> None:
    def end_streams(original: Callable[[Session, Ending], None], session: Session, ending: Ending) -> None:
        if ending is not reason:
            original(session, ending)
            return
        for stream in recorder.live.streams(session.uid):
            if stream.transport not in transports:
                recorder.live.end(stream, ending.value)

    around(recorder.end_streams, end_streams)


def _take(
    recorder: Recorder,
    keys: Collection[str],
    reasons: Collection[Ending | None],
    only: tuple[str, str] | None = None,
) -> None:
    """Obey commands of these keys (with that value of a parameter alone) though their UID is not valid, for
    one of these reasons."""

    def session_of(original: SessionOf, command: Command, now: float) -> Session:
        try:
            return original(command, now)
        except Refused:
            wanted = command.key in keys and (only is None or command.values.get(only[0]) == only[1])
            if wanted and recorder.sessions.ending(command.integer("UID")) in reasons:
                return _stranger(command, now)
            raise

    around(recorder.login_commands.session_of, session_of)


def _stranger(command: Command, now: float) -> Session:
    return Session(command.integer("UID"), "", 0, 0, now, now)


@breaks("SES-06")
def refused_start_ends_the_uid(recorder: Recorder) -> None:
    """Ends the UID that asks for live of a camera that is not registered."""

    def push(original: Callable[[Asked], Reply], asked: Asked) -> Reply:
        try:
            return original(asked)
        except Refused as refused:
            if refused.status == NOT_FOUND:
                recorder.sessions.end(asked.session, Ending.LOGGED_OUT, asked.now)
            raise

    around(recorder.live_commands.push, push)
