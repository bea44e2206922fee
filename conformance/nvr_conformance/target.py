"""What is judged: a recorder somewhere, or an emulated one that is started for the purpose."""

from __future__ import annotations

import copy
import json
import random
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nvr_conformance.connection import Endpoint, endpoint_of
from nvr_conformance.control_port import Control
from nvr_conformance.outcomes import PrerequisiteFailed
from nvr_conformance.receiver import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nvr_conformance.receiver import Receiver
    from nvr_emulator.embedding import EmbeddedRecorder

PERMISSIONS = ("ptz", "presets", "eviction", "load")
HTTP_PORT = 80
REAL_PACE = 3.0  # seconds between commands that the document advises (§1.3)
STEP = 0.25  # seconds of the manual clock between two readings of the running streams
_REAL_SETTLE = 0.3  # seconds that a real recorder is given for what is under way
_BRIEF = QUIET / 5  # between steps: what comes late is counted in the next


@dataclass(frozen=True, slots=True)
class User:
    """A user of the recorder. ``priority`` 0 is the highest (administrator), 3 the lowest (viewer)."""

    name: str
    password: str
    priority: int = 0


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """Which recorder to judge. Without ``url`` an emulated one is started, with ``defects`` by name.

    ``model`` None: found out (an emulated one: 2). ``pace``: seconds between commands; None: 3 on a real
    clock, 0 on one that can be moved. ``control``: the control port of an emulator. ``allow``: of
    PERMISSIONS, what may disturb others; a recorder with a control port, and an emulated one, allow
    everything. ``other_users``: users besides ``user``.
    """

    url: str | None = None
    user: str = "ADMIN"
    password: str = ""
    model: int | None = None
    insecure: bool = False
    control: str | None = None
    control_token: str | None = None
    pace: float | None = None
    allow: frozenset[str] = frozenset()
    other_users: tuple[User, ...] = ()
    timeout: float = 10.0
    defects: tuple[str, ...] = ()
    setup: Mapping[str, Any] = field(default_factory=dict)


