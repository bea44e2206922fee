"""Mutants chosen at random, each judged in a process of its own, and what the score is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from nvr_conformance.selftest.mutation.operators import Mutant
from nvr_conformance.selftest.mutation.trial import Fate, Judged

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


def judged_in_a_process(module: str, number: int, model: int, seed: int, timeout: float = TIMEOUT) -> Judged:
    """Judge one mutant (or, with an empty ``module``, the healthy recorder)."""
    program = "nvr_conformance.selftest.mutation.trial"
    command = [sys.executable, "-m", program, module, str(number), str(model), str(seed)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return Judged(Fate.CRASHED, reason=f"no end within {timeout:.0f} s")
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return Judged(Fate.CRASHED, reason=last[:200] or f"exit status {done.returncode}")
    try:
        return msgspec.json.decode(done.stdout.rstrip().rpartition(b"\n")[2], type=Judged)
    except msgspec.DecodeError as problem:
        return Judged(Fate.NO_VERDICT, reason=str(problem))


def judge_mutants(
    mutants: Sequence[Mutant], *, model: int, seed: int, jobs: int, healthy: Judged, timeout: float = TIMEOUT
) -> Iterator[Survivor]:
    """Judge each; they come as they are ready. ``healthy`` tells whether a survivor is visible."""
    known = known_equivalents()

    def one(mutant: Mutant) -> Survivor:
        judged = judged_in_a_process(mutant.module, mutant.number, model, seed, timeout)
        if judged.fate is Fate.SURVIVED and judged.answers == healthy.answers:
            judged = Judged(Fate.UNSEEN)
        return Survivor(mutant, judged, known.get(mutant.key, ""))

    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(one, mutant) for mutant in mutants]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            for future in waiting:
                future.cancel()


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
