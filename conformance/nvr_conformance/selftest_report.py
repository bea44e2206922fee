"""The kill matrix on the terminal: which defect failed which requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from nvr_conformance.requirements import Level, requirements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nvr_conformance.selftest import Outcome


def outcome_line(outcome: Outcome) -> str:
    """One line as a trial ends."""
    style = "green" if outcome.good else "bold red"
    name = outcome.trial.defect or "healthy"
    return (
        f"[{style}]{'ok' if outcome.good else 'not ok'}[/] MODEL {outcome.trial.model} {escape(name)} "
        f"({outcome.seconds:.1f} s) {escape(outcome.problem)}"
    ).rstrip()


def print_matrix(console: Console, outcomes: Sequence[Outcome], ids: frozenset[str]) -> None:
    """A row for each trial: the ids that failed as they should, those that should have, those that should
    not.

    Then those of the requirements ``ids`` that no defect proves, and the sum.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("trial", no_wrap=True)
    table.add_column("killed by", style="green")
    table.add_column("survived", style="bold red")
    table.add_column("failed besides", style="bold yellow")
    table.add_column("problem", style="magenta")
    for outcome in sorted(outcomes, key=lambda each: (each.trial.defect or "", each.trial.model)):
        name = outcome.trial.defect or "healthy"
        table.add_row(
            f"{escape(name)} (M{outcome.trial.model})",
            _ids(outcome.broken & outcome.trial.breaks),
            _ids(outcome.missing),
            _ids(outcome.extra),
            escape(outcome.problem),
        )
    console.print(table)
    proved = {id_ for outcome in outcomes for id_ in outcome.broken & outcome.trial.breaks}
    judged = {
        row.id
        for row in requirements().values()
        if row.id in ids and row.level is not Level.OBSERVE and not row.untestable
    }
    unproved = sorted(judged - proved)
    if unproved:
        console.print(f"\nno defect was killed by: {', '.join(unproved)}")
    good = sum(outcome.good for outcome in outcomes)
    defects = sum(outcome.trial.defect is not None for outcome in outcomes)
    style = "bold green" if good == len(outcomes) else "bold red"
    console.print(
        f"\n[{style}]{good} of {len(outcomes)} trials as they must be[/]: {defects} with a defect, "
        f"{len(outcomes) - defects} healthy; {len(proved)} of {len(judged)} requirements proved"
    )


def _ids(ids: frozenset[str]) -> str:
    return " ".join(sorted(ids))
