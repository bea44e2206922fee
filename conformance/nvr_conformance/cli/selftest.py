"""``nvr-conformance selftest``: the judge judged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvr_conformance.cli.options import SHARD, require_selftests
from nvr_conformance.cli.places import require_working_directory
from nvr_conformance.cli.stopping import stop, writing
from nvr_conformance.cli.words import Number, Place, Scenarios
from nvr_conformance.judgement.exit_status import (
    EXIT_CONFORMANT,
    EXIT_FAILURES,
    EXIT_KIT_BROKE,
    EXIT_USAGE,
    Judged,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nvr_conformance.selftest.files import SelftestFiles
    from nvr_conformance.selftest.mutation.files import Of
    from nvr_conformance.selftest.shard import Shard
    from nvr_conformance.selftest.trials import Outcome, Trial
    from nvr_conformance.selftest.variant_trials import Extent


@click.command()
@click.option(
    "--model",
    type=click.Choice(["1", "2", "3", "all"]),
    help="[each defect on one model that shows it]",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes [twice as many as there are cores].")
@click.option("--defect", "defects", multiple=True, help="This defect alone; may be repeated.")
@click.option(
    "--variants",
    type=click.Choice(["none", "part", "all"]),
    help="Recorders that take liberties [part; all with --full; none with --defect].",
)
@click.option(
    "--variant", "of_variants", multiple=True, help="The values of this variant alone; may be repeated."
)
@click.option("--select", multiple=True, metavar="ID-GLOB", help="Judge these requirements alone.")
@click.option("--skip", multiple=True, metavar="ID-GLOB", help="Leave these requirements out.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--healthy",
    type=click.IntRange(0, 10000),
    help="Seeds that each healthy recorder is judged with [1; 20 with --full; 0 with --defect].",
)
@click.option(
    "--scenarios",
    type=Scenarios(),
    help="Scenarios of your own instead of those that come with this package.",
)
@click.option("--timeout", type=Number(1, 3600), default=180.0, help="Seconds a run [180].")
@click.option(
    "--full", is_flag=True, help="Each defect against all scenarios in which it can show (takes long)."
)
@click.option("--report", type=Place(file_okay=False), help="Directory for the report.")
@click.option(
    "--mutants",
    type=click.IntRange(1, 100_000),
    help="Instead: so many faults that nobody listed, in the source of what answers on the wire.",
)
@click.option(
    "--of",
    type=click.Choice(["emulator", "protocol", "both"]),
    default="both",
    show_default=True,
    help="Where mutants stand.",
)
@SHARD
@click.option("--resume", is_flag=True, help="Go on with the self-test that --report began.")
def selftest(
    model: str | None,
    jobs: int | None,
    defects: tuple[str, ...],
    variants: Extent | None,
    of_variants: tuple[str, ...],
    select: tuple[str, ...],
    skip: tuple[str, ...],
    seed: int,
    healthy: int | None,
    scenarios: Path | None,
    timeout: float,
    full: bool,
    report: Path | None,
    mutants: int | None,
    of: Of,
    shard: Shard,
    resume: bool,
) -> None:
    """Prove the judge: run it against the healthy emulator, against one with each defect, and against those
    that take the liberties which the document leaves.

    Each defect meets the scenarios that are for what it breaks, then those that check it besides; with --full
    all that call what it alters.

    Exit status 0 only if every healthy run passes and every defect fails exactly what it breaks; 1 where the
    judge was wrong; 4 where a trial came to no verdict, or Ctrl-C ended the self-test.
    """
    from nvr_conformance.engine.judge import chosen_ids
    from nvr_conformance.report.terminal import make_console
    from nvr_conformance.selftest.console import print_matrix
    from nvr_conformance.selftest.coverage import coverage
    from nvr_conformance.selftest.files import SelftestFiles
    from nvr_conformance.selftest.planning import Settings, declared_defects, plan_trials
    from nvr_conformance.selftest.trials import MODELS, usual_jobs

    require_working_directory()
    require_selftests({"--report": report})
    if mutants is not None:
        from nvr_conformance.cli.mutants import run_mutants
        from nvr_conformance.selftest.mutation.files import MutantSettings

        if resume:
            raise click.UsageError("--resume is for a self-test without --mutants")
        asked = MutantSettings(mutants, of, 2 if model in (None, "all") else int(model), seed)
        run_mutants(asked, jobs=jobs or usual_jobs(), report=report, shard=shard)
    if resume and report is None:
        raise click.UsageError("--resume needs --report, where the self-test was begun")
    settings = Settings(
        seed=seed,
        models=() if model is None else MODELS if model == "all" else (int(model),),
        full=full,
        healthy=healthy,
        defects=defects,
        select=select,
        skip=skip,
        scenarios="" if scenarios is None else str(scenarios),
        variants=variants,
        of_variants=of_variants,
    )
    files = None
    try:
        trials = plan_trials(settings)
        if not trials:
            stop("no such defect on this model: nothing to try", EXIT_USAGE)
        trials = shard.part(trials)
        ids, declared = chosen_ids(select, skip), declared_defects()
        if report is not None:
            files = SelftestFiles(
                report, settings, trials, ids=ids, declared=declared, resume=resume, shard=shard
            )
    except (ValueError, OSError) as problem:
        stop(str(problem), EXIT_USAGE)
    console = make_console()
    if full:
        console.print("looking first which scenarios call what the defects alter")
    outcomes, ended = _try_all(console, trials, files, jobs=jobs or usual_jobs(), timeout=timeout)
    if ended:
        stop(ended, EXIT_KIT_BROKE)
    print_matrix(console, outcomes, coverage(outcomes, ids, declared))
    raise Judged(_exit_status(outcomes))


def _try_all(
    console: Console, trials: Sequence[Trial], files: SelftestFiles | None, *, jobs: int, timeout: float
) -> tuple[list[Outcome], str]:
    """Make the trials that were not made before, and say of each how it went. What came of all of them, and
    what ended it before its time."""
    from nvr_conformance.selftest.console import duration, outcome_line, seconds_left
    from nvr_conformance.selftest.files import SAVE_EVERY
    from nvr_conformance.selftest.reach import run_within_reach

    outcomes = list(files.kept) if files else []
    if outcomes:
        console.print(f"{len(outcomes)} of {len(trials)} trials were made before")
    made = {outcome.trial for outcome in outcomes}
    waiting = dict.fromkeys(trial for trial in trials if trial not in made)
    begun = time.monotonic()
    ended = ""
    runs = run_within_reach(list(waiting), jobs=jobs, timeout=timeout)
    try:
        for outcome in runs:
            outcomes.append(outcome)
            del waiting[outcome.trial]
            left = seconds_left(outcomes, list(waiting), jobs)
            hint = f", about {duration(left)} left" if waiting and left is not None else ""
            console.print(f"{len(outcomes)}/{len(trials)} {outcome_line(outcome)}{hint}")
            if files and len(outcomes) % SAVE_EVERY == 0:
                with writing("selftest.json"):
                    files.save(outcomes, time.monotonic() - begun)
    except KeyboardInterrupt:
        ended = "interrupted"
    except Exception as problem:
        ended = f"the kit broke: {type(problem).__name__}: {problem}"
    runs.close()
    if files:
        with writing("the report"):
            files.finish(outcomes, time.monotonic() - begun)
    return outcomes, ended


def _exit_status(outcomes: Sequence[Outcome]) -> int:
    if all(outcome.good for outcome in outcomes):
        return EXIT_CONFORMANT
    wrong = any(outcome.missing or outcome.extra for outcome in outcomes)
    return EXIT_FAILURES if wrong else EXIT_KIT_BROKE
