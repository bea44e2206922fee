"""What a self-test proves: for each requirement and model, the defects that it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nvr_conformance.judgement.requirements import Level, Requirement, requirements
from nvr_conformance.selftest.trials import MODELS, Outcome

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class State(StrEnum):
    """What is known of a requirement on a model."""

    PROVED = "proved"  # a defect was found by it
    UNPROVED = "unproved"  # no defect was found by it, though one should have been
    NOT_TRIED = "not-tried"  # no defect that breaks it met this model in this run
    NOT_APPLICABLE = "not-applicable"
    UNTESTABLE = "untestable"
    OBSERVED = "observed"  # nothing to prove; the defects changed what was observed


TO_PROVE = (State.PROVED, State.UNPROVED, State.NOT_TRIED)


@dataclass(frozen=True, slots=True)
class Cell:
    """A requirement on a model. ``defects`` found by it, by name; ``reason``: why there are none."""

    state: State
    defects: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A requirement on all models."""

    requirement: Requirement
    cells: Mapping[int, Cell]

    @property
    def defects(self) -> tuple[str, ...]:
        """The defects found by it on any model."""
        return tuple(dict.fromkeys(name for cell in self.cells.values() for name in cell.defects))


def coverage(
    outcomes: Sequence[Outcome], ids: AbstractSet[str], declared: Mapping[tuple[str, int], int]
) -> list[Coverage]:
    """A row for each requirement of ``ids``. ``declared``: how many defects there are of an id and model.

    A defect counts where the trial was exact: one that failed too much may have failed by chance.
    """
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    tried: set[tuple[str, int]] = set()
    lacking: dict[tuple[str, int], str] = {}
    healthy: set[int] = set()
    for outcome in outcomes:
        trial = outcome.trial
        if trial.variants:
            continue
        if trial.defect is None:
            healthy.add(trial.model)
            lacking |= {(id_, trial.model): reason for id_, reason in outcome.not_applicable.items()}
            continue
        tried |= {(id_, trial.model) for id_ in trial.breaks}
        for id_ in trial.breaks if outcome.good else ():
            found[id_, trial.model].append(trial.defect)
    changes = observation_changes(outcomes)

    def cell(row: Requirement, model: int) -> Cell:
        key = (row.id, model)
        if row.untestable:
            return Cell(State.UNTESTABLE, reason=row.untestable)
        if row.level is Level.OBSERVE:
            return Cell(State.OBSERVED, changes.get(key, ()))
        if key in found:
            return Cell(State.PROVED, tuple(found[key]))
        if model not in row.models or key in lacking:
            return Cell(State.NOT_APPLICABLE, reason=lacking.get(key, "not a requirement of this model"))
        if key in tried:
            return Cell(State.UNPROVED, reason="no trial was exact")
        if declared.get(key) or model not in healthy:
            return Cell(
                State.NOT_TRIED, reason=f"not tried in this self-test; defects: {declared.get(key, 0)}"
            )
        return Cell(State.UNPROVED, reason="no defect breaks it on this model")

    return [
        Coverage(row, {model: cell(row, model) for model in MODELS})
        for row in requirements().values()
        if row.id in ids
    ]


def observation_changes(outcomes: Sequence[Outcome]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Of each observed requirement and model, the defects with which something else was observed than on
    the healthy recorder. What differs between seeds of the healthy one is left out."""
    healthy: dict[tuple[int, str], set[str]] = defaultdict(set)
    for outcome in outcomes:
        if outcome.trial.healthy and not outcome.problem:
            for what, digest in outcome.observed.items():
                healthy[outcome.trial.model, what].add(digest)
    changed: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    for outcome in outcomes:
        trial = outcome.trial
        if trial.defect is None or outcome.problem:
            continue
        for what, digest in outcome.observed.items():
            usual = healthy.get((trial.model, what), set())
            if len(usual) == 1 and digest not in usual:
                changed[what.partition(" ")[0], trial.model][trial.defect] = None
    return {key: tuple(names) for key, names in changed.items()}


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a self-test. ``inexact``: the judge was wrong; ``broke``: no verdict; ``liberal``:
    recorders that took liberties."""

    trials: int
    exact: int
    inexact: int
    broke: int
    defects: int
    defects_exact: int
    healthy: int
    liberal: int
    liberal_clean: int
    false_alarms: int
    proved: Mapping[int, int]
    to_prove: Mapping[int, int]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], rows: Sequence[Coverage]) -> Sums:
        """Add up. ``proved`` and ``to_prove`` are numbers of requirements, by model."""
        liberal = [outcome for outcome in outcomes if outcome.trial.variants]
        planted = [outcome for outcome in outcomes if outcome.trial.defect is not None]
        states = {model: [row.cells[model].state for row in rows] for model in MODELS}
        exact = sum(outcome.good for outcome in outcomes)
        broke = sum(bool(outcome.problem) for outcome in outcomes)
        return cls(
            trials=len(outcomes),
            exact=exact,
            inexact=len(outcomes) - exact - broke,
            broke=broke,
            defects=len(planted),
            defects_exact=sum(outcome.good for outcome in planted),
            healthy=len(outcomes) - len(planted) - len(liberal),
            liberal=len(liberal),
            liberal_clean=sum(outcome.good for outcome in liberal),
            false_alarms=sum(outcome.trial.healthy and bool(outcome.extra) for outcome in outcomes),
            proved={model: seen.count(State.PROVED) for model, seen in states.items()},
            to_prove={model: sum(state in TO_PROVE for state in seen) for model, seen in states.items()},
        )
