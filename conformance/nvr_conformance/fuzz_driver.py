"""Does the steps of a fuzzed run on a recorder, and compares each answer with the reference model."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from nvr_conformance.client import HARMLESS, Client, Session
from nvr_conformance.exchange import Exchange, WireProblem, refused
from nvr_conformance.fuzz_steps import (
    CountUids,
    Fetch,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    Step,
    Stranger,
)
from nvr_conformance.live_streams import LiveHttp, open_udp_socket
from nvr_conformance.playback_model import Shown, Stretches
from nvr_conformance.playback_walk import walk_chunk
from nvr_conformance.playing import GOP_PACE, Gop, dialect_of, mask_of
from nvr_conformance.reference_model import ReferenceModel, Surroundings, Verdict, situation

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.target import Target
    from nvr_protocol.dialect import Dialect

MINUTE = 60
REAL_SLACK = 5.0  # seconds by which a UID's end may be off on a clock that runs by itself
STREAM_END = 10.0  # real seconds that a recorder is given to end the answer of a stream
_CRASH = 500
_USED = re.compile(r"\bUSEDUID=(\d{1,9})")


class DisagreementError(AssertionError):
    """The recorder did something else than the document says."""


class Driver:
    """One run of steps on one target, from a recorder without UIDs on.

    ``steps``: what was done; ``curl``: the same as lines for a shell; ``commands`` counts requests; ``seen``
    holds (rule, situation, verdict) of each step. ``each_command`` is called at every request.
    """

    def __init__(self, target: Target, each_command: Callable[[], None] | None = None) -> None:
        self.target = target
        self.steps: list[Step] = []
        self.curl: list[str] = []
        self.commands = 0
        self.seen: list[tuple[str, str, str]] = []
        self._each_command = each_command
        self._begin()
        self.client = Client(target)
        self.model = ReferenceModel(surroundings_of(target))
        self._last_time = target.now()
        self._sessions: dict[str, Session] = {}
        self._streams: dict[tuple[str, int, str], LiveHttp] = {}
        self._gops: dict[str, Gop] = {}
        self._dialect: Dialect | None = None
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
        """End what was begun. A recorder that can be reset needs no logouts."""
        self._socket.close()
        for stream in self._streams.values():
            stream.close()
        for session in self.client.sessions:
            session.logged_out = session.logged_out or self.target.control is not None
        self.client.close()

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
            self.curl.append(f"# let {step.seconds:g} s pass")
            self.target.pass_time(step.seconds, step=max(step.seconds, 0.25))
            self._follow_time()
            self._check_streams()
            return
        self._follow_time()
        expected = self.model.expect(step)
        rule = step.key if isinstance(step, Send) else type(step).__name__
        meets = situation(self.model, step)
        moment = self._moment(step) if isinstance(step, Send) else None
        exchange = self._ask(step, moment)
        accepted = self._compare(step, exchange, expected)
        self.seen.append((rule, meets, "accepted" if accepted else "refused"))
        self.model.follow(step, accepted, moment)
        if isinstance(step, CountUids):
            self._check_count(exchange)
        if isinstance(step, Fetch) and accepted:
            self._check_gop(step, exchange)
        self._check_streams()

    def _follow_time(self) -> None:
        now = self.target.now()
        self.model.let_pass(now - self._last_time)
        self._last_time = now

    def _ask(self, step: Step, moment: int | None) -> Exchange:
        self.commands += 1
        if self._each_command is not None:
            self._each_command()
        match step:
            case LogIn():
                return self._log_in(step)
            case Send():
                return self._send(step, moment)
            case Fetch():
                session = self._sessions[step.label]
                path = session.path("camera", CAM=step.camera)
                return self._get(step.label, path, pace=GOP_PACE)
            case Malformed():
                return self._get(
                    step.label, step.target.replace("{uid}", self._sessions[step.label].uid_text)
                )
            case Stranger():
                return self._get("", step.target)
            case _:
                self.curl.append(f'curl -sk --digest -u "$NVR" "$URL{HARMLESS}"')
                return self.client.get_digest(HARMLESS)

    def _get(self, label: str, path: str, pace: float | None = None) -> Exchange:
        shown = path
        if label:
            shown = path.replace(f"UID={self._sessions[label].uid_text}", f"UID=${label}", 1)
        self.curl.append(f'curl -sk "$URL{_quoted(shown)}"')
        return self.client.get(path, pace=pace)

    def _log_in(self, step: LogIn) -> Exchange:
        user = self.target.users[step.user % len(self.target.users)]
        self.curl.append(
            f"{step.label}=$(curl -sk --digest -u '{user.name}:…' \"$URL/cgi-bin/dlogin.cgi?UID=-1\" "
            "| grep -o 'UID=[0-9]*' | head -1 | cut -d= -f2)"
        )
        login = self.client.try_login(user.name, user.password)
        if login.uid_text is not None:
            self._sessions[step.label] = self.client.sessions[-1]
        elif login.page.ok:
            raise self._disagreement(step, "the login page names no UID")
        return login.page

    def _send(self, step: Send, moment: int | None) -> Exchange:
        session = self._sessions[step.label]
        values: dict[str, object] = dict(step.values)
        if step.key == "mask":
            digits = int(str(values.pop("digits", self.target.channels)))
            values["MASK"] = mask_of(step.cameras, digits)
        if moment is not None:
            values["TIMEF"] = moment
        if step.key == "live_rtp":
            values["PORT"] = self._port
        starts = step.key == "live_http" and values.get("CMD") == "START"
        if starts:
            values["INTERNETMODE"] = "ON"
        path = session.path(step.key, **values)
        if step.key == "logout":
            session.logged_out = True
        if not starts:
            return self._get(step.label, path)
        self.curl.append(
            f'curl -skN "$URL{path.replace(session.uid_text, "$" + step.label, 1)}" >/dev/null &'
        )
        stream = session.open_http(path, int(step.values["CAM"]), str(step.values["COMP"]))
        if not stream.refused:
            self._streams[step.label, stream.camera, stream.comp] = stream
        return stream.exchange

    def _moment(self, step: Send) -> int | None:
        """The TIMEF of a step in hundredths; whole seconds but for NEXTFRAME and PREVFRAME."""
        if step.moment is None:
            return None
        moment = self._anchor(step.label, step.moment) - step.moment.ago
        return moment if step.key == "step" else moment - moment % 100

    def _anchor(self, label: str, moment: Moment) -> int:
        gop = self._gops.get(label)
        if moment.anchor == "now" or gop is None or gop.start is None:
            now = self._unix_now()
            return now if moment.anchor == "now" else now - 200 * MINUTE * 100
        last = gop.last_picture()
        return gop.start if moment.anchor == "first" or last is None else last

    def _unix_now(self) -> int:
        return round(self.target.unix_time() * 100)

    # --- comparing ------------------------------------------------------------------------------------

    def _compare(self, step: Step, exchange: Exchange, expected: Verdict) -> bool:
        if exchange.status == _CRASH or (exchange.error is not None and not isinstance(step, Stranger)):
            raise self._disagreement(step, f"the recorder failed: {exchange}")
        if exchange.error in (WireProblem.TIMEOUT, WireProblem.REFUSED):
            raise self._disagreement(step, f"no answer: {exchange}")
        accepted = not refused(exchange)
        if expected is not Verdict.EITHER and accepted != (expected is Verdict.ACCEPTED):
            raise self._disagreement(step, f"must be {expected.value}: {exchange}")
        return accepted

    def _check_count(self, exchange: Exchange) -> None:
        low, high = self.model.used()
        found = _USED.search(exchange.text)
        used = None if found is None else int(found[1])
        if used is None or used < low or (high is not None and used > high):
            expected = str(low) if low == high else f"{low} … {'' if high is None else high}"
            raise self._disagreement(self.steps[-1], f"USEDUID={used}, expected {expected}")

    def _check_gop(self, step: Fetch, exchange: Exchange) -> None:
        session = self.model.sessions[step.label]
        if self._dialect is None:
            self._dialect = dialect_of(exchange.body)
        gop = Gop(step.camera, exchange, walk_chunk(exchange.body, self._dialect))
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
        fault = session.playback.judge(step.camera, shown, self._unix_now())
        if fault is not None:
            what = "no picture" if shown is None else f"a GOP of {shown.start / 100:.2f}"
            raise self._disagreement(step, f"{fault.value}: {what}")

    def _check_streams(self) -> None:
        """Streams over HTTP end when they must, and not before."""
        for (label, camera, comp), stream in list(self._streams.items()):
            session = self.model.sessions.get(label)
            runs = session is not None and (
                camera in session.sound if comp == "AUDIO" else session.live.get(camera) == comp
            )
            if not runs:
                del self._streams[label, camera, comp]
                ended = self._ends(stream)
                stream.close()
                if not ended:
                    raise self._disagreement(
                        self.steps[-1], f"{comp} of camera {camera} on {label} does not end"
                    )
            elif stream.ended and self.model.is_certain(self.model.sessions[label]):
                raise self._disagreement(
                    self.steps[-1], f"{comp} of camera {camera} on {label} ended {stream.end_reason}".rstrip()
                )

    def _ends(self, stream: LiveHttp) -> bool:
        until = time.monotonic() + STREAM_END
        while not stream.ended and time.monotonic() < until:
            self.target.settle()
        return stream.ended

    def _disagreement(self, step: Step, what: str) -> DisagreementError:
        return DisagreementError(f"step {len(self.steps)}, {describe(step)}: {what}")


def surroundings_of(target: Target) -> Surroundings:
    """What is known of a target: of one with a control port, all that it is set to."""
    ours = target.control is not None
    return Surroundings(
        channels=target.channels,
        cameras=frozenset(target.cameras),
        priorities=tuple(user.priority for user in target.users),
        alone=ours,
        slack=0.0 if target.clock == "manual" else REAL_SLACK,
        stretches=usual_stretches(round(target.unix_time())) if target.embedded else None,
    )


def usual_stretches(now: int) -> Stretches:
    """What the embedded recorder has when it begins at ``now`` (Unix seconds): a day, with a gap of ten
    minutes."""
    minute = now - now % MINUTE
    gap = minute - 6 * 3600
    return Stretches((((minute - 24 * 3600) * 100, gap * 100), ((gap + 600) * 100, None)))


def describe(step: Step) -> str:
    """A step in a few words."""
    match step:
        case Send():
            words = [step.label, step.key, *(f"{name}={value}" for name, value in step.values.items())]
            words += [f"cameras {','.join(map(str, step.cameras))}"] if step.cameras else []
            return " ".join(words)
        case Fetch():
            return f"{step.label} camera.cgi CAM={step.camera}"
        case LogIn():
            return f"login {step.label}"
        case Malformed() | Stranger():
            return f"malformed {step.target[:120]}"
        case LetPass():
            return f"{step.seconds:g} s pass"
        case _:
            return "as_getinfo.cgi"


def _quoted(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
