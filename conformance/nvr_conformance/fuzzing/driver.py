"""Does the steps of a fuzzed run on a recorder, and compares each answer with the reference model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nvr_conformance import interrupts
from nvr_conformance.client.client import Client
from nvr_conformance.client.http_client import HARMLESS
from nvr_conformance.client.player import GOP_PACE, MINUTE
from nvr_conformance.client.session import CONTROL_PACE, Session
from nvr_conformance.fuzzing.answers import Answers
from nvr_conformance.fuzzing.coverage import Combination, kind_of, situation_of
from nvr_conformance.fuzzing.playback_model import Shown
from nvr_conformance.fuzzing.reference_model import CAPACITY, ReferenceModel, Verdict
from nvr_conformance.fuzzing.second_streams import are_both_given, is_second, is_unclear, runs
from nvr_conformance.fuzzing.steps import (
    CONTROLS,
    CountUids,
    Fetch,
    LetPass,
    LogIn,
    Malformed,
    Send,
    Step,
    Stranger,
    describe,
    timef_of,
    values_of,
)
from nvr_conformance.fuzzing.surroundings import surroundings_of
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.reading.connection_information import used_uids_in
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange, says_no
from nvr_conformance.wire.live_streams import LiveHttp, open_udp_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.target import Target

STREAM_END = 5.0  # real seconds that a recorder is given to end the answer of a stream
LAST_LOOK = 0.5  # real seconds behind the last step in which the end of a stream may still show


class DisagreementError(AssertionError):
    """The recorder did something else than the document says."""


class Driver:
    """One run of steps on one target, from a recorder without UIDs on.

    ``steps``: what was done; ``commands`` counts requests; ``seen`` holds what each step came across;
    ``used_uids`` is the USEDUID told last. ``each_command`` is called at every request. ``stream_end``: real
    seconds that the recorder is given to end the answer of a stream.
    """

    def __init__(
        self,
        target: Target,
        each_command: Callable[[], None] | None = None,
        *,
        stream_end: float = STREAM_END,
    ) -> None:
        self.target = target
        self.steps: list[Step] = []
        self.commands = 0
        self.used_uids = 0
        self.seen: list[Combination] = []
        self._each_command = each_command
        self._stream_end = stream_end
        self.answers = Answers(target)
        self._begin()
        self.client = Client(target)
        self.model = ReferenceModel(surroundings_of(target))
        self._last_time = target.now()
        self._sessions: dict[str, Session] = {}
        self._streams: dict[tuple[str, int, str], LiveHttp] = {}
        self._opened: tuple[str, LiveHttp] | None = None  # by the step under way
        self._gops: dict[str, Gop] = {}
        address = (target.endpoint.host, target.endpoint.port)
        self._socket = open_udp_socket(address)
        self._port = int(self._socket.getsockname()[1])

    def _begin(self) -> None:
        control = self.target.control
        if control is None:
            return
        if self.target.clock == "manual":
            # Recordings begin on the minute: so the same steps meet the same GOPs.
            self.target.pass_time((-control.now()) % MINUTE + MINUTE)
        control.reset()

    def close(self) -> None:
        """End what was begun, then give up the port: nothing is sent there any more. A recorder that can be
        reset needs no logouts."""
        with interrupts.shielded():
            self._end()

    def _end(self) -> None:
        for stream in self._streams.values():
            stream.close()
        self._keep_stream(accepted=False)
        control = self.target.control
        for session in self.client.sessions:
            session.logged_out = session.logged_out or control is not None
        self.client.close()
        try:
            if control is not None:
                control.reset()
        finally:
            self._socket.close()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # --- one step -----------------------------------------------------------------------------------

    def run(self, step: Step) -> None:
        """Do a step and compare. DisagreementError where the recorder is wrong."""
        if isinstance(step, (Send, Fetch, Malformed)) and step.label not in self._sessions:
            return
        self.steps.append(step)
        if isinstance(step, LetPass):
            self.target.pass_time(step.seconds, step=max(step.seconds, 0.25))
            self._follow_time()
            self._check_streams()
            return
        self._follow_time()
        if isinstance(step, LogIn):
            self._log_out_doubtful()
        expected = self.model.expect(step)
        meets = situation_of(self.model, step)
        moment = None
        if isinstance(step, Send):
            moment = timef_of(step, self._gops.get(step.label), self._unix_now())
        exchange = self._ask(step, moment)
        said = self._said(step, exchange, expected)
        if expected is Verdict.ACCEPTED and said is False and self._was_thrown_out(step):
            return
        if fault := self.answers.fault(step, exchange, expected, said):
            raise self._disagreement(step, fault)
        self.seen.append(Combination(kind_of(step), meets, expected.value))
        if isinstance(step, (Send, Malformed)) and is_unclear(self.model, step, expected, said):
            self._end_unclear(step)
            return
        accepted = self._is_accepted(step, expected, said)
        self._keep_stream(accepted)
        self.model.follow(step, accepted, moment)
        if isinstance(step, LogIn):
            self._drop_reissued(step)
        if isinstance(step, CountUids):
            self._check_count(exchange)
        if isinstance(step, Fetch) and accepted:
            self._check_gop(step, exchange)
        if self._streams and _may_end_streams(step):
            self.target.settle()
        self._check_streams()

    def finish(self, seconds: float = LAST_LOOK) -> None:
        """Give what runs some real seconds to end though it should not, and compare for the last time."""
        until = time.monotonic() + seconds
        while self._streams and time.monotonic() < until:
            self.target.settle()
            self._check_streams()

    def _follow_time(self) -> None:
        now = self.target.now()
        self.model.let_pass(now - self._last_time)
        self._last_time = now

    def _count(self) -> None:
        self.commands += 1
        if self._each_command is not None:
            self._each_command()

    def _ask(self, step: Step, moment: int | None) -> Exchange:
        self._count()
        match step:
            case LogIn():
                return self._log_in(step)
            case Send():
                return self._send(step, moment)
            case Fetch():
                path = self._sessions[step.label].path("camera", CAM=step.camera)
                return self.client.get(path, pace=GOP_PACE)
            case Malformed():
                return self.client.get(step.target.replace("{uid}", self._sessions[step.label].uid_text))
            case Stranger():
                return self.client.get(step.target)
            case _:
                return self.client.get_digest(HARMLESS)

    def _log_in(self, step: LogIn) -> Exchange:
        user = self.target.users[step.user % len(self.target.users)]
        login = self.client.try_login(user.name, user.password)
        if login.uid_text is not None:
            self._sessions[step.label] = self.client.sessions[-1]
        elif login.page.ok and self.model.known.by_default:
            raise self._disagreement(step, "the login page names no UID")
        return login.page

    def _send(self, step: Send, moment: int | None) -> Exchange:
        session = self._sessions[step.label]
        path = session.path(step.key, **values_of(step, self.target.channels, self._port, moment))
        if step.key == "logout":
            session.logged_out = True
        if step.key != "live_http" or step.values["CMD"] != "START":
            return self.client.get(path, pace=CONTROL_PACE if step.key in CONTROLS else None)
        stream = session.open_http(path, int(step.values["CAM"]), str(step.values["COMP"]))
        self._opened = (step.label, stream)
        return stream.exchange

    def _unix_now(self) -> int:
        return round(self.target.unix_time() * 100)

    # --- comparing ------------------------------------------------------------------------------------

    def _was_thrown_out(self, step: Step) -> bool:
        """Whether the UID of a step is gone because somebody else logged in (§1.3), and note it.

        So it is where others may be there, the UID is refused everything, and all UIDs are in use.
        """
        label = getattr(step, "label", "")
        if self.model.known.alone or label not in self.model.sessions:
            return False
        self._count()
        if self._sessions[label].is_alive(doubted=True):
            return False
        self._count()
        used = used_uids_in(self.client.get_digest(HARMLESS).text)
        if used is None or used < CAPACITY:
            return False
        self.model.lose(label)
        return True

    def _drop_reissued(self, step: LogIn) -> None:
        """Forget those whose UID a newcomer was given: theirs has ended, and must have."""
        for label in [label for label, session in self._sessions.items() if session.reissued]:
            older = self.model.sessions.get(label)
            if older is not None and self.model.known.alone and self.model.is_certain(older):
                raise self._disagreement(step, f"the UID of {label}, which is valid, is given again")
            self.model.lose(label)
            del self._sessions[label]

    def _said(self, step: Step, exchange: Exchange, expected: Verdict) -> bool | None:
        """Whether a step was obeyed, as far as its answer tells."""
        said = self.answers.says(exchange)
        if self.model.known.by_default:
            return said
        if isinstance(step, Fetch) and not said:
            # A place without a picture and a refusal may look alike (OP-23).
            return False if says_no(exchange) else None
        if self._opened is not None and exchange.streaming and expected is not Verdict.ACCEPTED:
            # A refused stream may be an answer that brings nothing (OP-43).
            brings = runs(self._opened[1])
            self._follow_time()
            return brings or None
        return said

    def _is_accepted(self, step: Step, expected: Verdict, said: bool | None) -> bool:
        """What the model goes on from."""
        if said is True or self.model.known.by_default:
            return said is True
        label = step.label if isinstance(step, (Send, Fetch)) else ""
        session = self.model.sessions.get(label)
        if session is not None and not self.model.is_certain(session):
            return self._sessions[label].is_alive(doubted=True)
        return expected is Verdict.ACCEPTED or (expected is Verdict.EITHER and said is None)

    # --- where the document leaves open what comes of a step ----------------------------------------------

    def _end_unclear(self, step: Send | Malformed) -> None:
        """Nobody knows what the UID has behind a step: what it must not have is looked at, then it ends."""
        if isinstance(step, Send) and is_second(self.model, step):
            streams = {key[1:]: stream for key, stream in self._streams.items() if key[0] == step.label}
            opened = None if self._opened is None else self._opened[1]
            session, asks = self.model.sessions[step.label], self._sessions[step.label]
            self._count()
            both = are_both_given(step, session, streams, opened, asks)
            self._follow_time()
            if both:
                raise self._disagreement(step, "it and what it cannot be had beside are both given")
        self._keep_stream(accepted=True)
        self._log_out(step.label)
        self._check_streams()

    def _keep_stream(self, accepted: bool) -> None:
        """Judge the stream that the step opened from now on, unless another is judged in its place."""
        if self._opened is None:
            return
        (label, stream), self._opened = self._opened, None
        key = (label, stream.camera, stream.comp)
        if accepted and not stream.refused and (key not in self._streams or self._streams[key].ended):
            self._streams[key] = stream
        else:
            stream.close()

    def _log_out(self, label: str) -> None:
        self._count()
        self._sessions[label].logout()
        self.model.lose(label)

    def _log_out_doubtful(self) -> None:
        """Whom a login throws out must be certain: so no UID is that may have ended."""
        known = self.model.known
        if known.by_default or not known.alone or len(self.model.sessions) < CAPACITY:
            return
        for label, session in list(self.model.sessions.items()):
            if not self.model.is_certain(session):
                self._log_out(label)

    # --- what is seen besides ---------------------------------------------------------------------------

    def _check_count(self, exchange: Exchange) -> None:
        low, high = self.model.used()
        used = used_uids_in(exchange.text)
        self.used_uids = used or 0
        if used is None or used < low or (high is not None and used > high):
            expected = str(low) if low == high else f"{low} … {'' if high is None else high}"
            raise self._disagreement(self.steps[-1], f"USEDUID={used}, expected {expected}")

    def _check_gop(self, step: Fetch, exchange: Exchange) -> None:
        session = self.model.sessions[step.label]
        gop = Gop(step.camera, exchange, walk_chunk(exchange.body))
        shown = None
        if gop.given:
            self._gops[step.label] = gop
            last = gop.last_picture()
            if gop.start is None or gop.length is None or last is None:
                raise self._disagreement(step, "a GOP without times")
            shown = Shown(gop.start, last, gop.length)
            named = gop.chunk.number(0x0004)
            if named is not None and named != step.camera:
                raise self._disagreement(step, f"the GOP names camera {named}")
        place, now = session.playback.places.get(step.camera), self._unix_now()
        begin = None if place is None else place.begin
        fault = session.playback.judge(step.camera, shown, now)
        if fault is not None:
            what = "no picture" if shown is None else f"a GOP of {(now - shown.start) / 100:.2f} s before now"
            timef = "" if begin is None else f", TIMEF {(now - begin) / 100:.2f} s before now"
            raise self._disagreement(step, f"{fault.value}: {what}{timef}")

    def _check_streams(self) -> None:
        """Streams over HTTP end when they must, and not before."""
        for (label, camera, comp), stream in list(self._streams.items()):
            session = self.model.sessions.get(label)
            runs = session is not None and (
                camera in session.audio if comp == "AUDIO" else session.live.get(camera) == comp
            )
            if session is not None and comp == "AUDIO" and camera in session.left:
                # OP-10: the audio of pictures that were stopped may go on.
                del self._streams[label, camera, comp]
                stream.close()
            elif not runs:
                del self._streams[label, camera, comp]
                ended = self._ends(stream)
                stream.close()
                if not ended:
                    raise self._disagreement(
                        self.steps[-1], f"{comp} of camera {camera} on {label} does not end"
                    )
            elif stream.ended and self.model.is_certain(self.model.sessions[label]):
                del self._streams[label, camera, comp]
                if self._was_thrown_out(Fetch(label, camera)):
                    continue
                raise self._disagreement(
                    self.steps[-1], f"{comp} of camera {camera} on {label} ended {stream.end_reason}".rstrip()
                )

    def _ends(self, stream: LiveHttp) -> bool:
        until = time.monotonic() + self._stream_end
        while not stream.ended and time.monotonic() < until:
            self.target.settle()
        return stream.ended

    def _disagreement(self, step: Step, what: str) -> DisagreementError:
        return DisagreementError(plain(f"step {len(self.steps)}, {describe(step)}: {what}"))


def _may_end_streams(step: Step) -> bool:
    """Whether some stream ends with the step, rightly or not: that takes a moment to show."""
    if isinstance(step, Send):
        return step.key == "logout" or step.values.get("CMD") == "STOP"
    return isinstance(step, LogIn)
