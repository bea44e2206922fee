"""``nvr-conformance selftest``: the judge judged."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nvr_conformance.stopping import stop
from nvr_conformance.verdicts import EXIT_CONFORMANT, EXIT_FAILURES, EXIT_KIT_BROKE, EXIT_USAGE


@click.command()
@click.option(
    "--model",
    type=click.Choice(["1", "2", "3", "all"]),
    help="[each defect on one model that shows it]",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes [the cores at hand].")
@click.option("--defect", "defects", multiple=True, help="This defect alone; may be repeated.")
@click.option("--select", multiple=True, metavar="ID-GLOB", help="Judge these requirements alone.")
@click.option("--skip", multiple=True, metavar="ID-GLOB", help="Leave these requirements out.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path, exists=True),
    help="Scenarios of your own instead of those that come with this package.",
)
@click.option("--timeout", type=click.FloatRange(1, 3600), default=180.0, help="Seconds a run [180].")
@click.option("--full", is_flag=True, help="Each defect against all scenarios (takes long).")
def selftest(
    model: str | None,
    jobs: int | None,
    defects: tuple[str, ...],
    select: tuple[str, ...],
    skip: tuple[str, ...],
    seed: int,
    scenarios: Path | None,
    timeout: float,
    full: bool,
) -> None:
    """Prove the judge: run it against the healthy emulator, and against one with each defect.

    Each defect meets the scenarios that check what it breaks; with --full it meets all.

    Exit status 0 only if every healthy run passes and every defect fails exactly what it breaks.
    """
    from rich.console import Console

    from nvr_conformance.claims import SCENARIOS
    from nvr_conformance.engine import chosen_ids
    from nvr_conformance.selftest import MODELS, Outcome, plan_trials, run_trials
    from nvr_conformance.selftest_report import outcome_line, print_matrix

    models = None if model is None else MODELS if model == "all" else (int(model),)
    try:
        trials = plan_trials(
            models, defects, select=select, skip=skip, seed=seed, scenarios=scenarios or SCENARIOS, full=full
        )
    except ValueError as problem:
        stop(str(problem), EXIT_USAGE)
    if not trials:
        stop("no such defect on this model: nothing to try", EXIT_USAGE)
    console = Console()
    outcomes: list[Outcome] = []
    runs = run_trials(trials, jobs=jobs, timeout=timeout)
    try:
        for outcome in runs:
            outcomes.append(outcome)
            console.print(f"{len(outcomes)}/{len(trials)} {outcome_line(outcome)}")
    except KeyboardInterrupt:
        runs.close()
        stop("interrupted", EXIT_KIT_BROKE)
    print_matrix(console, outcomes, chosen_ids(select, skip))
    sys.exit(EXIT_CONFORMANT if all(outcome.good for outcome in outcomes) else EXIT_FAILURES)
