"""Where the target of each scenario comes from: a recorder somewhere, or an emulated one started for it."""

from __future__ import annotations

import json
import random
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from nvr_conformance.client.clock import ManualTime, RealTime
from nvr_conformance.client.control_port import Control
from nvr_conformance.client.target import PERMISSIONS, Pace, Target, TargetOptions, User
from nvr_conformance.wire.endpoint import Endpoint, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HTTP_PORT = 80


class Source(Protocol):
    """Where the target of each scenario comes from. ``name`` is what the report calls it."""

    model: int
    seed: int

    @property
    def name(self) -> str: ...

    def prepare(self) -> None:
        """Find out what there is. TargetUnreachableError, in one line, where nothing is."""

    def provides(self, need: str) -> bool:
        """Whether a scenario's need is met."""

    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> AbstractContextManager[Target]:
        """The target of the scenario ``name``."""


@dataclass
class TargetSource:
    """Opens the target of each scenario. An emulated recorder is started afresh each time, so nothing is
    left over."""

    options: TargetOptions
    seed: int = 0
    model: int = 0
    _knowledge: dict[str, dict[str, Any]] = field(default_factory=dict)
    _pace: Pace = field(default_factory=Pace)

    @property
    def name(self) -> str:
        """What the report calls the target."""
        return self.options.url or "embedded"

    @property
    def emulated(self) -> bool:
        """Whether a recorder is started by this kit."""
        return self.options.url is None

    @property
    def takes_its_time(self) -> bool:
        """Whether waits are waited for: not where a clock can be moved."""
        return not self.emulated and not self.provides("manual-clock")

    def prepare(self) -> None:
        """Find out whether a recorder is there, and its model; once. TargetUnreachableError, in one line."""
        if self.model:
            return
        if self.emulated:
            self.model = self.options.model or 2
            return
        from nvr_conformance.sources.discovery import find_model, require_recorder, require_room

        with self.open() as target:
            login = require_recorder(target)
            if not target.allows("eviction"):
                require_room(target)
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
                from nvr_conformance.sources.embedded import start_emulator

                target = start_emulator(stack, self.options, self.model, self.seed, merged, knowledge)
            else:
                target = _remote(self.options, self.seed, knowledge, self._pace)
            target.model = self.model
            target.random = random.Random(f"{self.seed} {name}")
            yield target


def _remote(options: TargetOptions, seed: int, knowledge: dict[str, Any], pace: Pace) -> Target:
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
        time=ManualTime(control) if control is not None and manual else RealTime(control),
        allowed=frozenset(PERMISSIONS) if control is not None else options.allow,
        seed=seed,
        knowledge=knowledge,
        other=Endpoint(endpoint.host, HTTP_PORT) if endpoint.tls else None,
        pace=pace,
    )
