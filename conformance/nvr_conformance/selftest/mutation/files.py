"""``mutants.json``: what became of the mutants, as a file that parts can be joined from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.evidence.whole_files import write_file
from nvr_conformance.judgement.about import kit_version
from nvr_conformance.selftest.mutation.operators import difference
from nvr_conformance.selftest.mutation.sites import Package, path_of
from nvr_conformance.selftest.mutation.trial import Fate
from nvr_conformance.selftest.place import MUTANTS
from nvr_conformance.selftest.shard import WHOLE, Shard, require_all, require_same, require_this_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.selftest.mutation.run import Survivor

Of = Literal["emulator", "protocol", "both"]
GOALS: dict[Package, float] = {"emulator": 0.9, "protocol": 0.95}
"""Which share of the visible mutants the judge is to kill."""


class MutantSettings(msgspec.Struct, frozen=True):
    """What was asked for: ``count`` mutants of these packages on a model, drawn by a seed."""

    count: int
    of: Of
    model: int
    seed: int
    kit: str = msgspec.field(default_factory=kit_version)

    def counts(self) -> dict[Package, int]:
        """How many mutants of each package."""
        if self.of == "both":
            return {"emulator": self.count - self.count // 2, "protocol": self.count // 2}
        return {self.of: self.count}


class MutantRecord(msgspec.Struct, frozen=True):
    """One mutant and what became of it. ``before`` and ``after``: the statement that it changes; of survivors
    alone. ``known``: why it is no fault. ``cpu``: seconds of a processor that judging it took."""

    package: Package
    module: str
    function: str
    line: int
    number: int
    operator: str
    text: str
    key: str
    fate: Fate
    by: tuple[str, ...] = ()
    reason: str = ""
    known: str = ""
    before: str = ""
    after: str = ""
    cpu: float = 0.0

    @property
    def survived(self) -> bool:
        """Whether it is a fault that nobody found."""
        return self.fate is Fate.SURVIVED and not self.known


class Score(msgspec.Struct, frozen=True):
    """How many mutants of a package were visible on the wire, and how many of them were killed."""

    package: Package
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

    @property
    def reached(self) -> bool:
        """Whether the judge is as good as it is to be."""
        return self.share >= GOALS[self.package]


class MutantsRecord(msgspec.Struct, frozen=True):
    """The whole file. ``planned``: what names all mutants that were to be judged, in all shards."""

    settings: MutantSettings
    shard: Shard
    seconds: float
    planned: tuple[str, ...]
    scores: tuple[Score, ...]
    mutants: tuple[MutantRecord, ...]

    @property
    def whole(self) -> bool:
        """Whether each mutant was judged that was to be."""
        return {name_of(each.module, each.number) for each in self.mutants} == set(self.planned)

    @property
    def judged(self) -> bool:
        """Whether there was anything to find."""
        return any(score.visible for score in self.scores)

    @property
    def survivors(self) -> list[MutantRecord]:
        """The faults that nobody found."""
        return [each for each in self.mutants if each.survived]

    @property
    def operators(self) -> dict[str, tuple[int, int]]:
        """Of each kind of fault, how many were killed and how many survived."""
        killed = Counter(each.operator for each in self.mutants if each.fate is Fate.KILLED)
        survived = Counter(each.operator for each in self.survivors)
        return {name: (killed[name], survived[name]) for name in sorted(killed | survived)}


def recorded(package: Package, outcome: Survivor) -> MutantRecord:
    """What is kept of one outcome."""
    mutant, judged = outcome.mutant, outcome.judged
    before = after = ""
    if judged.fate is Fate.SURVIVED:
        before, after = difference(path_of(mutant.module).read_text("utf-8"), mutant.number)
    return MutantRecord(
        package,
        mutant.module,
        mutant.function,
        mutant.line,
        mutant.number,
        mutant.operator,
        mutant.text,
        mutant.key,
        judged.fate,
        judged.by,
        judged.reason,
        outcome.known,
        before,
        after,
        judged.cpu,
    )


def scores(mutants: Sequence[MutantRecord]) -> tuple[Score, ...]:
    """Add up, by package."""
    return tuple(
        _score(package, [each for each in mutants if each.package == package])
        for package in dict.fromkeys(each.package for each in mutants)
    )


def _score(package: Package, mutants: Sequence[MutantRecord]) -> Score:
    fates = Counter(each.fate for each in mutants)
    excused = sum(bool(each.known) and each.fate is Fate.SURVIVED for each in mutants)
    return Score(
        package,
        len(mutants),
        fates[Fate.KILLED],
        fates[Fate.SURVIVED] - excused,
        excused,
        fates[Fate.UNSEEN],
        fates[Fate.CRASHED],
        fates[Fate.NO_VERDICT],
    )


def write_mutants(directory: Path, record: MutantsRecord) -> None:
    """Leave ``mutants.json`` in a directory that is there. OSError where it cannot be written."""
    write_file(directory / MUTANTS, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def read_mutants(path: Path) -> MutantsRecord:
    """What ``write_mutants`` wrote. ValueError, in one line, for anything else."""
    try:
        return read_json(read_file(path), MutantsRecord)
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def joined_mutants(parts: Mapping[Path, MutantsRecord]) -> MutantsRecord:
    """One record of all shards. ValueError, in one line, where they do not go together."""
    require_same({path: part.settings for path, part in parts.items()})
    require_all({path: part.shard for path, part in parts.items()})
    (first, one), *others = parts.items()
    require_this_version(one.settings.kit)
    for path, other in others:
        if other.planned != one.planned:
            raise ValueError(f"{first} and {path} chose different mutants: not the same source")
    place = {key: number for number, key in enumerate(one.planned)}
    mutants = sorted(
        (each for part in parts.values() for each in part.mutants),
        key=lambda each: place.get(name_of(each.module, each.number), 0),
    )
    seconds = round(sum(part.seconds for part in parts.values()), 1)
    return MutantsRecord(one.settings, WHOLE, seconds, one.planned, scores(mutants), tuple(mutants))


def name_of(module: str, number: int) -> str:
    """What names a mutant in one version of the source."""
    return f"{module}#{number}"
