"""What a recorder must answer to a sequence of commands, by the document's rules alone (§1.3, §3, §6).

A small model: who is logged in and for how long, which streams run, who plays. It is written from the
document and shares nothing with the emulator. ``expect`` says what must come of a step, ``follow`` what is
so when it came. Where the document is silent the answer may be either, and the model goes by what was
answered. Open points are so where the recorder is not known to read each by its default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from nvr_conformance.fuzzing.playback_model import PlaybackModel, Stretches
from nvr_conformance.fuzzing.steps import CONTROLS, Fetch, LogIn, Malformed, Send, Step, Stranger

LIFETIME = 90.0
CAPACITY = 16
AT_ONCE = 16
PLAYING = ("play", "reverse", "pause", "goto", "step", "fast")
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
    recorded, if that is known. ``fixed``: cameras that are known to have no PTZ. ``by_default``: whether it
    reads each open point (OP-n) by its default; of one that need not, either reading is right.
    """

    channels: int
    cameras: frozenset[int]
    priorities: tuple[int, ...]
    alone: bool = True
    slack: float = 0.0
    stretches: Stretches | None = None
    fixed: frozenset[int] = frozenset()
    by_default: bool = True


@dataclass(slots=True)
class ModelSession:
    """One UID. ``last``: when a command that carried it came; ``perhaps``: when one came that may not have
    counted. ``live``: camera to COMP of its pictures; ``left``: cameras whose audio may go on without them.
    """

    label: str
    priority: int
    number: int
    last: float
    playback: PlaybackModel
    perhaps: float = 0.0
    live: dict[int, str] = field(default_factory=dict)
    audio: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


class ReferenceModel:
    """The recorder as the document has it. ``now``: seconds on any clock that does not go back."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.known = surroundings
        self.now = 0.0
        self.sessions: dict[str, ModelSession] = {}
        self.ended: list[str] = []
        self._issued = 0
        self._taken: set[tuple[int, str]] = set()  # camera and COMP of a START that was accepted

    def let_pass(self, seconds: float) -> None:
        """Time goes by; UIDs that were idle for 90 s end (OP-6: valid while idle time < 90 s)."""
        self.now += seconds
        for session in list(self.sessions.values()):
            if self.now - max(session.last, session.perhaps) >= LIFETIME + self.known.slack:
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
        if isinstance(step, Stranger):
            return Verdict.EITHER if self._is_open_to_all(step) else Verdict.REFUSED
        if isinstance(step, Malformed):
            return self._open(Verdict.REFUSED) if step.label in self.sessions else Verdict.REFUSED
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
        return self._open(Verdict.REFUSED) if self._priority(step) > lowest else Verdict.ACCEPTED  # OP-7

    def _of(self, session: ModelSession, step: Send) -> Verdict:
        if step.key in ("live_rtp", "live_http"):
            return self._of_live(session, step)
        if step.key == "mask":
            length = int(step.values.get("digits", self.known.channels))
            fits = length == self.known.channels and len(step.cameras) <= AT_ONCE
            fits = fits and self.known.cameras >= set(step.cameras)
            return Verdict.ACCEPTED if fits else self._open(Verdict.REFUSED)  # OP-29
        if step.key == "stop":
            return Verdict.ACCEPTED if session.playback.operation else Verdict.EITHER
        if step.key in PLAYING:
            if session.live or session.left:
                return self._open(Verdict.REFUSED)
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
            if known and not may_lack and step.key == "preset_go":
                return self._open(Verdict.ACCEPTED)  # it may not be registered
            if known:
                return Verdict.EITHER if may_lack else Verdict.ACCEPTED
            return self._open(Verdict.REFUSED)
        return Verdict.ACCEPTED

    def _of_live(self, session: ModelSession, step: Send) -> Verdict:
        camera, comp = int(step.values["CAM"]), step.values["COMP"]
        if camera not in self.known.cameras:
            return Verdict.REFUSED
        running = session.live.get(camera)
        if step.values["CMD"] == "STOP":
            runs = camera in session.audio if comp == "AUDIO" else running == comp
            return self._open(Verdict.ACCEPTED) if runs else Verdict.EITHER
        if session.playback.operation:
            return self._open(Verdict.REFUSED)
        if comp == "AUDIO":
            if running is None:
                return Verdict.REFUSED
            if camera in session.audio:
                return self._open(Verdict.REFUSED)
            sure = running != "JPEG" and self.known.alone and camera not in session.left
            return self._open(Verdict.ACCEPTED) if sure else Verdict.EITHER
        if running is not None or len(session.live) >= AT_ONCE:
            return self._open(Verdict.REFUSED)
        return Verdict.ACCEPTED if (camera, comp) in self._taken else self._open(Verdict.ACCEPTED)

    def _open(self, verdict: Verdict) -> Verdict:
        """A verdict that is but the default of an open point."""
        return verdict if self.known.by_default else Verdict.EITHER

    def _is_open_to_all(self, step: Stranger) -> bool:
        """OP-8: some tell who has no UID as well."""
        path = step.target.partition("?")[0]
        return not self.known.by_default and path.endswith(("/as_getinfo.cgi", "/recordedtime.cgi"))

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
        if not isinstance(step, (Send, Fetch, Malformed)):
            return
        session = self.sessions.get(step.label)
        if session is None:
            return
        if isinstance(step, Malformed):
            session.perhaps = session.perhaps if self.known.by_default else self.now
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
                session.left.discard(camera)
            else:
                session.live[camera] = comp
                self._taken.add((camera, comp))
        elif comp == "AUDIO":
            session.audio.discard(camera)
            session.left.discard(camera)
        elif session.live.get(camera) == comp:
            del session.live[camera]
            if camera in session.audio and not self.known.by_default:
                session.left.add(camera)
            session.audio.discard(camera)  # OP-10

    def _log_in(self, step: LogIn) -> None:
        if self.known.alone and len(self.sessions) >= CAPACITY:
            self._end(max(self.sessions.values(), key=lambda session: (session.priority, -session.number)))
        self._issued += 1
        playback = PlaybackModel(self.known.stretches, by_default=self.known.by_default)
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
