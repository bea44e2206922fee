"""One mutant judged: in a process of its own a module is made wrong, and the recorder that has it judged."""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import msgspec

from nvr_conformance.selftest.mutation.planting import RECORDER, forget, plant

if TYPE_CHECKING:
    from nvr_conformance.client.history import History
    from nvr_conformance.engine.events import Event, Reporter, ScenarioFinished
    from nvr_conformance.wire.exchange import Exchange

FREE_HEADERS = ("date", "server")
"""What may stand there is no matter of the document's."""
REFUSED = 400
"""From this status on the text of an answer is for people, and free."""
CLOCK_START = 1_714_020_000.0
"""When the recorder starts, so that two runs answer alike: 2024-04-25 04:40 UTC."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"  # a requirement failed or warned, or could not be tested any more
    SURVIVED = "survived"  # visible on the wire, and nothing was held against it
    UNSEEN = "unseen"  # every answer was what the healthy recorder answers
    CRASHED = "crashed"  # it does not start, fails with 500 or a trace, hangs: anybody finds that
    NO_VERDICT = "no verdict"  # the judge itself broke


class Scene(msgspec.Struct, frozen=True):
    """One scenario as it went. ``answers``: a digest of all that was answered; ``checked``: the ids that it
    made checks of."""

    seconds: float
    answers: str
    checked: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What came of judging one mutant. ``by``: the ids that saw it; ``scenes``: its scenarios, by name;
    ``cpu``: seconds of a processor."""

    fate: Fate
    by: tuple[str, ...] = ()
    reason: str = ""
    scenes: Mapping[str, Scene] = field(default_factory=dict)
    cpu: float = 0.0


@dataclass(frozen=True)
class MutantTrial:
    """A mutant (``number`` of its module) on a model, in these scenarios. ``compiled``: a directory in which
    compiled modules are kept from one trial to the next."""

    module: str
    number: int
    model: int
    seed: int
    scenarios: tuple[str, ...]
    compiled: str = ""


class _Ended(KeyboardInterrupt):
    """What is known of a mutant is enough: its run ends."""


class Watcher(logging.Handler):
    """Ends a run at the first failure, and keeps what was answered. ``crash``: how the recorder broke."""

    def __init__(self, *, to_the_end: bool = False) -> None:
        super().__init__(logging.ERROR)
        self._to_the_end = to_the_end
        self.by: list[str] = []
        self.checks = 0
        self.scenes: dict[str, Scene] = {}
        self.crash = ""

    def emit(self, record: logging.LogRecord) -> None:
        """A trace of the recorder, or of what serves it."""
        if record.exc_info and not self.crash:
            self.crash = f"the recorder broke: {record.exc_info[0] and record.exc_info[0].__name__}"

    def __call__(self, event: Event) -> None:
        """Take an event of the engine."""
        from nvr_conformance.engine.events import CheckMade, ScenarioFinished
        from nvr_conformance.judgement.verdicts import Verdict

        if isinstance(event, CheckMade):
            self.checks += 1
            if event.check.verdict in (Verdict.FAIL, Verdict.WARN):
                self.by.append(event.check.id)
                self._end()
        elif isinstance(event, ScenarioFinished):
            if not self.crash and event.problem is not None and in_recorder(event.problem):
                self.crash = f"the recorder broke: {event.reason}"[:200]
            if not self.crash and any(exchange.status == 500 for exchange in event.history.exchanges):
                self.crash = "the recorder answered 500"
            self.scenes[event.name] = _scene(event)
            if self.crash:
                self._end()

    def _end(self) -> None:
        if not self._to_the_end:
            raise _Ended


def in_recorder(problem: BaseException) -> bool:
    """Whether an exception comes out of the recorder: an embedded one works in the judge's own calls."""
    packages = [_package(Path(frame.filename)) for frame in extract_tb(problem.__traceback__)]
    return next(filter(None, reversed(packages)), "") in RECORDER


def _package(path: Path) -> str:
    """Which of the kit's packages a source belongs to; "" for the libraries'."""
    return next((part for part in path.parts if part.startswith("nvr_")), "")


def _scene(event: ScenarioFinished) -> Scene:
    checked = tuple(sorted({check.id for check in event.checks}))
    return Scene(round(event.seconds, 3), _digest(event.history), checked)


def _digest(history: History) -> str:
    told = hashlib.sha256()
    for exchange in history.exchanges:
        told.update(_answer(exchange))
    for stream in history.streams:
        packets = sorted(packet.data for packet in stream.packets)
        told.update(repr(len(packets)).encode() + b"".join(packets))
    return told.hexdigest()


def _answer(exchange: Exchange) -> bytes:
    if exchange.status is not None and exchange.status >= REFUSED:
        kept = [(name, value) for name, value in exchange.headers if name.lower() == "www-authenticate"]
        return repr((exchange.status, kept)).encode()
    kept = [(name, value) for name, value in exchange.headers if name.lower() not in FREE_HEADERS]
    return repr((exchange.status, exchange.reason, kept, exchange.crc)).encode() + exchange.body


def judge_scenes(
    model: int, seed: int, scenarios: Sequence[str] | None, watcher: Watcher, *reporters: Reporter
) -> Judged:
    """Judge the emulated recorder as it is in this process, in these scenarios (None: all)."""
    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.engine.judge import judge_source
    from nvr_conformance.engine.run_options import RunOptions
    from nvr_conformance.sources.source import TargetSource

    class Forgetful(TargetSource):
        """What one scenario found out is no matter of the next: each answers alike whichever ran before."""

        def _knowledge_of(self, setup: Mapping[str, Any]) -> dict[str, Any]:
            return {}

    source = Forgetful(TargetOptions(model=model, setup={"clock_start": CLOCK_START}), seed)
    root = logging.getLogger()
    root.addHandler(watcher)
    try:
        result = judge_source(source, RunOptions(only=scenarios, seed=seed), reporters=(*reporters, watcher))
    finally:
        root.removeHandler(watcher)
    if watcher.crash:
        return Judged(Fate.CRASHED, tuple(dict.fromkeys(watcher.by)), watcher.crash)
    if watcher.by:
        return Judged(Fate.KILLED, tuple(dict.fromkeys(watcher.by)), scenes=watcher.scenes)
    if result.errors:  # where nothing was checked, no recorder came to be
        return Judged(Fate.NO_VERDICT if watcher.checks else Fate.CRASHED, reason=result.errors[0][:200])
    return Judged(Fate.SURVIVED, scenes=watcher.scenes)


def judge_mutant(trial: MutantTrial) -> Judged:
    """Plant the mutant and judge; once in a process, which is of no use afterwards."""
    if trial.compiled:
        sys.dont_write_bytecode, sys.pycache_prefix = False, trial.compiled
    begun = time.process_time()
    forget()
    plant(trial.module, trial.number)
    try:
        judged = judge_scenes(trial.model, trial.seed, trial.scenarios, Watcher())
    except Exception as problem:
        judged = Judged(Fate.CRASHED, reason=f"{type(problem).__name__}: {problem}"[:200])
    return replace(judged, cpu=round(time.process_time() - begun, 2))
