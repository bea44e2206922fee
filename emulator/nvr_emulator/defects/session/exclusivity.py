"""Defects of live or playback on one UID (§1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused, Reply
from nvr_emulator.recorder.sessions import Session
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.urls import Command


@breaks("EXC-01")
def playback_beside_live(recorder: Recorder) -> None:
    """Allows playback on a UID on which live runs."""
    around(recorder, "check_not_live", lambda original, session: None)


@breaks("EXC-01")
def playback_beside_the_rest_of_live(recorder: Recorder) -> None:
    """Allows playback on a UID as soon as one of its live streams was stopped."""
    stopped: set[int] = set()

    def stop(original: Callable[..., None], uid: int, *rest: Any) -> None:
        stopped.add(uid)
        original(uid, *rest)

    def check(original: Callable[..., None], session: Session) -> None:
        if session.uid not in stopped:
            original(session)

    around(recorder.live, "stop", stop)
    around(recorder, "check_not_live", check)


@breaks("EXC-01")
def playback_ends_live(recorder: Recorder) -> None:
    """Refuses playback on a UID on which live runs, and ends live."""

    def check(original: Callable[..., None], session: Session) -> None:
        try:
            original(session)
        except Refused:
            recorder.live.end_uid(session.uid, "playback was asked for")
            raise

    around(recorder, "check_not_live", check)


@breaks("EXC-02")
def live_beside_playback(recorder: Recorder) -> None:
    """Allows live on a UID on which playback runs."""
    around(recorder, "check_not_playing", lambda original, session: None)


@breaks("EXC-02")
def rtp_beside_playback(recorder: Recorder) -> None:
    """Allows live over RTP on a UID on which playback runs."""
    push = recorder.commands["live_rtp"]

    def unchecked(command: Command, session: Session, *rest: Any) -> Reply:
        playback = recorder.playbacks.pop(session.uid, None)
        try:
            return push(command, session, *rest)
        finally:
            if playback is not None:
                recorder.playbacks[session.uid] = playback

    recorder.commands["live_rtp"] = unchecked


@breaks("EXC-02")
def live_ends_playback(recorder: Recorder) -> None:
    """Refuses live on a UID on which playback runs, and ends playback."""

    def check(original: Callable[..., None], session: Session) -> None:
        try:
            original(session)
        except Refused:
            recorder.playback_of(session).operation = Operation.UNDEFINED
            raise

    around(recorder, "check_not_playing", check)


@breaks("EXC-03")
def live_for_good(recorder: Recorder) -> None:
    """Refuses playback on a UID that has ever had live."""
    seen: set[int] = set()

    def start(original: Callable[..., object], uid: int, *rest: Any) -> object:
        stream = original(uid, *rest)
        seen.add(uid)
        return stream

    def check(original: Callable[..., None], session: Session) -> None:
        original(session)
        if session.uid in seen:
            raise Refused(503, "UID: it is one for live")

    around(recorder.live, "start", start)
    around(recorder, "check_not_live", check)


@breaks("EXC-03")
def playback_waits_for_live_to_cool(recorder: Recorder) -> None:
    """Refuses playback on a UID for ten seconds after its live was stopped."""
    stopped: dict[int, float] = {}

    def stop(original: Callable[..., None], uid: int, *rest: Any) -> None:
        stopped[uid] = recorder.moment
        original(uid, *rest)

    def check(original: Callable[..., None], session: Session) -> None:
        original(session)
        if recorder.moment - stopped.get(session.uid, float("-inf")) < 10:
            raise Refused(503, "UID: live has just been stopped")

    around(recorder.live, "stop", stop)
    around(recorder, "check_not_live", check)


@breaks("EXC-04")
def playback_for_good(recorder: Recorder) -> None:
    """Refuses live on a UID that has ever had playback."""

    def check(original: Callable[..., None], session: Session) -> None:
        original(session)
        playback = recorder.playbacks.get(session.uid)
        if playback is not None and playback.cursors:
            raise Refused(503, "UID: it is one for playback")

    around(recorder, "check_not_playing", check)


@breaks("EXC-04")
def stopped_playback_keeps_one_camera(recorder: Recorder) -> None:
    """Refuses live of the camera that was played last, after playback was stopped."""
    last: dict[int, int] = {}
    give, push = recorder.commands["camera"], recorder.commands["live_http"]

    def camera(command: Command, session: Session, *rest: Any) -> Reply:
        answer = give(command, session, *rest)
        last[session.uid] = command.integer("CAM")
        return answer

    def live(command: Command, session: Session, *rest: Any) -> Reply:
        if command.text("CMD") == "START" and last.get(session.uid) == command.integer("CAM"):
            raise Refused(503, "CAM: it plays")
        return push(command, session, *rest)

    recorder.commands["camera"], recorder.commands["live_http"] = camera, live


@breaks("EXC-05")
def live_or_playback_for_all(recorder: Recorder) -> None:
    """Refuses live while playback runs on any UID."""

    def check(original: Callable[..., None], session: Session) -> None:
        original(session)
        if any(playback.running for playback in recorder.playbacks.values()):
            raise Refused(503, "playback runs")

    around(recorder, "check_not_playing", check)


@breaks("EXC-05")
def playback_or_live_for_all(recorder: Recorder) -> None:
    """Refuses playback while live runs on any UID."""

    def check(original: Callable[..., None], session: Session) -> None:
        original(session)
        if recorder.live.streams():
            raise Refused(503, "live runs")

    around(recorder, "check_not_live", check)
