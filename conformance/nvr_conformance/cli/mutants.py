"""``nvr-conformance selftest --mutants N``: faults that nobody listed, chosen at random."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nvr_conformance.cli.stopping import stop
from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_FAILURES, EXIT_KIT_BROKE

if TYPE_CHECKING:
    from rich.console import Console

    from nvr_conformance.selftest.mutation.run import Survivor
    from nvr_conformance.selftest.mutation.sites import Package

Of = Literal["emulator", "protocol", "both"]
GOALS = {"emulator": 0.9, "protocol": 0.95}
"""Which share of the visible mutants the judge is to kill."""


def run_mutants(count: int, of: Of, *, model: int, seed: int, jobs: int, report: Path | None) -> None:
    """Judge so many mutants, print what became of them, and leave ``mutants.json``.

    Exit status 0 where the share of killed ones reaches the goal, else 1; 4 where nothing could be judged.
    """
    from nvr_conformance.report.terminal import make_console
    from nvr_conformance.selftest.mutation.run import judge_mutants, score
    from nvr_conformance.selftest.mutation.sites import chosen, mutants_in
    from nvr_conformance.selftest.mutation.survey import SurveyError, survey

    console = make_console()
    packages: tuple[Package, ...] = ("emulator", "protocol") if of == "both" else (of,)
    try:
        healthy = survey(model, seed)
    except SurveyError as problem:
        stop(str(problem), EXIT_KIT_BROKE)
    reached = True
    everything: dict[str, list[Survivor]] = {}
    for package in packages:
        there = mutants_in(package, healthy.executes)
        share = count if of != "both" else count - count // 2 if package == "emulator" else count // 2
        mutants = chosen(there, share, seed)
        console.print(f"{package}: {len(mutants)} of {len(there)} mutants in lines that a run executes")
        outcomes: list[Survivor] = []
        for outcome in judge_mutants(mutants, healthy, model=model, seed=seed, jobs=jobs):
            outcomes.append(outcome)
            _tell(console, outcome, len(outcomes), len(mutants))
        made = score(outcomes)
        reached &= made.share >= GOALS[package]
        everything[package] = outcomes
        console.print(
            f"{package}: [bold]{made.killed} of {made.visible} visible mutants killed ({made.share:.0%})[/]; "
            f"{made.unseen} not seen on the wire, {made.excused} known to be no fault, "
            f"{made.crashed} crashed, {made.no_verdict} without a verdict"
        )
    if report is not None:
        _write(report, everything)
    sys.exit(EXIT_CONFORMANT if reached else EXIT_FAILURES)


def _tell(console: Console, outcome: Survivor, number: int, count: int) -> None:
    from rich.markup import escape

    from nvr_conformance.selftest.mutation.trial import Fate

    mutant, judged = outcome.mutant, outcome.judged
    style = {Fate.KILLED: "green", Fate.SURVIVED: "bold red"}.get(judged.fate, "dim")
    seen = ", ".join(judged.by[:3]) or judged.reason
    place = f"{mutant.module}:{mutant.line} {mutant.text}" + (f" ({seen})" if seen else "")
    console.print(f"{number}/{count} [{style}]{judged.fate}[/] {escape(place)}", soft_wrap=True)
    if judged.fate is Fate.SURVIVED:
        why = f"    known: {outcome.known}" if outcome.known else f"    {mutant.key}"
        console.print(escape(why), soft_wrap=True)


def _write(report: Path, everything: dict[str, list[Survivor]]) -> None:
    import msgspec

    from nvr_conformance.evidence.whole_files import require_folder, write_file

    rows = [
        {
            "package": package,
            "module": each.mutant.module,
            "line": each.mutant.line,
            "operator": each.mutant.operator,
            "text": each.mutant.text,
            "source": each.mutant.source,
            "key": each.mutant.key,
            "fate": each.judged.fate.value,
            "by": list(each.judged.by),
            "reason": each.judged.reason,
            "known": each.known,
        }
        for package, outcomes in everything.items()
        for each in outcomes
    ]
    require_folder(report)
    write_file(report / "mutants.json", msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
