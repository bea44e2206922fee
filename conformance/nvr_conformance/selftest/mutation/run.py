"""Mutants, each judged in a process of its own and compared with the healthy recorder."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
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


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants of one kind for which one reason holds. ``keys``: a pattern that matches their keys whole."""

    keys: str
    why: str


class Excused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list of mutants that are no faults: one by one, and by kinds."""

    mutant: tuple[Equivalent, ...] = ()
    kind: tuple[Kind, ...] = ()

    def why(self, key: str) -> str:
        """Why a mutant is no fault; empty where it is none of the list."""
        found = (row.why for row in self.mutant if row.key == key)
        alike = (row.why for row in self.kind if re.fullmatch(row.keys, key))
        return next(found, "") or next(alike, "")


@dataclass(frozen=True)
class Survivor:
    """What became of one mutant. ``known``: why it is no fault, where that was proved before."""

    mutant: Mutant
    judged: Judged
    known: str = ""


def known_equivalents() -> Excused:
    """The list of mutants that are no faults."""
    text = files("nvr_conformance.selftest.mutation").joinpath("equivalent.toml").read_bytes()
    return msgspec.toml.decode(text, type=Excused)


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
            yield Survivor(mutant, compared(judged, healthy), known.why(mutant.key))


def compared(judged: Judged, healthy: Survey) -> Judged:
    """What became of a mutant that nothing was held against: not seen, if it answers all that the healthy
    recorder does; killed, if what every recorder must is not tested any more."""
    if judged.fate is not Fate.SURVIVED:
        return judged
    if all(scene.answers == healthy.scenes[name].answers for name, scene in judged.scenes.items()):
        return replace(judged, fate=Fate.UNSEEN)
    now = {id_ for scene in {**healthy.scenes, **judged.scenes}.values() for id_ in scene.checked}
    lost = {
        id_
        for scene in healthy.scenes.values()
        for id_ in scene.checked
        if id_ not in now and requirements()[id_].level is Level.MUST
    }
    if lost:
        return replace(judged, fate=Fate.KILLED, by=tuple(sorted(lost)), reason="not tested any more")
    return judged
