"""Mutants chosen at random, each judged in a process of its own, and what the score is."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from tempfile import TemporaryDirectory

import msgspec

from nvr_conformance.judgement.requirements import Level, requirements
from nvr_conformance.selftest.mutation.operators import Mutant
from nvr_conformance.selftest.mutation.sites import path_of
from nvr_conformance.selftest.mutation.survey import Survey
from nvr_conformance.selftest.mutation.trial import Fate, Judged, MutantTrial, judge_mutant
from nvr_conformance.selftest.worker_pool import Lost, spread

TIMEOUT = 120.0  # seconds for one mutant


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant that no recorder could be told from, or that the document allows, and why."""

    key: str
    why: str


@dataclass(frozen=True)
class Survivor:
    """What became of one mutant. ``known``: why it is no fault, where that was proved before."""

    mutant: Mutant
    judged: Judged
    known: str = ""


@dataclass(frozen=True)
class Score:
    """How many mutants were visible on the wire, and how many of them were killed."""

    tried: int
    killed: int
    survived: int
    excused: int
    unseen: int
    crashed: int
    no_verdict: int

    @property
    def visible(self) -> int:
        """Those that answer otherwise than the healthy recorder, not by failing, and are not excused."""
        return self.killed + self.survived

    @property
    def share(self) -> float:
        """Killed of the visible; 1 where none was visible."""
        return self.killed / self.visible if self.visible else 1.0


def known_equivalents() -> dict[str, str]:
    """The list of mutants that are no faults: key and reason."""
    text = files("nvr_conformance.selftest.mutation").joinpath("equivalent.toml").read_bytes()
    rows = msgspec.toml.decode(text, type=dict[str, list[Equivalent]])
    return {row.key: row.why for row in rows.get("mutant", [])}


def judge_mutants(
    mutants: Sequence[Mutant],
    healthy: Survey,
    *,
    model: int,
    seed: int,
    jobs: int,
    timeout: float = TIMEOUT,
) -> Generator[Survivor]:
    """Judge each, in the scenarios in which it can show; they come as they are ready."""
    known = known_equivalents()
    with TemporaryDirectory(prefix="nvr-mutants-") as compiled:
        by_trial = {
            MutantTrial(
                each.module,
                each.number,
                model,
                seed,
                healthy.scenarios(path_of(each.module), each),
                compiled,
            ): each
            for each in mutants
        }
        for trial, answer in spread(judge_mutant, list(by_trial), jobs=jobs, timeout=timeout, fresh=True):
            mutant = by_trial[trial]
            judged = Judged(Fate.CRASHED, reason=answer.reason) if isinstance(answer, Lost) else answer
            yield Survivor(mutant, compared(judged, healthy), known.get(mutant.key, ""))


def compared(judged: Judged, healthy: Survey) -> Judged:
    """What became of a mutant that nothing was held against: not seen, if it answers all that the healthy
    recorder does; killed, if what every recorder must is not tested any more."""
    if judged.fate is not Fate.SURVIVED:
        return judged
    if all(scene.answers == healthy.scenes[name].answers for name, scene in judged.scenes.items()):
        return Judged(Fate.UNSEEN)
    now = {id_ for scene in {**healthy.scenes, **judged.scenes}.values() for id_ in scene.checked}
    lost = {
        id_
        for scene in healthy.scenes.values()
        for id_ in scene.checked
        if id_ not in now and requirements()[id_].level is Level.MUST
    }
    if lost:
        return Judged(Fate.KILLED, tuple(sorted(lost)), "not tested any more")
    return judged


def score(outcomes: Sequence[Survivor]) -> Score:
    """Add up."""
    fates = [outcome.judged.fate for outcome in outcomes]
    excused = sum(bool(each.known) and each.judged.fate is Fate.SURVIVED for each in outcomes)
    return Score(
        tried=len(fates),
        killed=fates.count(Fate.KILLED),
        survived=fates.count(Fate.SURVIVED) - excused,
        excused=excused,
        unseen=fates.count(Fate.UNSEEN),
        crashed=fates.count(Fate.CRASHED),
        no_verdict=fates.count(Fate.NO_VERDICT),
    )


def by_operator(outcomes: Sequence[Survivor]) -> Mapping[str, tuple[int, int]]:
    """Of each kind of fault, how many were killed and how many survived."""
    found: dict[str, tuple[int, int]] = {}
    for each in outcomes:
        killed, survived = found.get(each.mutant.operator, (0, 0))
        killed += each.judged.fate is Fate.KILLED
        survived += each.judged.fate is Fate.SURVIVED and not each.known
        found[each.mutant.operator] = (killed, survived)
    return found
