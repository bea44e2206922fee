"""Judging an emulated recorder that stands behind proxies."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from checking import scenarios_checking
from nvr_conformance.client.clock import ManualTime, RehearsedTime
from nvr_conformance.client.control_port import Control
from nvr_conformance.client.options import PERMISSIONS
from nvr_conformance.client.target import Target
from nvr_conformance.engine.judge import judge_source
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.requirements import matching
from nvr_conformance.sources import discovery
from nvr_conformance.sources.embedded import start_emulator
from nvr_conformance.wire.endpoint import endpoint_of
from proxies.network import Network
from proxies.relay import Relay
from proxies.reverse_proxy import reverse_proxy


@dataclass(kw_only=True)
class BehindProxies:
    """A source of targets: an emulated recorder for each scenario, asked through a relay.

    ``path``: makes the UDP path of each, None for none; ``on_answer``, ``on_request`` (without a path) and
    ``unnoticed`` as of the relay;
    ``folder``: of nginx, in front of all else; ``plant``: given the emulator's recorder before it is asked
    anything. The judge knows of the emulator only that its clock can be moved; if ``real``, not even that: it
    believes in real time, and in a recorder of which nothing is known but what it shows.
    """

    model: int = 2
    seed: int = 0
    setup: dict[str, Any] = field(default_factory=dict)
    defects: tuple[str, ...] = ()
    path: Any = None
    on_answer: Any = None
    on_request: Any = None
    unnoticed: int = 0
    folder: Any = None
    buffering: bool = False
    plant: Any = None
    real: bool = False
    paths: list[Any] = field(default_factory=list)
    name = "behind proxies"
    _knowledge: dict[str, Any] = field(default_factory=dict)

    def prepare(self):
        """It is there."""

    def provides(self, need):
        """All is allowed; what takes a control port is not there on a real clock."""
        return need in PERMISSIONS or not self.real

    def about(self, words):
        """Nothing is to be said of it."""
        return words

    @contextmanager
    def open(self, setup=None, name=""):
        merged = {**self.setup, **({} if self.real else setup or {})}
        with ExitStack() as stack:
            access, embedded = start_emulator(stack, self.model, self.seed, merged, self.defects)
            if self.plant is not None:
                self.plant(embedded.recorder.machine.recorder)
            network = stack.enter_context(Network())
            path = None if self.path is None else network.add(self.path())
            recorder = (access.endpoint.host, access.endpoint.port)
            rewrite = self.on_request if path is None else path.request
            relay = network.add(
                Relay(recorder, on_request=rewrite, on_answer=self.on_answer, unnoticed=self.unnoticed)
            )
            self.paths += [path] if path else []
            url = relay.url
            if self.folder is not None:
                relayed = ("127.0.0.1", relay.port)
                url = stack.enter_context(reverse_proxy(relayed, self.folder, buffering=self.buffering))
            control = _Behind(embedded.recorder, network)
            time = RehearsedTime(control) if self.real else ManualTime(control)
            yield Target(
                dataclasses.replace(
                    access,
                    url=url,
                    endpoint=endpoint_of(url),
                    control=None if self.real else control,
                    https_alone=None,
                    emulated=False,
                ),
                model=self.model,
                time=time,
                allowed=frozenset(PERMISSIONS),
                pace=0.0,
                timeout=10.0,
                scout=discovery,
                seed=self.seed,
                name=name,
                knowledge=self._knowledge.setdefault(repr(merged), {}),
            )


class _Behind(Control):
    """The emulator's control port: it moves the clock, and whatever was sent then has passed the proxies."""

    def __init__(self, recorder, network):
        super().__init__(recorder.control_url)
        self._recorder, self._network = recorder, network

    def now(self):
        return self._recorder.machine.clock.now()

    def advance(self, seconds):
        self._recorder.advance(seconds)
        self._network.settle()

    def reset(self):
        self._recorder.reset()


def judged(select, *, defect=None, focus=(), **behind):
    """What comes of a run of these requirements (``LIV-*``) behind proxies; of the scenarios that check one
    of ``focus`` alone, if given."""
    source = BehindProxies(defects=(defect,) if defect else (), **behind)
    selected = matching(select)
    wanted = RunOptions(select=select, only=scenarios_checking(focus or select))
    result = judge_source(source, wanted)
    assert not result.errors, result.errors
    return Judged({row.id: row for row in result.requirements if row.id in selected}, source)


@dataclass
class Judged:
    """What came of it."""

    rows: dict[str, Any]
    source: BehindProxies

    def having(self, *verdicts):
        """The rows with one of these verdicts, and what was said."""
        return {
            id_: [f"{check.name}: {check.actual}" for check in row.checks if check.verdict in verdicts]
            or row.reason
            for id_, row in self.rows.items()
            if row.verdict in verdicts
        }

    @property
    def bad(self):
        """What failed, warned or broke."""
        return self.having("fail", "warn", "error")
