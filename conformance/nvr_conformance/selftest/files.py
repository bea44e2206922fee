"""``selftest.json``: a self-test as a file, from which it can also go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.evidence.whole_files import require_folder, write_file
from nvr_conformance.judgement.requirements import Level
from nvr_conformance.selftest.coverage import Coverage, State, Sums, coverage
from nvr_conformance.selftest.page import PageFacts, render_page
from nvr_conformance.selftest.planning import Settings
from nvr_conformance.selftest.trials import Outcome, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

SAVE_EVERY = 20  # trials


class TrialRecord(msgspec.Struct, frozen=True):
    """One trial. ``defect`` None: the healthy recorder. ``must_fail``: the ids that the defect breaks."""

    model: int
    defect: str | None
    text: str
    seed: int
    exact: bool
    must_fail: tuple[str, ...]
    failed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    problem: str
    seconds: float
    not_applicable: dict[str, str]
    variants: tuple[tuple[str, str], ...]
    observed: dict[str, str]
    warned: tuple[str, ...] = ()

    @classmethod
    def of(cls, outcome: Outcome) -> TrialRecord:
        trial = outcome.trial
        return cls(
            trial.model,
            trial.defect,
            trial.text,
            trial.seed,
            outcome.good,
            tuple(sorted(trial.breaks)),
            tuple(sorted(outcome.broken)),
            tuple(sorted(outcome.missing)),
            tuple(sorted(outcome.extra)),
            outcome.problem,
            outcome.seconds,
            dict(outcome.not_applicable),
            trial.variants,
            dict(outcome.observed),
            tuple(sorted(outcome.warned)),
        )

    def is_of(self, trial: Trial) -> bool:
        """Whether it is this trial that was made."""
        ours = (self.model, self.defect, self.seed, frozenset(self.must_fail), self.variants)
        return ours == (trial.model, trial.defect, trial.seed, trial.breaks, trial.variants)

    def outcome(self, trial: Trial) -> Outcome:
        """The outcome that it was made of."""
        return Outcome(
            trial,
            frozenset(self.failed),
            self.problem,
            self.seconds,
            self.not_applicable,
            self.observed,
            frozenset(self.warned),
        )


class CellRecord(msgspec.Struct, frozen=True):
    """A requirement on one model."""

    model: int
    state: State
    reason: str
    defects: tuple[str, ...]


class RequirementRecord(msgspec.Struct, frozen=True):
    """A requirement, and what proves it."""

    id: str
    level: Level
    text: str
    models: tuple[CellRecord, ...]


class SelftestRecord(msgspec.Struct, frozen=True):
    """The whole file. ``planned``: how many trials there are to make."""

    settings: Settings
    begun: str
    seconds: float
    planned: int
    sums: Sums
    requirements: tuple[RequirementRecord, ...]
    trials: tuple[TrialRecord, ...]


class SelftestFiles:
    """The files of a self-test in a directory, which is made if need be. OSError where it cannot.

    With ``resume``, ``kept`` holds the outcomes of the trials that a former run made, without those that
    broke. ValueError where the former one was asked for something else.
    """

    def __init__(
        self,
        directory: Path,
        settings: Settings,
        trials: Sequence[Trial],
        *,
        ids: AbstractSet[str],
        declared: Mapping[tuple[str, int], int],
        resume: bool = False,
    ) -> None:
        self._json, self._page = directory / "selftest.json", directory / "selftest.html"
        self._settings, self._planned, self._ids, self._declared = settings, len(trials), ids, declared
        self._begun = datetime.now(UTC).isoformat(timespec="seconds")
        self._seconds = 0.0
        self.kept: list[Outcome] = []
        require_folder(directory)
        if resume and self._json.exists():
            self._read(trials)
        else:
            self._json.unlink(missing_ok=True)
        self._page.unlink(missing_ok=True)

    def _read(self, trials: Sequence[Trial]) -> None:
        try:
            former = read_json(read_file(self._json), SelftestRecord)
        except ValueError as problem:
            raise ValueError(f"{self._json}: {problem}") from None
        differing = [
            name
            for name in Settings.__struct_fields__
            if getattr(former.settings, name) != getattr(self._settings, name)
        ]
        if differing:
            raise ValueError(f"{self._json} is of another self-test: not the same {', '.join(differing)}")
        self._begun, self._seconds = former.begun, former.seconds
        done = {(each.model, each.defect, each.seed, each.variants): each for each in former.trials}
        for trial in trials:
            record = done.get((trial.model, trial.defect, trial.seed, trial.variants))
            if record is not None and record.is_of(trial) and not record.problem:
                self.kept.append(record.outcome(trial))

    def save(self, outcomes: Sequence[Outcome], seconds: float) -> list[Coverage]:
        """Write ``selftest.json``. ``seconds``: how long this run has taken so far."""
        rows = coverage(outcomes, self._ids, self._declared)
        record = SelftestRecord(
            self._settings,
            self._begun,
            round(self._seconds + seconds, 1),
            self._planned,
            Sums.of(outcomes, rows),
            tuple(_requirement(row) for row in rows),
            tuple(TrialRecord.of(outcome) for outcome in outcomes),
        )
        write_file(self._json, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
        return rows

    def finish(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Write ``selftest.json``, and ``selftest.html``."""
        rows = self.save(outcomes, seconds)
        facts = PageFacts(
            kit=self._settings.kit,
            begun=self._begun,
            seconds=self._seconds + seconds,
            seed=self._settings.seed,
            full=self._settings.full,
            planned=self._planned,
        )
        write_file(self._page, render_page(outcomes, rows, facts).encode())


def _requirement(row: Coverage) -> RequirementRecord:
    cells = (CellRecord(model, cell.state, cell.reason, cell.defects) for model, cell in row.cells.items())
    return RequirementRecord(row.requirement.id, row.requirement.level, row.requirement.text, tuple(cells))
