"""``selftest.json``: a self-test as a file, from which it can also go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.engine.judge import chosen_ids
from nvr_conformance.evidence.whole_files import require_folder, write_file
from nvr_conformance.judgement.plain_struct import PlainStruct
from nvr_conformance.judgement.requirements import Level
from nvr_conformance.selftest.coverage import Coverage, State, Sums, coverage
from nvr_conformance.selftest.mutation import files as mutants
from nvr_conformance.selftest.page import PageFacts, render_page
from nvr_conformance.selftest.place import FILE, MUTANTS, PAGE
from nvr_conformance.selftest.planning import Settings, declared_defects, plan_trials
from nvr_conformance.selftest.shard import WHOLE, Shard, require_all, require_same, require_this_version
from nvr_conformance.selftest.trials import Outcome, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

SAVE_EVERY = 20  # trials


class TrialRecord(PlainStruct, frozen=True):
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

    def trial(self) -> Trial:
        """The trial, as far as the record tells of it."""
        return Trial(
            self.model,
            self.defect,
            frozenset(self.must_fail),
            seed=self.seed,
            text=self.text,
            variants=self.variants,
        )

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


class SelftestRecord(PlainStruct, frozen=True):
    """The whole file. ``planned``: how many trials there are to make, in this shard."""

    settings: Settings
    begun: str
    seconds: float
    planned: int
    sums: Sums
    requirements: tuple[RequirementRecord, ...]
    trials: tuple[TrialRecord, ...]
    shard: Shard = WHOLE

    def facts(self) -> PageFacts:
        """What the page says of it."""
        return PageFacts(
            kit=self.settings.kit,
            begun=self.begun,
            seconds=self.seconds,
            seed=self.settings.seed,
            full=self.settings.full,
            planned=self.planned,
        )

    def outcomes(self) -> list[Outcome]:
        """What came of each trial."""
        return [each.outcome(each.trial()) for each in self.trials]


def write_mutants_page(directory: Path, found: mutants.MutantsRecord) -> None:
    """Write ``selftest.html`` with these mutants, and with the self-test whose ``selftest.json`` is there."""
    path = directory / FILE
    if path.exists():
        record = read_selftest(path)
        settings = record.settings
        rows = coverage(record.outcomes(), chosen_ids(settings.select, settings.skip), declared_defects())
        page = render_page(record.outcomes(), rows, record.facts(), found)
    else:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        facts = PageFacts(
            kit=found.settings.kit,
            begun=now,
            seconds=found.seconds,
            seed=found.settings.seed,
            full=False,
            planned=0,
        )
        page = render_page([], [], facts, found)
    write_file(directory / PAGE, page.encode())


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
        shard: Shard = WHOLE,
    ) -> None:
        self._json, self._page, self._mutants = (directory / name for name in (FILE, PAGE, MUTANTS))
        self._shard = shard
        self._settings, self._planned, self._ids, self._declared = settings, len(trials), ids, declared
        self._begun = datetime.now(UTC).isoformat(timespec="seconds")
        self._seconds = 0.0
        self.kept: list[Outcome] = []
        require_folder(directory)
        again = resume and self._json.exists()
        if again:
            self._read(trials)
        self._page.unlink(missing_ok=True)
        if not again:
            self._json.unlink(missing_ok=True)

    def _read(self, trials: Sequence[Trial]) -> None:
        former = read_selftest(self._json)
        differing = [
            name
            for name in Settings.__struct_fields__
            if getattr(former.settings, name) != getattr(self._settings, name)
        ]
        if former.shard != self._shard:
            differing.append("shard")
        if differing:
            raise ValueError(f"{self._json} is of another self-test: not the same {', '.join(differing)}")
        self._begun, self._seconds = former.begun, former.seconds
        self.kept += [each for each in outcomes_of(former, trials) if not each.problem]

    def save(self, outcomes: Sequence[Outcome], seconds: float) -> tuple[SelftestRecord, list[Coverage]]:
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
            self._shard,
        )
        write_file(self._json, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
        return record, rows

    def finish(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Write ``selftest.json``, and ``selftest.html``."""
        record, rows = self.save(outcomes, seconds)
        found = mutants.read_mutants(self._mutants) if self._mutants.exists() else None
        write_file(self._page, render_page(outcomes, rows, record.facts(), found).encode())


def read_selftest(path: Path) -> SelftestRecord:
    """What a self-test left. ValueError, in one line, for anything else."""
    try:
        return read_json(read_file(path), SelftestRecord)
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None


class JoinedSelftests:
    """All shards as one self-test: what came of its trials, what that proves, and how many trials there were
    to make. ValueError, in one line, where they do not go together."""

    def __init__(self, parts: Mapping[Path, SelftestRecord]) -> None:
        require_same({path: part.settings for path, part in parts.items()})
        require_all({path: part.shard for path, part in parts.items()})
        self._settings = next(iter(parts.values())).settings
        require_this_version(self._settings.kit)
        self._trials = plan_trials(self._settings)
        self._ids = chosen_ids(self._settings.select, self._settings.skip)
        self._seconds = sum(part.seconds for part in parts.values())
        self._declared = declared_defects()
        self.outcomes = [
            each for part in parts.values() for each in outcomes_of(part, part.shard.part(self._trials))
        ]
        self.rows = coverage(self.outcomes, self._ids, self._declared)
        self.planned = len(self._trials)

    def write(self, directory: Path) -> None:
        """Leave the files of the whole. OSError where nothing can be written."""
        files = SelftestFiles(directory, self._settings, self._trials, ids=self._ids, declared=self._declared)
        files.finish(self.outcomes, self._seconds)


def outcomes_of(record: SelftestRecord, trials: Sequence[Trial]) -> list[Outcome]:
    """What came of those of these trials that were made."""
    done = {(each.model, each.defect, each.seed, each.variants): each for each in record.trials}
    found = []
    for trial in trials:
        made = done.get((trial.model, trial.defect, trial.seed, trial.variants))
        if made is not None and made.is_of(trial):
            found.append(made.outcome(trial))
    return found


def _requirement(row: Coverage) -> RequirementRecord:
    cells = (CellRecord(model, cell.state, cell.reason, cell.defects) for model, cell in row.cells.items())
    return RequirementRecord(row.requirement.id, row.requirement.level, row.requirement.text, tuple(cells))
