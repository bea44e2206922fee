"""Defects of commands that come at once: each is right by itself, and does not look at what the others do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import copy
from typing import Any, TypeAlias

from nvr_emulator.defects.live.limits import LARGE
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Reply, Request
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks

Room: TypeAlias = Callable[[int, int, str], None]
Check: TypeAlias = Callable[[Session], None]
Start: TypeAlias = Callable[..., LiveStream]


@breaks("SES-05")
def logins_at_once_share_a_uid(recorder: Recorder) -> None:
    """Gives those one UID who log in at once."""
    asking = _request_of(recorder)
    given: list[tuple[int, Session]] = []

    def login(
        original: Callable[[str, int, float], Session | None], user: str, priority: int, now: float
    ) -> Session | None:
        while given and given[-1][0] > asking().knows:
            if recorder.sessions.find(given[-1][1].uid) is not None:
                return given[-1][1]
            given.pop()
        session = original(user, priority, now)
        if session is not None:
            given.append((asking().number, session))
        return session

    around(recorder.sessions.login, login)


@breaks("SES-11")
def logins_at_once_throw_out_one(recorder: Recorder) -> None:
    """Throws out one UID for all who log in at once where all are taken: more than sixteen are valid then."""
    asking = _request_of(recorder)
    made_room = [0]
    most = recorder.sessions.capacity

    def login(
        original: Callable[[str, int, float], Session | None], user: str, priority: int, now: float
    ) -> Session | None:
        recorder.sessions.capacity = most + (made_room[0] > asking().knows)
        full = recorder.sessions.used() == most
        session = original(user, priority, now)
        recorder.sessions.capacity = most
        if full:
            made_room[0] = asking().number
        return session

    around(recorder.sessions.login, login)


@breaks("LIV-23")
def camera_started_twice_at_once(recorder: Recorder) -> None:
    """Sends a camera twice on a UID on which it was started twice at once."""
    unseen = _unseen_streams(recorder)

    def check_room(original: Room, uid: int, camera: int, comp: str) -> None:
        original(uid, 0 if recorder.live.find(uid, camera) in unseen() else camera, comp)

    around(recorder.live.check_room, check_room)


@breaks("LIV-22", models=LARGE)
def cameras_started_at_once_are_not_counted(recorder: Recorder) -> None:
    """Starts a seventeenth stream of a UID that is asked for at once with the sixteenth."""
    unseen = _unseen_streams(recorder)

    def check_room(original: Room, uid: int, camera: int, comp: str) -> None:
        most = recorder.live.streams_per_uid
        recorder.live.streams_per_uid = most + len([stream for stream in unseen() if stream.uid == uid])
        try:
            original(uid, camera, comp)
        finally:
            recorder.live.streams_per_uid = most

    around(recorder.live.check_room, check_room)


@breaks("LIV-12")
def cameras_started_at_once_are_mixed_up(recorder: Recorder) -> None:
    """Sends the pictures of another camera that is started on the same UID at once, with its number."""
    unseen = _unseen_streams(recorder)
    shown: dict[int, int] = {}

    def start(
        original: Start, uid: int, camera: int, comp: str, source: Footage | Audio | None, *rest: Any
    ) -> LiveStream:
        others = [other for other in unseen() if other.uid == uid and other.comp == comp]
        stream = original(uid, camera, comp, others[-1].source if others else source, *rest)
        if others:
            shown[stream.number] = others[-1].camera
        return stream

    def extension(original: Callable[[LiveStream, Ticks], bytes], stream: LiveStream, taken: Ticks) -> bytes:
        told = copy(stream)
        told.camera = shown.get(stream.number, stream.camera)
        return original(told, taken)

    around(recorder.live.start, start)
    around(recorder.live.video.extension, extension)


@breaks("EXC-01")
def live_and_playback_begun_at_once(recorder: Recorder) -> None:
    """Has live beside playback on a UID on which both were begun at once."""
    asking = _request_of(recorder)
    unseen = _unseen_streams(recorder)
    played: dict[int, int] = {}
    both: set[int] = set()

    def play(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        played[asked.session.uid] = asked.request.number
        return answer

    def check_not_live(original: Check, session: Session) -> None:
        streams = recorder.live.streams(session.uid)
        if streams and all(stream in unseen() for stream in streams):
            both.add(session.uid)
        if session.uid not in both:
            original(session)

    def check_not_playing(original: Check, session: Session) -> None:
        if played.get(session.uid, 0) > asking().knows:
            both.add(session.uid)
        if session.uid not in both:
            original(session)

    around(recorder.playback_commands.play, play)
    around(recorder.exclusivity.check_not_live, check_not_live)
    around(recorder.exclusivity.check_not_playing, check_not_playing)


@breaks("PLB-05")
def cameras_asked_at_once_are_mixed_up(recorder: Recorder) -> None:
    """Gives the GOP of another camera that is asked for on the same UID at once."""
    _share_answers(recorder, lambda asked: (asked.session.uid, asked.command.integer("CAM")))


@breaks("PLB-29")
def uids_that_ask_at_once_share_an_answer(recorder: Recorder) -> None:
    """Gives the GOP that another UID is given which asks for the same camera at once."""
    _share_answers(recorder, lambda asked: (asked.command.integer("CAM"), asked.session.uid))


def _share_answers(recorder: Recorder, parties: Callable[[Asked], tuple[int, int]]) -> None:
    """camera.cgi gives what another is given that is asked for at once: one of the same first party, and of
    another second one."""
    last: dict[int, tuple[int, int, Answer]] = {}

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        shared, own = parties(asked)
        before, of, other = last.get(shared, (0, own, answer))
        last[shared] = (asked.request.number, own, answer)
        if before > asked.request.knows and of != own and not other.no_picture:
            return dataclasses.replace(answer, content=other.content)
        return answer

    around(recorder.playback_commands.camera, camera)


def _request_of(recorder: Recorder) -> Callable[[], Request]:
    """The request that is being obeyed."""
    asked: list[Request] = [Request("GET", "/", "")]

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        asked[0] = request
        return original(request, now)

    around(recorder.obey, obey)
    return lambda: asked[0]


def _unseen_streams(recorder: Recorder) -> Callable[[], list[LiveStream]]:
    """The streams that were started by requests which the one that is being obeyed does not know."""
    asking = _request_of(recorder)
    started: dict[int, int] = {}

    def start(original: Start, *asked: Any) -> LiveStream:
        stream = original(*asked)
        started[stream.number] = asking().number
        return stream

    def unseen() -> list[LiveStream]:
        knows = asking().knows
        return [stream for stream in recorder.live.streams() if started.get(stream.number, 0) > knows]

    around(recorder.live.start, start)
    return unseen
