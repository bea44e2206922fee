"""Where the target of each scenario comes from: a recorder somewhere, or an emulated one started for it."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from nvr_conformance.client.client import NAMED
from nvr_conformance.client.clock import ManualTime, RealTime, TargetTime
from nvr_conformance.client.control_port import Control
from nvr_conformance.client.options import PERMISSIONS, TargetOptions, User
from nvr_conformance.client.target import Access, Pace, Target
from nvr_conformance.sources import discovery
from nvr_conformance.wire.connection import tls_spoken
from nvr_conformance.wire.endpoint import Endpoint, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nvr_conformance.judgement.about import About

HTTP_PORT = 80
EMBEDDED = "embedded emulator"


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

    def about(self, words: About) -> About:
        """These words on a run, with what is known of the target afterwards."""

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
    _manual: bool | None = None  # whether the clock behind the control port is moved by hand; asked once
    _tls: str = ""  # what was agreed to
    _planted: tuple[str, ...] = ()  # defects of a recorder with a control port

    @property
    def name(self) -> str:
        """What the report calls the target."""
        return self.options.url or EMBEDDED

    @property
    def judged(self) -> str:
        """What is judged: where it is, and its model; once it is prepared."""
        return f"{self.name}, MODEL {self.model}"

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
        if self.options.control is not None:
            state = Control(self.options.control, self.options.control_token).state()
            self._planted = tuple(state.get("defects", ()))
        with self.open() as target:
            login = discovery.require_recorder(target)
            if not target.allows("eviction"):
                discovery.require_room(target)
            self._tls = tls_spoken(target.endpoint, target.timeout)
            self.model = self.options.model or discovery.find_model(target, login)

    def provides(self, need: str) -> bool:
        """Whether a scenario's need is met: a permission, ``state`` or ``manual-clock``."""
        if self.emulated:
            return True
        if need in PERMISSIONS:
            return need in self.options.allow or self.options.control is not None
        if self.options.control is None:
            return False
        if self._manual is None:
            self._manual = Control(self.options.control, self.options.control_token).is_manual()
        return need == "state" or self._manual

    def about(self, words: About) -> About:
        """These words on a run, with what is known of the target afterwards."""
        options = self.options
        clock: Literal["manual", "real"] = "real" if self.takes_its_time else "manual"
        variants: dict[str, str] = {}
        if "variants" in options.setup:
            from nvr_conformance.sources.embedded import chosen_variants

            variants = chosen_variants(options.setup["variants"])
        return msgspec.structs.replace(
            words,
            named="; ".join(self._knowledge_of(options.setup).get(NAMED, ())),
            tls=self._tls and self._tls + ("; any certificate is taken" if options.insecure else ""),
            user="" if self.emulated else options.user,
            clock=clock,
            defects=options.defects or self._planted,
            variants=variants,
            configuration=options.configuration,
            allow=tuple(sorted(options.allow)),
            pace=options.pace_on(clock),
            timeout=options.timeout,
        )

    def _knowledge_of(self, setup: Mapping[str, Any]) -> dict[str, Any]:
        """What was found out of a recorder of these settings; of a real one, there is but one."""
        key = json.dumps(setup, sort_keys=True, default=str) if self.emulated else ""
        return self._knowledge.setdefault(key, {})

    @contextmanager
    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> Iterator[Target]:
        """A target to judge. ``setup`` changes settings of an emulated recorder; a real one is as it is."""
        merged = {**self.options.setup, **(setup or {})}
        with ExitStack() as stack:
            if self.emulated:
                from nvr_conformance.sources.embedded import start_emulator

                access, _ = start_emulator(stack, self.model, self.seed, merged, self.options.defects)
            else:
                access = _remote(self.options)
            time = _time_of(access.control)
            target = Target(
                access,
                model=self.model,
                time=time,
                allowed=self.options.allow if access.control is None else frozenset(PERMISSIONS),
                pace=self.options.pace_on(time.clock),
                timeout=self.options.timeout,
                scout=discovery,
                seed=self.seed,
                name=name,
                knowledge=self._knowledge_of(merged),
                commands=Pace() if self.emulated else self._pace,
            )
            try:
                yield target
            finally:
                target.close()


def _remote(options: TargetOptions) -> Access:
    assert options.url is not None
    endpoint = endpoint_of(options.url, insecure=options.insecure)
    others = sorted(options.other_users, key=lambda user: user.priority)
    return Access(
        url=options.url,
        endpoint=endpoint,
        users=(User(options.user, options.password), *others),
        control=None if options.control is None else Control(options.control, options.control_token),
        other=Endpoint(endpoint.host, HTTP_PORT) if endpoint.tls else None,
    )


def _time_of(control: Control | None) -> TargetTime:
    return ManualTime(control) if control is not None and control.is_manual() else RealTime(control)
