"""``nvr-conformance selftest --mutants N``: faults that nobody listed, chosen at random."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from nvr_conformance.cli.stopping import stop, writing
from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_FAILURES, EXIT_KIT_BROKE, Judged

if TYPE_CHECKING:
    from rich.console import Console

    from nvr_conformance.selftest.mutation.files import MutantSettings, MutantsRecord, Score
    from nvr_conformance.selftest.mutation.run import Survivor
    from nvr_conformance.selftest.mutation.sites import Package
    from nvr_conformance.selftest.shard import Shard


def run_mutants(settings: MutantSettings, *, jobs: int, report: Path | None, shard: Shard) -> None:
    """Judge the mutants of a shard, print what became of them, and leave ``mutants.json`` and the page.

    Exit status 0 where the share of killed ones reaches the goal, else 1; 4 where nothing could be judged.
    """
    from nvr_conformance.evidence.whole_files import require_folder
    from nvr_conformance.report.terminal import make_console
    from nvr_conformance.selftest.files import write_mutants_page
    from nvr_conformance.selftest.mutation.files import (
        MutantsRecord,
        name_of,
        recorded,
        scores,
        write_mutants,
    )
    from nvr_conformance.selftest.mutation.run import judge_mutants
    from nvr_conformance.selftest.mutation.sites import chosen, mutants_in
    from nvr_conformance.selftest.mutation.survey import SurveyError, survey
    from nvr_conformance.selftest.shard import WHOLE

    console, begun = make_console(), time.monotonic()
    model, seed = settings.model, settings.seed
    try:
        healthy = survey(model, seed)
    except SurveyError as problem:
        stop(str(problem), EXIT_KIT_BROKE)
    planned = []
    packages: dict[str, Package] = {}
    for package, count in settings.counts().items():
        there = mutants_in(package, healthy.executes)
        mutants = chosen(there, count, seed)
        console.print(f"{package}: {len(mutants)} of {len(there)} mutants in lines that a run executes")
        planned += mutants
        packages |= {mutant.module: package for mutant in mutants}
    ours = shard.part(planned)
    rows = []
    ended = ""
    judging = judge_mutants(ours, healthy, model=model, seed=seed, jobs=jobs)
    try:
        for outcome in judging:
            rows.append(recorded(packages[outcome.mutant.module], outcome))
            _tell(console, outcome, len(rows), len(ours))
    except KeyboardInterrupt:
        ended = "interrupted"
    judging.close()
    made = scores(rows)
    print_scores(console, made)
    names = tuple(name_of(each.module, each.number) for each in planned)
    took = round(time.monotonic() - begun, 1)
    record = MutantsRecord(settings, shard, took, names, made, tuple(rows))
    if report is not None:
        with writing("the report"):
            require_folder(report)
            write_mutants(report, record)
            write_mutants_page(report, record)
    if ended:
        stop(ended, EXIT_KIT_BROKE)
    if shard == WHOLE:
        raise Judged(mutants_status(console, record))
    raise Judged(EXIT_CONFORMANT if all(score.reached for score in made) else EXIT_FAILURES)


def mutants_status(console: Console, record: MutantsRecord) -> int:
    """The exit status that all mutants together come to."""
    if not record.judged:
        console.print("nothing was judged: no mutant was visible on the wire")
        return EXIT_KIT_BROKE
    if not record.whole:
        return EXIT_KIT_BROKE
    return EXIT_CONFORMANT if all(score.reached for score in record.scores) else EXIT_FAILURES


def print_scores(console: Console, scores: tuple[Score, ...]) -> None:
    """A line for each package."""
    for made in scores:
        console.print(
            f"{made.package}: [bold]{made.killed} of {made.visible} visible mutants killed "
            f"({made.share:.0%})[/]; {made.unseen} not seen on the wire, "
            f"{made.excused} known to be no fault, {made.crashed} crashed, "
            f"{made.no_verdict} without a verdict",
            soft_wrap=True,
        )


def _tell(console: Console, outcome: Survivor, number: int, count: int) -> None:
    from nvr_conformance.report.terminal import marked
    from nvr_conformance.selftest.mutation.trial import Fate

    mutant, judged = outcome.mutant, outcome.judged
    style = {Fate.KILLED: "green", Fate.SURVIVED: "bold red"}.get(judged.fate, "dim")
    seen = ", ".join(judged.by[:3]) or judged.reason
    place = f"{mutant.module}:{mutant.line} {mutant.text}" + (f" ({seen})" if seen else "")
    console.print(f"{number}/{count} [{style}]{judged.fate}[/] {marked(place)}", soft_wrap=True)
    if judged.fate is Fate.SURVIVED:
        why = f"    known: {outcome.known}" if outcome.known else f"    {mutant.key}"
        console.print(marked(why), soft_wrap=True)
