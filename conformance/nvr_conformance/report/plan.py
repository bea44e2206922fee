"""A plan on the terminal: what will be run, what will not and why, and how long it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nvr_conformance.report.console import duration
from nvr_conformance.report.terminal import marked, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from nvr_conformance.engine.rehearsal import Plan


def print_plan(console: Console, plan: Plan, *, whole: bool) -> None:
    """The sum of a plan; ``whole``: each scenario, and each requirement that is left out, too."""
    if whole:
        rows = [
            (marked(each.name), str(each.commands), duration(each.seconds), " ".join(each.ids))
            for each in plan.scenarios
        ]
        print_table(console, ("scenario", "commands", "takes", "requirements"), rows)
        if plan.left_out:
            console.print("\nnot tested in this run, as far as can be foreseen:")
        for id_, reason in plan.left_out.items():
            console.print(f"  {id_}  {marked(reason)}", soft_wrap=True)
        console.print()
    end = (datetime.now(UTC) + timedelta(seconds=plan.seconds)).astimezone()
    console.print(
        f"plan: {len(plan.scenarios)} scenarios, {plan.commands} commands, {duration(plan.seconds)} "
        f"(until {end:%H:%M}), {len(plan.left_out)} requirements left out"
    )
