"""What a recorder must answer to a sequence of commands, by the document's rules alone (§1.3, §3, §6).

A small model: who is logged in and for how long, which streams run, who plays. It is written from the
document and shares nothing with the emulator. ``expect`` says what must come of a step, ``follow`` what is
so when it came. Where the document is silent the answer may be either, and the model goes by what was
answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from nvr_conformance.fuzzing.playback_model import PlaybackModel, Stretches
from nvr_conformance.fuzzing.steps import CONTROLS, Fetch, LogIn, Malformed, Send, Step, Stranger

LIFETIME = 90.0
CAPACITY = 16
AT_ONCE = 16
PLAY_COMMANDS = {"play": "PLAY", "reverse": "BPLAY", "pause": "PAUSE", "goto": "GOTODATE", "stop": "STOP"}


class Verdict(StrEnum):
    """What must come of a step."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the recorder beforehand.

    ``priorities``: of the users, 0 the highest. ``alone``: nobody else uses it, and its time is ours.
    ``slack``: seconds by which the end of a UID may be off, as time is not ours. ``stretches``: what is
    recorded, if that is known. ``fixed``: cameras that are known to have no PTZ.
    """

    channels: int
    cameras: frozenset[int]
    priorities: tuple[int, ...]
    alone: bool = True
    slack: float = 0.0
    stretches: Stretches | None = None
    fixed: frozenset[int] = frozenset()


@dataclass(slots=True)
class ModelSession:
    """One UID. ``last``: when a command that carried it came; ``live``: camera to COMP of its pictures."""

    label: str
    priority: int
    number: int
    last: float
    playback: PlaybackModel
    live: dict[int, str] = field(default_factory=dict)
    audio: set[int] = field(default_factory=set)


class ReferenceModel:
    """The recorder as the document has it. ``now``: seconds on any clock that does not go back."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.known = surroundings
        self.now = 0.0
        self.sessions: dict[str, ModelSession] = {}
        self.ended: list[str] = []
        self._issued = 0

    def let_pass(self, seconds: float) -> None:
        """Time goes by; UIDs that were idle for 90 s end (OP-6: valid while idle time < 90 s)."""
        self.now += seconds
        for session in list(self.sessions.values()):
            if self.now - session.last >= LIFETIME + self.known.slack:
                self._end(session)

    def is_certain(self, session: ModelSession) -> bool:
        """Whether a UID is valid for sure; near its end on a clock that is not ours it may be either."""
        return self.now - session.last < LIFETIME - self.known.slack

    def lose(self, label: str) -> None:
        """A UID ended for a reason that is not ours: somebody else's login took its place."""
        session = self.sessions.get(label)
        if session is not None:
            self._end(session)

    def used(self) -> tuple[int, int | None]:
        """The least and the most that USEDUID may say (§5.3.1); None: others may be there."""
        certain = sum(self.is_certain(session) for session in self.sessions.values())
        return certain, len(self.sessions) if self.known.alone else None

    # --- what must come of a step -------------------------------------------------------------------

    def expect(self, step: Step) -> Verdict:
        """What the document asks of the answer to a step."""
        if isinstance(step, LogIn):
            return self._expect_login(step)
        if isinstance(step, (Malformed, Stranger)):
            return Verdict.REFUSED
        if not isinstance(step, (Send, Fetch)):
            return Verdict.ACCEPTED
        session = self.sessions.get(step.label)
        if session is None:
            return Verdict.REFUSED
        verdict = self._of_fetch(session, step.camera) if isinstance(step, Fetch) else self._of(session, step)
        if verdict is Verdict.ACCEPTED and not self.is_certain(session):
            return Verdict.EITHER
        return verdict

    def _expect_login(self, step: LogIn) -> Verdict:
        if not self.known.alone:
            return Verdict.EITHER
        if len(self.sessions) < CAPACITY:
            return Verdict.ACCEPTED
        lowest = max(session.priority for session in self.sessions.values())
        return Verdict.REFUSED if self._priority(step) > lowest else Verdict.ACCEPTED

    def _of(self, session: ModelSession, step: Send) -> Verdict:
        if step.key in ("live_rtp", "live_http"):
            return self._of_live(session, step)
        if step.key == "mask":
            length = int(step.values.get("digits", self.known.channels))
            fits = length == self.known.channels and len(step.cameras) <= AT_ONCE
            return _accepted(fits and self.known.cameras >= set(step.cameras))
        if step.key == "stop":
            return Verdict.ACCEPTED if session.playback.operation else Verdict.EITHER
        if step.key in PLAY_COMMANDS or step.key in ("step", "fast"):
            if session.live:
                return Verdict.REFUSED
            return Verdict.EITHER if session.playback.mask is None else Verdict.ACCEPTED
        if step.key == "playaudio":
            camera = int(step.values["CAM"])
            audios = session.playback.operation in ("PLAY", "GOTODATE")
            playable = self._of_fetch(session, camera) is Verdict.ACCEPTED and audios
            return Verdict.EITHER if playable else Verdict.REFUSED
        if step.key in CONTROLS:
            camera = int(step.values["CH"])
            known = camera in self.known.cameras
            may_lack = not self.known.alone or camera in self.known.fixed
            return Verdict.EITHER if known and may_lack else _accepted(known)
        return Verdict.ACCEPTED

    def _of_live(self, session: ModelSession, step: Send) -> Verdict:
        camera, comp = int(step.values["CAM"]), step.values["COMP"]
        if camera not in self.known.cameras:
            return Verdict.REFUSED
        running = session.live.get(camera)
        if step.values["CMD"] == "STOP":
            runs = camera in session.audio if comp == "AUDIO" else running == comp
            return Verdict.ACCEPTED if runs else Verdict.EITHER
        if session.playback.operation:
            return Verdict.REFUSED
        if comp == "AUDIO":
            if running is None or camera in session.audio:
                return Verdict.REFUSED
            return Verdict.EITHER if running == "JPEG" or not self.known.alone else Verdict.ACCEPTED
        return _accepted(running is None and len(session.live) < AT_ONCE)

    def _of_fetch(self, session: ModelSession, camera: int) -> Verdict:
        playback = session.playback
        playable = camera in self.known.cameras and bool(playback.operation) and not session.live
        return _accepted(playable and playback.mask is not None and camera in playback.mask)

    # --- what is so afterwards ------------------------------------------------------------------------

    def follow(self, step: Step, accepted: bool, moment: int | None = None) -> None:
        """Take note of an answer. ``moment``: the TIMEF that was sent, hundredths of a Unix second."""
        if isinstance(step, LogIn):
            if accepted:
                self._log_in(step)
            return
        if not isinstance(step, (Send, Fetch)):
            return
        session = self.sessions.get(step.label)
        if session is None:
            return
        if not self.is_certain(session) and not accepted:
            self._end(session)
            return
        session.last = self.now
        if isinstance(step, Send) and accepted:
            self._obeyed(session, step, moment)

    def _obeyed(self, session: ModelSession, step: Send, moment: int | None) -> None:
        if step.key == "logout":
            self._end(session)
        elif step.key in ("live_rtp", "live_http"):
            self._live_obeyed(session, step)
        elif step.key == "mask":
            session.playback.choose(frozenset(step.cameras))
        elif step.key in ("step", "fast"):
            session.playback.command(str(step.values["PLAYCMD"]), moment)
        elif step.key in PLAY_COMMANDS:
            session.playback.command(PLAY_COMMANDS[step.key], moment)

    def _live_obeyed(self, session: ModelSession, step: Send) -> None:
        camera, comp = int(step.values["CAM"]), str(step.values["COMP"])
        if step.values["CMD"] == "START":
            if comp == "AUDIO":
                session.audio.add(camera)
            else:
                session.live[camera] = comp
        elif comp == "AUDIO":
            session.audio.discard(camera)
        elif session.live.get(camera) == comp:
            del session.live[camera]
            session.audio.discard(camera)  # OP-10

    def _log_in(self, step: LogIn) -> None:
        if self.known.alone and len(self.sessions) >= CAPACITY:
            self._end(max(self.sessions.values(), key=lambda session: (session.priority, -session.number)))
        self._issued += 1
        playback = PlaybackModel(self.known.stretches)
        self.sessions[step.label] = ModelSession(
            step.label, self._priority(step), self._issued, self.now, playback
        )

    def _priority(self, step: LogIn) -> int:
        return self.known.priorities[step.user % len(self.known.priorities)]

    def _end(self, session: ModelSession) -> None:
        del self.sessions[session.label]
        self.ended.append(session.label)


def _accepted(condition: bool) -> Verdict:
    return Verdict.ACCEPTED if condition else Verdict.REFUSED
