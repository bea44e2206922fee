"""``nvr-conformance rejudge``: make the checks of a run again, from the evidence that it kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from nvr_conformance.cli.options import EXPECTED_FAILURES, read_known, report_writers
from nvr_conformance.cli.places import require_apart, require_working_directory
from nvr_conformance.cli.stopping import no_traceback, say, stop, tell
from nvr_conformance.cli.words import Place, Scenarios
from nvr_conformance.judgement.exit_status import EXIT_USAGE, Judged


@click.command()
@click.argument("report", type=Place(exists=True, file_okay=False))
@click.option(
    "--report",
    "written",
    type=Place(file_okay=False),
    help="Directory for a report of this judging.",
)
@EXPECTED_FAILURES
@click.option(
    "--scenarios",
    type=Scenarios(),
    help="Scenarios of your own, where the run had them.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every check as it is made.")
def rejudge(
    report: Path, written: Path | None, expected_failures: Path | None, scenarios: Path | None, verbose: bool
) -> None:
    """Judge a recorder again by the evidence in REPORT, the directory of a run's --report; no recorder is
    asked.

    Says where a verdict differs from that of the run. Evidence that was changed since then is named, and
    leaves the result inconclusive at best. Exit status as of run.
    """
    from nvr_conformance.engine.claims import SCENARIOS
    from nvr_conformance.engine.rejudging import rejudge as judge_again
    from nvr_conformance.evidence.index import read_index
    from nvr_conformance.report.console import ConsoleReport
    from nvr_conformance.report.diff import changes, load_result, of_another_model
    from nvr_conformance.report.terminal import make_console

    require_working_directory()
    require_apart(
        {"--report": written},
        {"REPORT": report, "--expected-failures": expected_failures, "--scenarios": scenarios},
    )
    known = read_known(expected_failures)
    writers = report_writers(written)
    with closing(ConsoleReport(make_console(), verbose=verbose)) as console_report, no_traceback():
        try:
            result = judge_again(
                report,
                reporters=[*writers, console_report],
                scenarios=scenarios or SCENARIOS,
                expected_failures=known,
                problems=of_another_model(report, read_index(report / "evidence").model),
            )
            for writer in writers:
                tell(writer.problem)
        except ValueError as problem:
            stop(str(problem), EXIT_USAGE)
    try:
        found = changes(load_result(report), result, verdicts_only=True)
    except (OSError, ValueError) as problem:
        say(f"not compared with the run: {problem}")
        raise Judged(result.exit_status) from None
    for change in found:
        say(f"the run said otherwise: {change.id}: {change.before}, now {change.after}")
    if not found:
        click.echo("each requirement has the verdict that it had in the run")
    raise Judged(result.exit_status)
