"""What is judged: one recorder, as scenarios see it."""

from __future__ import annotations

import copy
import math
import random
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from nvr_conformance import interrupts
from nvr_conformance.client.clock import STEP, TargetTime
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.reading.rtp_readers import RtpReaders
from nvr_conformance.wire.connection import Connection
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.live_streams import open_udp_socket
from nvr_conformance.wire.receiver import Receiver

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from nvr_conformance.client.control_port import Control
    from nvr_conformance.client.options import User
    from nvr_conformance.client.tape import Tape
    from nvr_conformance.wire.capture import Flow, WireCapture
    from nvr_conformance.wire.endpoint import Endpoint
    from nvr_conformance.wire.exchange import Exchange

T = TypeVar("T")
Hop = Literal["said", "kept", "closed"]
"""Of the hop to whoever answers: whether an answer says Connection: Keep-Alive; none does, but connections
are kept; or none is."""

_DIGITS = "digits of MASK"
_REFUSALS = "refusals show"
_LOG = "telling log"
_HOP = "hop"


class Pace:
    """When the last command went out; one for all targets that are the same recorder."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._lock = threading.Lock()

    def keep(self, time: TargetTime, seconds: float) -> None:
        """Wait until ``seconds`` have passed since the last command."""
        with self._lock:
            self._last = time.keep_apart(self._last, seconds)


class Closable(Protocol):
    """What ends what it began: a client."""

    def close(self) -> None: ...


class Scout(Protocol):
    """Finds out what a target does not know of its recorder yet: ``sources.discovery``."""

    def find_cameras(self, target: Target) -> dict[int, int]:
        """Camera number to connection state; PrerequisiteFailed where that is not told."""

    def find_live_codecs(self, target: Target, camera: int) -> tuple[str, ...]:
        """Which of "H265" and "H264" bring media from this camera."""

    def find_refusals(self, target: Target) -> bool:
        """Whether refused commands get another answer than accepted ones."""

    def find_hop(self, target: Target) -> Hop:
        """What comes of the answers that are drawn with Connection: Keep-Alive."""

    def find_telling_log(self, target: Target) -> str:
        """The command that gives a valid UID a log with entries; empty where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a recorder is reached. ``endpoint``: the one of HTTP and HTTPS that ``url`` names; ``other``: where
    the other one should be if the recorder is set to serve it (None: not known). ``https_alone``: whether it
    is set to HTTPS alone (None: not known). ``users``: highest priority first. ``emulated``: whether it is
    an emulated one that was started for the purpose; ``by_default``: one that is known to read each open
    point by its default."""

    url: str
    endpoint: Endpoint
    users: tuple[User, ...]
    control: Control | None = None
    other: Endpoint | None = None
    https_alone: bool | None = None
    emulated: bool = False
    by_default: bool = False


class Target:
    """One recorder, and the time that it lives in. A ``Source`` makes it, for one scenario: ``name``.

    ``model`` 1, 2 or 3; ``users`` highest priority first; ``clock`` "manual" or "real"; ``pace`` seconds
    between commands, which ``commands`` counts for all targets that are the same recorder; ``timeout``
    seconds for an answer; ``random`` is seeded, ``rtp`` reads packets. ``endpoint`` is where it is asked:
    ``http`` or ``https``. ``knowledge`` is what was found out of it so far, and is added to.
    """

    def __init__(
        self,
        access: Access,
        *,
        model: int,
        time: TargetTime,
        allowed: frozenset[str],
        pace: float,
        timeout: float,
        scout: Scout,
        seed: int = 0,
        name: str = "",
        knowledge: dict[str, Any] | None = None,
        commands: Pace | None = None,
    ) -> None:
        self.url = access.url
        self.endpoint = access.endpoint
        self.http = access.other if access.endpoint.tls else access.endpoint
        self.https = access.endpoint if access.endpoint.tls else access.other
        self.https_alone = access.https_alone
        self.user = access.users[0].name
        self.password = access.users[0].password
        self.users = access.users
        self.control = access.control
        self.emulated = access.emulated
        self.by_default = access.by_default
        self.model = model
        self.clock: Literal["manual", "real"] = time.clock
        self.time = time
        self.allowed = allowed
        self.pace = pace
        self.timeout = timeout
        self.seed = seed
        self.random = random.Random(f"{seed} {name}")
        self.rtp = RtpReaders(f"{seed} {name}")
        self._scout = scout
        self._knowledge: dict[str, Any] = {} if knowledge is None else knowledge
        self._commands = commands or Pace()
        self._tape: Tape | None = None
        self._clients: list[Closable] = []

    def at(self, endpoint: Endpoint) -> Target:
        """The same recorder, asked at another endpoint; time is to be passed on the original."""
        other = copy.copy(self)
        other.endpoint = endpoint
        return other

    def record(self, tape: Tape) -> None:
        """Keep on this tape what a scenario is told from now on."""
        self._tape = tape
        self.time.on_tick = tape.tick

    # --- time -------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds on the target's clock: what ``pass_time`` added up on a manual one, else the host's
        monotonic."""
        return self.told("now", self.time.now)

    def arrival(self) -> float:
        """The time of what is being read, on the same clock."""
        return self.time.now()

    def unix_time(self) -> float:
        """What time it should be on the recorder, in Unix seconds: told by the
        control port, else the host's."""
        return self.told("unix", self.time.unix)

    def pass_time(self, seconds: float, *, step: float = STEP) -> None:
        """Let time pass: a manual clock jumps (in steps of ``step`` seconds while streams are read), a real
        one is waited for. A step of more than 2 s may leave out what a stream would have sent meanwhile."""
        self.time.pass_time(seconds, step)
        self.note("pass", self.time.now())

    def settle(self) -> None:
        """Read what is under way: on return, whatever was due by now has been captured."""
        self.time.settle()
        self.note("settle", self.time.now())

    def keep_pace(self, pace: float | None = None) -> None:
        """Wait until ``pace`` seconds (None: the target's own) have passed since the last command. Behind an
        interrupt nothing but cleaning sends any."""
        interrupts.check()
        self._commands.keep(self.time, self.pace if pace is None else min(pace, self.pace))

    # --- what goes over the wire, and what a scenario is told besides ----------------------------------

    def told(self, kind: str, ask: Callable[[], T]) -> T:
        """What ``ask`` says, which is kept: a scenario's course may depend on it."""
        value = ask()
        self.note(kind, value)
        return value

    @property
    def set_up(self) -> bool:
        """Whether the recorder has the settings that the scenario asks for (``setup``): an emulated one that
        was started for it."""
        return self.told("set up", lambda: self.emulated)

    @property
    def clock_known(self) -> bool:
        """Whether ``unix_time`` is the recorder's own time: a control port tells it."""
        return self.told("clock known", lambda: self.control is not None)

    def note(self, kind: str, value: object) -> None:
        """Keep what a scenario was told."""
        if self._tape is not None:
            self._tape.note(kind, value)

    def begin(self, exchange: Exchange) -> None:
        """A request is about to be made."""
        exchange.started = self.time.stopwatch()
        if self._tape is not None:
            self._tape.begin(exchange)

    def connect(
        self,
        exchange: Exchange,
        timeout: float,
        capture: WireCapture | None = None,
        receive_buffer: int | None = None,
    ) -> Connection:
        """A connection for this exchange, or WireError."""
        return Connection(self.endpoint, timeout, receive_buffer, capture)

    def sent(self, exchange: Exchange, connection: Connection) -> None:
        """The request has gone out on this connection."""
        if self._tape is not None:
            self._tape.sent(exchange, connection)

    def end(self, exchange: Exchange) -> None:
        """The exchange is over."""
        exchange.ended = self.time.stopwatch()

    def open_udp(self, capture: WireCapture | None = None) -> tuple[socket.socket, Flow | None]:
        """A UDP socket that faces the recorder, and where what it receives is kept."""
        sock = open_udp_socket((self.endpoint.host, self.endpoint.port))
        return sock, None if capture is None else capture.udp(sock)

    def make_receiver(self) -> Receiver:
        """What reads a client's streams."""
        return Receiver()

    def attach(self, receiver: Receiver) -> None:
        """A client's receiver whose streams ``settle`` reads."""
        self.time.receivers.append(receiver)

    def detach(self, receiver: Receiver) -> None:
        """The opposite of ``attach``."""
        self.time.receivers.remove(receiver)

    def hold(self, client: Closable) -> None:
        """A client that may have begun something here."""
        self._clients.append(client)

    def let_go(self, client: Closable) -> None:
        """The opposite of ``hold``."""
        self._clients.remove(client)

    def close(self) -> None:
        """End what clients began that were not closed, as an interrupt may leave them."""
        for client in tuple(self._clients):
            client.close()

    # --- what is known of it ----------------------------------------------------------------------

    def state(self) -> dict[str, Any] | None:
        """The emulator's own account of itself, where its control port is known; None on a real recorder."""
        return self.told("state", lambda: None if self.control is None else self.control.state())

    def allows(self, permission: str) -> bool:
        """Whether ``ptz``, ``presets``, ``eviction`` or ``load`` may be done to it."""
        return permission in self.allowed

    @property
    def channels(self) -> int:
        """How many cameras the recorder has lines for in as_getinfo.cgi (§5.3.1)."""
        return len(self._cameras())

    @property
    def digits(self) -> int:
        """How many digits MASK has (§3.2.3): as many as there are lines, unless it is known to be taken with
        another number."""
        known: int = self._knowledge.get(_DIGITS, self.channels)
        return known

    @digits.setter
    def digits(self, count: int) -> None:
        self._knowledge[_DIGITS] = count

    @property
    def digits_known(self) -> bool:
        """Whether it was seen with how many digits MASK is taken."""
        return _DIGITS in self._knowledge

    @property
    def cameras(self) -> tuple[int, ...]:
        """The cameras that are registered and connected, by number."""
        return tuple(number for number, state in self._cameras().items() if state == 1)

    @property
    def unregistered(self) -> tuple[int, ...]:
        """The camera numbers that as_getinfo.cgi has lines for, and no camera."""
        return tuple(number for number, state in self._cameras().items() if state == 0)

    def _cameras(self) -> dict[int, int]:
        known: dict[int, int] | None = self._knowledge.get("cameras")
        if known is None:
            with self._aside():
                known = self._knowledge["cameras"] = self._scout.find_cameras(self)
        return known

    def _aside(self) -> AbstractContextManager[None]:
        """What is found out once for all scenarios is not kept as a part of one."""
        return nullcontext() if self._tape is None else self._tape.paused()

    def remember(self, key: str, value: list[str]) -> None:
        """Let later scenarios of this run know something."""
        self._knowledge[key] = value

    def recall(self, key: str) -> list[str] | None:
        """What an earlier scenario of this run remembered."""
        return self._knowledge.get(key)

    @property
    def knowledge(self) -> dict[str, Any]:
        """What was found out of the recorder so far, as plain data."""
        return dict(self._knowledge)

    @property
    def refusals_show(self) -> bool:
        """Whether a command that is refused can be told from an accepted one by the form of its answer; tried
        once, with UIDs that were never issued, and true until ``distrust_answers``."""
        return self.told(_REFUSALS, self._find_refusals)

    def _find_refusals(self) -> bool:
        if _REFUSALS not in self._knowledge:
            with self._aside():
                self._knowledge[_REFUSALS] = self._scout.find_refusals(self)
        return bool(self._knowledge[_REFUSALS])

    def distrust_answers(self) -> None:
        """A UID that has ended was answered as if it were valid: what is refused cannot be told from the form
        of an answer."""
        self._knowledge[_REFUSALS] = False

    def learn_what_tells(self) -> None:
        """Find out by which log a valid UID is told from others, while there is room for a login."""
        _ = self.telling_log

    @property
    def telling_log(self) -> str:
        """The command whose answer tells a valid UID from others: a log that has entries; empty where neither
        log has any. Tried once, on a UID of its own."""
        if _LOG not in self._knowledge:
            with self._aside():
                self._knowledge[_LOG] = self._scout.find_telling_log(self)
        return str(self._knowledge[_LOG])

    def look_at_hop(self, exchange: Exchange) -> Exchange:
        """Find out, where an answer does not say Connection: Keep-Alive, whether any does: a proxy on the way
        keeps that for itself. What it does with its own connections says nothing of the recorder. Tried
        once."""
        if exchange.ok and not exchange.says_keep_alive:
            if _HOP not in self._knowledge:
                with self._aside():
                    self._knowledge[_HOP] = self._scout.find_hop(self)
            exchange.hop = self._knowledge[_HOP] == "said"
            if self._knowledge[_HOP] == "closed":
                exchange.goes_on = None
        return exchange

    def live_codecs(self, camera: int) -> tuple[str, ...]:
        """Which of "H265" and "H264" bring media from this camera over HTTP; tried
        once, on a UID of its own."""
        key = f"live codecs {camera}"
        if key not in self._knowledge:
            with self._aside():
                self._knowledge[key] = self._scout.find_live_codecs(self, camera)
        codecs: tuple[str, ...] = self._knowledge[key]
        if not codecs:
            raise PrerequisiteFailed(f"camera {camera} sends neither H.264 nor H.265 over HTTP")
        return codecs
