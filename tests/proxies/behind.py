"""Judging an emulated recorder that stands behind proxies."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nvr_conformance.client.control_port import Control
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.judgement.requirements import matching
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.wire.endpoint import endpoint_of
from proxies.network import Network
from proxies.relay import Relay
from proxies.reverse_proxy import reverse_proxy


@dataclass
class BehindProxies(TargetSource):
    """Starts an emulated recorder for each scenario, and asks it through a relay.

    ``path``: what makes the UDP path of each, None for none; ``on_answer`` as of the relay; ``folder``: of
    nginx, in front of all else. ``plant``: given the emulator's recorder before it is asked anything.
    The judge knows of the emulator only that its clock can be moved.
    """

    path: Any = None
    on_answer: Any = None
    folder: Any = None
    buffering: bool = False
    plant: Any = None
    paths: list[Any] = field(default_factory=list)

    @contextmanager
    def open(self, setup=None, name=""):
        with super().open(setup, name) as target, Network() as network:
            recorder = target.embedded
            if self.plant is not None:
                self.plant(recorder.machine.recorder)
            path = None if self.path is None else network.add(self.path())
            relay = network.add(
                Relay(
                    (target.endpoint.host, target.endpoint.port),
                    on_request=None if path is None else path.request,
                    on_answer=self.on_answer,
                )
            )
            if path is not None:
                self.paths.append(path)
            target.control = target.time._control = _Behind(recorder, network)
            if self.folder is None:
                yield _at(target, relay.url)
            else:
                address = ("127.0.0.1", relay.port)
                with reverse_proxy(address, self.folder, buffering=self.buffering) as url:
                    yield _at(target, url)


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


def _at(target, url):
    target.endpoint = target.http = endpoint_of(url)
    target.url = url
    assert urlsplit(url).port == target.endpoint.port
    return target


def judged(select, *, defect=None, model=2, setup=None, seed=0, **source):
    """What comes of a run of these requirements (``LIV-*``) behind proxies."""
    options = TargetOptions(model=model, defects=(defect,) if defect else (), setup=setup or {})
    opened = BehindProxies(options, seed, **source)
    focus = matching(select)
    result = judge(source=opened, select=select, focus=focus)
    assert not result.errors, result.errors
    return Judged({row.id: row for row in result.requirements if row.id in focus}, opened)


@dataclass
class Judged:
    """What came of it."""

    rows: dict[str, Any]
    source: BehindProxies

    def having(self, *verdicts):
        """The rows with one of these verdicts, and what was wrong."""
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
