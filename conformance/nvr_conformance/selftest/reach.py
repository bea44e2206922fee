"""Which scenarios can meet a defect: those that call a seam of the recorder that it is put around.

In all others it cannot show: each scenario has a recorder of its own. To leave them out halves a full
self-test.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.claims import claims
from nvr_conformance.engine.judge import judge_source
from nvr_conformance.engine.plugin import place_of
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.selftest import trials
from nvr_conformance.selftest.worker_pool import Lost, spread
from nvr_conformance.sources.embedded import EmbeddedControl
from nvr_conformance.sources.source import TargetSource

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path

    from nvr_conformance.client.target import Target
    from nvr_conformance.selftest.trials import Outcome, Trial

FEWEST = 10  # trials of a kind, for which it is worth while to look


@dataclass(frozen=True, slots=True)
class Look:
    """One scenario of a healthy recorder, alone."""

    model: int
    seed: int
    scenarios: Path
    scenario: str


@dataclass
class _WatchedSource(TargetSource):
    """Notes which seams of its recorders are called."""

    called: set[str] = field(default_factory=set)

    @contextmanager
    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> Iterator[Target]:
        from nvr_emulator.defects.reach import watch_seams

        with super().open(setup, name) as target:
            assert isinstance(target.control, EmbeddedControl)
            watch_seams(target.control.recorder.machine.recorder, self.called.add)
            yield target


def seams_called(look: Look) -> frozenset[str]:
    """The seams that the scenario calls, with all that it must find out about its recorder."""
    source = _WatchedSource(TargetOptions(model=look.model), look.seed)
    judge_source(source, RunOptions(only=(look.scenario,), seed=look.seed, scenarios=look.scenarios))
    return frozenset(source.called)


def run_within_reach(wanted: Sequence[Trial], *, jobs: int, timeout: float) -> Generator[Outcome]:
    """As ``run_trials``, those of a defect in the scenarios alone in which it can show."""
    yield from trials.run_trials(within_reach(wanted, jobs=jobs, timeout=timeout), jobs=jobs, timeout=timeout)


def within_reach(wanted: Sequence[Trial], *, jobs: int, timeout: float) -> list[Trial]:
    """The same trials; those of a defect that would meet all scenarios meet those in which it can show."""
    kinds = Counter((trial.model, trial.seed, trial.scenarios) for trial in wanted if _is_wide(trial))
    looks = [
        Look(*kind, name) for kind, count in kinds.items() if count >= FEWEST for name in _names(*kind[::2])
    ]
    called: dict[Look, frozenset[str] | None] = dict.fromkeys(looks)
    for look, answer in spread(seams_called, looks, jobs=jobs, timeout=timeout):
        called[look] = None if isinstance(answer, Lost) else answer
    touched = cache(_touched)

    def narrowed(trial: Trial) -> Trial:
        seams = touched(cast("Literal[1, 2, 3]", trial.model), trial.defect) if _is_wide(trial) else None
        met = [
            look.scenario
            for look, heard in called.items()
            if (look.model, look.seed, look.scenarios) == (trial.model, trial.seed, trial.scenarios)
            and (seams is None or heard is None or seams & heard)
        ]
        return replace(trial, only=tuple(met)) if met and seams else trial

    return [narrowed(trial) for trial in wanted]


def _is_wide(trial: Trial) -> bool:
    return trial.defect is not None and trial.focus is None


def _touched(model: Literal[1, 2, 3], defect: str) -> frozenset[str] | None:
    """The seams that a defect is put around; None: it may show anywhere."""
    from nvr_emulator import all_defects, small_recorder
    from nvr_emulator.configuration.plan import plan
    from nvr_emulator.defects.reach import touched_seams
    from nvr_emulator.recorder.recorder import Recorder

    planted = next(each for each in all_defects() if each.name == defect)
    return touched_seams(planted, Recorder(plan(small_recorder(model)), now=0.0))


def _names(model: int, scenarios: Path) -> list[str]:
    """The scenarios for a model, in their order; none where they cannot be read, which a run tells better."""
    directory = scenarios if scenarios.is_dir() else scenarios.parent
    try:
        found = [
            each
            for each in claims(directory)
            if model in each.claim.models and scenarios in (directory, each.path)
        ]
    except KitError:
        return []
    return [each.scenario for each in sorted(found, key=lambda each: place_of(each.claim))]
