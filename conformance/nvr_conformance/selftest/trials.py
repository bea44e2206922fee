"""The judge judged: every defect of the emulator must fail exactly the requirements that it breaks, and the
healthy emulator must pass whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.claims import SCENARIOS, files_claiming
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.requirements import Level
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.selftest.variant_trials import setup_of
from nvr_conformance.selftest.worker_pool import Lost, spread

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from nvr_conformance.judgement.result import Result

TIMEOUT = 180.0  # seconds for one run
MODELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run to make: a model with one defect, or healthy. ``breaks`` is what it must fail, ``text`` says it
    in words; ``focus``: only the scenarios that can see it are run. ``variants``: what the recorder does
    otherwise where the document leaves it open. ``only``: the scenarios that are in reach of the defect."""

    model: int
    defect: str | None
    breaks: frozenset[str]
    select: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    seed: int = 0
    scenarios: Path = SCENARIOS
    focus: frozenset[str] | None = None
    text: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What the trial is called: the defect, the variants, or healthy."""
        return self.defect or (f"variants: {self.text}" if self.variants else "healthy")

    @property
    def healthy(self) -> bool:
        """Whether it is the recorder as it is by default, with nothing to fail."""
        return self.defect is None and not self.variants


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. ``broken``: the ids that failed or were warned of; ``warned``: those of them that
    were only warned of though a breach must fail; ``problem``: what kept it from being a proof at all (an
    error of the kit, a process that hung). ``not_applicable``: the ids that the model lacks, and why;
    ``observed``: a digest of each observation."""

    trial: Trial
    broken: frozenset[str] = frozenset()
    problem: str = ""
    seconds: float = 0.0
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    observed: Mapping[str, str] = field(default_factory=dict)
    warned: frozenset[str] = frozenset()

    @cached_property
    def missing(self) -> frozenset[str]:
        """Ids that the defect breaks and the judge did not fail; of a run that broke nothing can be said."""
        return frozenset() if self.problem else self.trial.breaks - (self.broken - self.warned)

    @cached_property
    def extra(self) -> frozenset[str]:
        """Ids that the judge failed though the defect does not break them."""
        return frozenset() if self.problem else self.broken - self.trial.breaks

    @cached_property
    def killed(self) -> frozenset[str]:
        """Ids that failed as they must; none in a run that broke."""
        return frozenset() if self.problem else self.trial.breaks & (self.broken - self.warned)

    @property
    def good(self) -> bool:
        """Whether the judge failed exactly what it must."""
        return not (self.problem or self.missing or self.extra)


def run_trial(trial: Trial) -> Outcome:
    """Judge one emulator. What the scenarios that are for a row do not see is for those that check it
    besides."""
    outcome = _judged(trial, trial.focus)
    if trial.focus is None or not outcome.missing:
        return outcome
    if not files_claiming(trial.scenarios, outcome.missing, besides=True):
        return outcome
    further = _judged(trial, outcome.missing, besides=True)
    return replace(
        outcome,
        broken=outcome.broken | further.broken,
        problem=further.problem,
        seconds=outcome.seconds + further.seconds,
        warned=(outcome.warned | further.warned) - (outcome.killed | further.killed),
    )


def _judged(trial: Trial, focus: frozenset[str] | None, *, besides: bool = False) -> Outcome:
    options = TargetOptions(
        model=trial.model,
        defects=(trial.defect,) if trial.defect else (),
        setup=setup_of(trial.variants, trial.model),
    )
    result = judge(
        options,
        RunOptions(
            select=trial.select,
            skip=trial.skip,
            focus=focus,
            besides=besides,
            only=trial.only,
            seed=trial.seed,
            scenarios=trial.scenarios,
        ),
    )
    problems = [*result.errors, *(f"{id_}: error" for id_ in sorted(result.ids(Verdict.ERROR)))]
    if not problems and result.verdict is Overall.INCONCLUSIVE:
        problems = ["nothing was judged"]
    if not problems and not trial.defect:
        problems = list(result.untested)  # who conforms is to be told so, not that too little was tested
    rows = [row for row in result.requirements if row.verdict is Verdict.NOT_APPLICABLE]
    return Outcome(
        trial,
        result.broken,
        problems[0] if problems else "",
        result.seconds,
        {row.id: row.reason for row in rows},
        _observations(result),
        frozenset(
            row.id
            for row in result.requirements
            if row.verdict is Verdict.WARN and row.level == Level.MUST.value
        ),
    )


def _observations(result: Result) -> dict[str, str]:
    """Of each observation its id and name, and a digest of what was observed."""
    seen: dict[str, str] = {}
    for row in result.requirements:
        for check in row.checks:
            if check.verdict is Verdict.OBSERVED:
                key = f"{row.id} {check.name}"
                seen[key] = f"{seen.get(key, '')}\n{check.actual}"
    return {key: f"{crc32(text.encode()):08x}" for key, text in seen.items()}


def run_trials(
    trials: Sequence[Trial], *, jobs: int | None = None, timeout: float = TIMEOUT
) -> Generator[Outcome]:
    """Run the trials over the cores at hand (or in ``jobs`` processes); outcomes come as they are ready."""
    for trial, answer in spread(run_trial, trials, jobs=jobs or usual_jobs(), timeout=timeout):
        yield Outcome(trial, problem=answer.reason) if isinstance(answer, Lost) else answer


def usual_jobs() -> int:
    """How many processes keep the cores at hand busy: twice as many, for in each a recorder and its judge
    wait for one another, and for a stream to be quiet."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 * cores