class Target:
    """One recorder, and the time that it lives in. Made by ``open_target``.

    ``model`` 1, 2 or 3; ``users`` highest priority first; ``clock`` "manual" or "real"; ``random`` is seeded.
    ``endpoint`` is where it is asked: the one of ``http`` and ``https`` that its URL names. The other one is
    where that should be if the recorder is set to serve it (None: not known). ``https_alone``: whether it is
    set to HTTPS alone (None: not known).
    """

    def __init__(
        self,
        options: TargetOptions,
        endpoint: Endpoint,
        *,
        url: str,
        users: tuple[User, ...],
        control: Control | None,
        manual: bool,
        allowed: frozenset[str],
        seed: int = 0,
        knowledge: dict[str, Any] | None = None,
        other: Endpoint | None = None,
        https_alone: bool | None = None,
    ) -> None:
        self.url = url
        self.endpoint = endpoint
        self.http = other if endpoint.tls else endpoint
        self.https = endpoint if endpoint.tls else other
        self.https_alone = https_alone
        self.user = users[0].name
        self.password = users[0].password
        self.users = users
        self.model = options.model or 0
        self.clock: Literal["manual", "real"] = "manual" if manual else "real"
        self.control = control
        self.allowed = allowed
        self.timeout = options.timeout
        self.pace = options.pace if options.pace is not None else (0.0 if manual else REAL_PACE)
        self.seed = seed
        self.random = random.Random(seed)
        self._knowledge: dict[str, Any] = {} if knowledge is None else knowledge
        self._elapsed = 0.0
        self._last_command = 0.0
        self._receivers: list[Receiver] = []
        self._pace_lock = threading.Lock()

    def at(self, endpoint: Endpoint) -> Target:
        """The same recorder, asked at another endpoint; time is to be passed on the original."""
        other = copy.copy(self)
        other.endpoint = endpoint
        return other

    # --- time -------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds on the target's clock: what ``pass_time`` added up on a manual one, else the host's
        monotonic."""
        return self._elapsed if self.clock == "manual" else time.monotonic()

    def unix_time(self) -> float:
        """What time it should be on the recorder, in Unix seconds: told by the
        control port, else the host's."""
        return time.time() if self.control is None else self.control.now()

    def pass_time(self, seconds: float, *, step: float = STEP) -> None:
        """Let time pass: a manual clock jumps (in steps of ``step`` seconds while streams are read), a real
        one is waited for. A step of more than 2 s may leave out what a stream would have sent meanwhile."""
        if self.clock == "real" or self.control is None:
            time.sleep(seconds)
            return
        end = self._elapsed + seconds
        while (left := end - self._elapsed) > 1e-9:
            length = min(step, left) if self._streams_run() else left
            self._elapsed = end if length == left else self._elapsed + length
            self.control.advance(length)
            self._drain(_BRIEF)

    def settle(self) -> None:
        """Read what is under way: on return, whatever was due by now has been captured."""
        if self.clock == "real":
            if self._streams_run():
                time.sleep(_REAL_SETTLE)
            return
        self._drain()

    def keep_pace(self, pace: float | None = None) -> None:
        """Wait until ``pace`` seconds (None: the target's own) have passed since the last command."""
        with self._pace_lock:
            if self.pace > 0:
                wanted = self.pace if pace is None else min(pace, self.pace)
                left = self._last_command + wanted - time.monotonic()
                if left > 0:
                    time.sleep(left)
            self._last_command = time.monotonic()

    def _streams_run(self) -> bool:
        return any(receiver.watching for receiver in self._receivers)

    def _drain(self, quiet: float = QUIET) -> None:
        for receiver in self._receivers:
            if receiver.watching:
                receiver.drain(quiet)

    def attach(self, receiver: Receiver) -> None:
        """A client's receiver whose streams ``settle`` reads."""
        self._receivers.append(receiver)

    def detach(self, receiver: Receiver) -> None:
        """The opposite of ``attach``."""
        self._receivers.remove(receiver)

    # --- what is known of it ----------------------------------------------------------------------

    def state(self) -> dict[str, Any] | None:
        """The emulator's own account of itself, where its control port is known; None on a real recorder."""
        return None if self.control is None else self.control.state()

    @property
    def embedded(self) -> EmbeddedRecorder | None:
        """The emulated recorder that was started for the purpose; None of any other."""
        return self.control.recorder if isinstance(self.control, _Embedded) else None

    def allows(self, permission: str) -> bool:
        """Whether ``ptz``, ``presets``, ``eviction`` or ``load`` may be done to it."""
        return permission in self.allowed

    @property
    def channels(self) -> int:
        """How many cameras the recorder has lines for in as_getinfo.cgi (§5.3.1)."""
        return len(self._cameras())

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
            from nvr_conformance.discovery import find_cameras

            known = self._knowledge["cameras"] = find_cameras(self)
        return known

    def live_codecs(self, camera: int) -> tuple[str, ...]:
        """Which of "H265" and "H264" bring media from this camera over HTTP; tried
        once, on a UID of its own."""
        key = f"live codecs {camera}"
        if key not in self._knowledge:
            from nvr_conformance.discovery import find_live_codecs

            self._knowledge[key] = find_live_codecs(self, camera)
        codecs: tuple[str, ...] = self._knowledge[key]
        if not codecs:
            raise PrerequisiteFailed(f"camera {camera} sends neither H.264 nor H.265 over HTTP")
        return codecs


