"""``fuzz --json``: the numbers of a run for machines, and of several shards together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.evidence.whole_files import write_file
from nvr_conformance.judgement.about import kit_version
from nvr_conformance.judgement.plain_struct import PlainStruct
from nvr_conformance.selftest.shard import WHOLE, Shard, require_all, require_same, require_this_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nvr_conformance.fuzzing.run import FuzzRun


class FuzzSettings(PlainStruct, frozen=True):
    """What was asked for."""

    target: str
    seed: int
    budget: float
    kit: str = msgspec.field(default_factory=kit_version)


class CombinationCount(PlainStruct, frozen=True):
    """A kind of step, the situation that it met, what had to be answered, and how often it came up."""

    kind: str
    situation: str
    verdict: str
    count: int = 0
    possible: bool = True


class FuzzSummary(PlainStruct, frozen=True):
    """A run: the numbers, each combination with how often it came up, and the finding."""

    settings: FuzzSettings
    shard: Shard
    commands: int
    examples: int
    seconds: float
    covered: int
    possible: int
    successions: int
    combinations: tuple[CombinationCount, ...]
    once: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The numbers in a line."""
        return (
            f"{self.settings.target}: {self.commands} commands in {self.examples} examples, "
            f"{self.seconds:.1f} s, {self.covered} of {self.possible} combinations, "
            f"{len(self.disagreements)} disagreements"
        )


def summary_of(run: FuzzRun, settings: FuzzSettings, shard: Shard) -> FuzzSummary:
    """What is told of a run."""
    return FuzzSummary(
        settings,
        shard,
        run.commands,
        run.examples,
        round(run.seconds, 1),
        len(run.covered),
        len(run.possible),
        len(run.successions),
        tuple(
            CombinationCount(*combination, run.combinations[combination], combination in run.possible)
            for combination in sorted(run.possible | run.combinations.keys())
        ),
        tuple(run.once),
        () if run.finding is None else (run.finding.text,),
    )


def write_summary(path: Path, summary: FuzzSummary) -> None:
    """Write it as indented JSON. OSError where that cannot be."""
    write_file(path, msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def read_summary(path: Path) -> FuzzSummary:
    """What ``write_summary`` wrote. ValueError, in one line, for anything else."""
    try:
        return read_json(read_file(path), FuzzSummary)
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def join_summaries(parts: Mapping[Path, FuzzSummary]) -> FuzzSummary:
    """All shards as one run. ValueError, in one line, where they do not go together.

    ``successions`` is that of the shard that saw most: which they were is not told.
    """
    require_same({path: part.settings for path, part in parts.items()})
    require_all({path: part.shard for path, part in parts.items()})
    made = list(parts.values())
    require_this_version(made[0].settings.kit)
    counts: Counter[tuple[str, str, str]] = Counter()
    possible: dict[tuple[str, str, str], bool] = {}
    for part in made:
        for each in part.combinations:
            key = (each.kind, each.situation, each.verdict)
            counts[key] += each.count
            possible[key] = possible.get(key, False) or each.possible
    return FuzzSummary(
        made[0].settings,
        WHOLE,
        sum(part.commands for part in made),
        sum(part.examples for part in made),
        round(sum(part.seconds for part in made), 1),
        sum(bool(counts[key]) for key, there in possible.items() if there),
        sum(possible.values()),
        max(part.successions for part in made),
        tuple(CombinationCount(*key, counts[key], possible[key]) for key in sorted(possible)),
        tuple(text for part in made for text in part.once),
        tuple(text for part in made for text in part.disagreements),
    )
