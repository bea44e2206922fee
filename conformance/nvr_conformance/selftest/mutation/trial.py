"""One mutant judged: in a process of its own a module is made wrong, and the recorder that has it judged."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.engine.events import Event

IGNORED_HEADERS = ("date",)
CLOCK_START = 1_714_020_000.0
"""When the recorder starts, so that two runs answer alike: 2024-04-25 04:40 UTC."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"  # a requirement failed or warned
    SURVIVED = "survived"  # visible on the wire, and nothing was held against it
    UNSEEN = "unseen"  # every answer was what the healthy recorder answers
    CRASHED = "crashed"  # it does not start, or fails with 500: that is found by anybody
    NO_VERDICT = "no verdict"  # the judge itself broke, or it took too long


@dataclass(frozen=True)
class Judged:
    """What came of judging one mutant. ``by``: the ids that saw it; ``answers``: a digest of each scenario's
    answers."""

    fate: Fate
    by: tuple[str, ...] = ()
    reason: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MutantTrial:
    """A mutant (``number`` of its module; "" for none) on a model."""

    module: str
    number: int
    model: int
    seed: int = 0


class _Killed(KeyboardInterrupt):
    """The first thing held against a mutant ends its run: it is known to be seen."""


class _Watcher:
    """Ends a run at the first failure, and keeps digests of what was answered."""

    def __init__(self, *, to_the_end: bool) -> None:
        self._to_the_end = to_the_end
        self.by: list[str] = []
        self.checks = 0
        self.answers: dict[str, str] = {}
        self.failed_with_500 = False

    def __call__(self, event: Event) -> None:
        from nvr_conformance.engine.events import CheckMade, ScenarioFinished
        from nvr_conformance.judgement.verdicts import Verdict

        self.checks += isinstance(event, CheckMade)
        if isinstance(event, CheckMade) and event.check.verdict in (Verdict.FAIL, Verdict.WARN):
            self.by.append(event.check.id)
            if not self._to_the_end:
                raise _Killed
        elif isinstance(event, ScenarioFinished):
            exchanges = event.history.exchanges
            self.failed_with_500 |= any(exchange.status == 500 for exchange in exchanges)
            told = hashlib.sha256()
            for exchange in exchanges:
                kept = [
                    (name.lower(), value)
                    for name, value in exchange.headers
                    if name.lower() not in IGNORED_HEADERS
                ]
                told.update(repr((exchange.status, kept)).encode() + exchange.body)
            for stream in event.history.streams:
                packets = sorted(packet.data for packet in stream.packets)
                told.update(repr(len(packets)).encode() + b"".join(packets))
            self.answers[event.name] = told.hexdigest()


def judge_mutant(trial: MutantTrial) -> Judged:
    """Plant the mutant and judge; to be called once in a process that has imported nothing of it."""
    from nvr_conformance.selftest.mutation.planting import plant

    if trial.module:
        plant(trial.module, trial.number)
    try:
        from nvr_conformance.client.options import TargetOptions
        from nvr_conformance.engine.judge import judge
        from nvr_conformance.engine.run_options import RunOptions

        watcher = _Watcher(to_the_end=not trial.module)
        options = TargetOptions(model=trial.model, setup={"clock_start": CLOCK_START})
        result = judge(options, RunOptions(seed=trial.seed), reporters=(watcher,))
    except Exception as problem:
        return Judged(Fate.CRASHED, reason=f"{type(problem).__name__}: {problem}"[:200])
    if watcher.failed_with_500:
        return Judged(Fate.CRASHED, tuple(watcher.by), "the recorder answered 500")
    if watcher.by:
        return Judged(Fate.KILLED, tuple(dict.fromkeys(watcher.by)), answers=watcher.answers)
    if result.errors and not watcher.checks:  # nothing ran: no recorder came to be
        return Judged(Fate.CRASHED, reason=result.errors[0][:200])
    if result.errors:
        return Judged(Fate.NO_VERDICT, reason=result.errors[0][:200])
    return Judged(Fate.SURVIVED, answers=watcher.answers)


def main() -> None:
    """``python -m … MODULE NUMBER MODEL SEED``: the judgement as JSON in the last line."""
    import msgspec

    module, number, model, seed = sys.argv[1:]
    judged = judge_mutant(MutantTrial(module, int(number), int(model), int(seed)))
    print()
    print(msgspec.json.encode(judged).decode())


if __name__ == "__main__":
    main()