@dataclass
class TargetSource:
    """Opens the target of each scenario. An emulated recorder is started afresh each time, so nothing is
    left over."""

    options: TargetOptions
    seed: int = 0
    model: int = 0
    _knowledge: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the report calls the target."""
        return self.options.url or "embedded"

    @property
    def emulated(self) -> bool:
        """Whether a recorder is started by this kit."""
        return self.options.url is None

    def prepare(self) -> None:
        """Find out whether a recorder is there, and its model. TargetUnreachableError, in one line."""
        if self.emulated:
            self.model = self.options.model or 2
            return
        from nvr_conformance.discovery import find_model, require_recorder

        with self.open() as target:
            login = require_recorder(target)
            self.model = self.options.model or find_model(target, login)

    def provides(self, need: str) -> bool:
        """Whether a scenario's need is met: a permission, ``state`` or ``manual-clock``."""
        if self.emulated:
            return True
        if need in PERMISSIONS:
            return need in self.options.allow or self.options.control is not None
        if self.options.control is None:
            return False
        return need == "state" or Control(self.options.control, self.options.control_token).is_manual()

    @contextmanager
    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> Iterator[Target]:
        """A target to judge. ``setup`` changes settings of an emulated recorder; a real one is as it is."""
        merged = {**self.options.setup, **(setup or {})}
        key = json.dumps(merged, sort_keys=True, default=str) if self.emulated else ""
        knowledge = self._knowledge.setdefault(key, {})
        with ExitStack() as stack:
            if self.emulated:
                target = _start_emulator(stack, self.options, self.model, self.seed, merged, knowledge)
            else:
                target = _remote(self.options, self.seed, knowledge)
            target.model = self.model
            target.random = random.Random(f"{self.seed} {name}")
            yield target


def _remote(options: TargetOptions, seed: int, knowledge: dict[str, Any]) -> Target:
    assert options.url is not None
    control = Control(options.control, options.control_token) if options.control else None
    manual = control is not None and control.is_manual()
    endpoint = endpoint_of(options.url, insecure=options.insecure)
    return Target(
        options,
        endpoint,
        url=options.url,
        users=(
            User(options.user, options.password),
            *sorted(options.other_users, key=lambda user: user.priority),
        ),
        control=control,
        manual=manual,
        allowed=frozenset(PERMISSIONS) if control is not None else options.allow,
        seed=seed,
        knowledge=knowledge,
        other=Endpoint(endpoint.host, HTTP_PORT) if endpoint.tls else None,
    )


def _start_emulator(
    stack: ExitStack,
    options: TargetOptions,
    model: int,
    seed: int,
    setup: Mapping[str, Any],
    knowledge: dict[str, Any],
) -> Target:
    import msgspec

    from nvr_emulator.embedding import EmbeddedRecorder, small_recorder
    from nvr_emulator.machine import Ports

    settings = small_recorder(model, seed=seed)  # type: ignore[arg-type]
    if setup:
        settings = msgspec.convert({**msgspec.to_builtins(settings), **setup}, type(settings))
    # A transport that is off must be found off at a port that nobody else takes meanwhile.
    http_port, https_port = (0, 0) if settings.transport is None else (_reserve(stack), _reserve(stack))
    ports = Ports(http=http_port, https=https_port)
    recorder = stack.enter_context(
        EmbeddedRecorder(clock="manual", defects=options.defects, settings=settings, ports=ports)
    )
    transport = recorder.machine.plan.transport
    http, https = f"http://127.0.0.1:{http_port}", f"https://127.0.0.1:{https_port}"
    url, other = (recorder.url, None) if transport == "http" else (http, https)
    if transport == "https":
        url, other = https, http
    users = [User(user.name, user.password, user.level.priority) for user in recorder.users]
    return Target(
        options,
        endpoint_of(url, insecure=True),
        url=url,
        users=tuple(sorted(users, key=lambda user: user.priority)),
        control=_Embedded(recorder),
        manual=True,
        allowed=frozenset(PERMISSIONS),
        seed=seed,
        knowledge=knowledge,
        other=None if other is None else endpoint_of(other, insecure=True),
        https_alone=transport == "https",
    )


def _reserve(stack: ExitStack) -> int:
    """A port of this machine that a recorder may listen on, and nobody is given by chance."""
    holder = stack.enter_context(socket.socket())
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port: int = holder.getsockname()[1]
    return port


class _Embedded(Control):
    """An emulator in this process: its clock is moved, and it begins anew, without a detour."""

    def __init__(self, recorder: EmbeddedRecorder) -> None:
        super().__init__(recorder.control_url)
        self.recorder = recorder

    def now(self) -> float:
        return self.recorder.machine.clock.now()

    def advance(self, seconds: float) -> None:
        self.recorder.advance(seconds)

    def reset(self) -> None:
        self.recorder.reset()
