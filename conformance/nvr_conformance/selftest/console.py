"""A self-test on the terminal: which defect failed which requirement, and what no defect proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.report.terminal import marked, print_table
from nvr_conformance.selftest.coverage import Coverage, State, Sums
from nvr_conformance.selftest.trials import MODELS
from nvr_conformance.selftest.variant_matrix import VariantRow, variant_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nvr_conformance.selftest.trials import Outcome, Trial


def outcome_line(outcome: Outcome) -> str:
    """One line as a trial ends."""
    word, style = ("ok", "green") if outcome.good else ("not ok", "bold red")
    if outcome.problem:
        word, style = "no verdict", "bold magenta"
    trial = outcome.trial
    name = f"healthy, seed {trial.seed}" if trial.healthy else trial.name
    return (
        f"[{style}]{word}[/] MODEL {outcome.trial.model} {marked(name)} "
        f"({outcome.seconds:.1f} s) {marked(outcome.problem)}"
    ).rstrip()


def seconds_left(done: Sequence[Outcome], waiting: Sequence[Trial], jobs: int) -> float | None:
    """About how long the trials that wait will take: as long as those of their kind took. None: not known."""
    kinds = {
        healthy: [each.seconds for each in done if (each.trial.defect is None) == healthy and each.seconds]
        for healthy in (True, False)
    }
    every = kinds[True] + kinds[False]
    if not every:
        return None
    means = {kind: sum(took) / len(took) for kind, took in kinds.items() if took}
    mean = sum(every) / len(every)
    return sum(means.get(trial.defect is None, mean) for trial in waiting) / jobs


def duration(seconds: float) -> str:
    """A span of time in words."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def print_matrix(console: Console, outcomes: Sequence[Outcome], rows: Sequence[Coverage]) -> None:
    """A row for each trial: the ids that failed as they should, those that should have, those that should
    not.

    Then those requirements that no defect proves, by model, and the sum.
    """
    trials = [
        (
            f"{marked(outcome.trial.name)} (M{outcome.trial.model})",
            f"[green]{_ids(outcome.killed)}[/]",
            f"[bold red]{_ids(outcome.missing)}[/]",
            f"[bold yellow]{_ids(outcome.extra)}[/]",
            f"[magenta]{marked(outcome.problem)}[/]",
        )
        for outcome in sorted(outcomes, key=lambda each: (each.trial.defect or "", each.trial.model))
    ]
    print_table(console, ("trial", "killed by", "survived", "failed besides", "no verdict"), trials)
    console.print()
    if variants := variant_rows(outcomes):
        _print_variants(console, variants)
        console.print()
    sums = Sums.of(outcomes, rows)
    for model in sorted({outcome.trial.model for outcome in outcomes}):
        states = {row.requirement.id: row.cells[model].state for row in rows}
        untried = list(states.values()).count(State.NOT_TRIED)
        console.print(
            f"MODEL {model}: {sums.proved[model]} of {sums.to_prove[model]} requirements proved"
            f"{f', {untried} not tried' if untried else ''}"
        )
        unproved = [id_ for id_, state in states.items() if state is State.UNPROVED]
        if unproved:
            console.print(f"  no defect was killed by: {', '.join(unproved)}")
    console.print()
    for outcome in outcomes:
        if not outcome.good:
            console.print(f"{outcome_line(outcome)}{marked(_what_is_wrong(outcome))}")
    style = "bold green" if sums.exact == sums.trials else "bold red"
    console.print(
        f"[{style}]{sums.exact} of {sums.trials} trials as they must be[/]: "
        f"{sums.defects} with a defect, {sums.healthy} healthy, {sums.liberal} that take liberties"
        f"{f'; {sums.broke} without a verdict' if sums.broke else ''}"
    )


def _what_is_wrong(outcome: Outcome) -> str:
    """Behind the line of a trial that is not as it must be: so that the end of a log alone tells it."""
    parts = (("survived", outcome.missing), ("failed besides", outcome.extra))
    return "".join(f", {words} {' '.join(sorted(ids))}" for words, ids in parts if ids)


def _print_variants(console: Console, rows: Sequence[VariantRow]) -> None:
    """A row for each value: how often it was judged on each model, what was held against it, what observed
    it."""
    lines = []
    for row in rows:
        held = frozenset(id_ for cell in row.cells.values() for id_ in cell.held)
        seen = frozenset(id_ for cell in row.cells.values() for id_ in cell.observed)
        counts = (str(row.cells[model].trials or "") for model in MODELS)
        lines.append((marked(f"{row.name}={row.value}"), *counts, f"[bold red]{_ids(held)}[/]", _ids(seen)))
    headings = ("variant", *(f"M{model}" for model in MODELS), "held against it", "observed in")
    print_table(console, headings, lines)


def _ids(ids: frozenset[str]) -> str:
    return marked(" ".join(sorted(ids)))
