"""What a user sees while the judge works, and at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nvr_conformance.engine.events import (
    CheckMade,
    Event,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.terminal import marked, moving_line, print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from nvr_conformance.judgement.result import RequirementResult, Result

STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.OBSERVED: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_TESTED: "dim",
    Verdict.ERROR: "bold magenta",
}
_OVERALL_STYLES = {
    Overall.CONFORMANT: "bold green",
    Overall.NOT_CONFORMANT: "bold red",
    Overall.INCOMPLETE: "bold yellow",
    Overall.INCONCLUSIVE: "bold magenta",
}

TOLD_ALONE = 5
"""Requirements that were not tested for the same reason; of more, the reason is told once."""


class ConsoleReport:
    """A reporter for the terminal: a line that moves while scenarios run, then the table of verdicts.

    ``verbose`` prints every check as it is made.
    """

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._status: Status | None = None
        self._total = 0
        self._done = 0
        self._failed = 0

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._total = len(event.scenarios)
                self._console.print(
                    f"Judging {marked(event.target)} as MODEL {event.model}, "
                    f"{self._total} scenario{'s' * (self._total != 1)}, seed {event.seed}"
                )
                self._status = moving_line(self._console, "")
                self._status.start()
            case ScenarioStarted(name=name):
                self._show(name)
            case CheckMade(check=check):
                self._failed += check.verdict is Verdict.FAIL
                if self._verbose:
                    self._console.print(
                        f"  [{STYLES[check.verdict]}]{check.verdict}[/] {check.id} {marked(check.name)}: "
                        f"{marked(check.actual)}"
                    )
            case ScenarioFinished(name=name, outcome=outcome, reason=reason):
                self._done += 1
                self._show(name)
                if outcome != "finished":
                    style = STYLES[Verdict.ERROR if outcome == "error" else Verdict.WARN]
                    self._console.print(f"[{style}]{outcome}[/] {marked(name)}: {marked(reason)}")
            case RunFinished(result=result):
                self.close()
                print_result(self._console, result)

    def _show(self, name: str) -> None:
        if self._status is not None:
            failed = f", {self._failed} check{'s' * (self._failed != 1)} failed" if self._failed else ""
            self._status.update(f"{self._done}/{self._total} {marked(name)}{failed}")

    def close(self) -> None:
        """Take the moving line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def print_result(console: Console, result: Result) -> None:
    """The table of verdicts, what failed, and the verdict."""
    _print_table(console, result)
    for row in result.requirements:
        if row.verdict in (Verdict.FAIL, Verdict.WARN, Verdict.ERROR):
            _print_failure(console, row)
    for measurement in result.measurements:
        stated = "" if measurement.stated is None else f" (stated: {measurement.stated:g} {measurement.unit})"
        console.print(
            f"measured {measurement.id} {marked(f'{measurement.name}: {measurement.text}{stated}')}"
        )
    for problem in result.errors:
        console.print(f"[{STYLES[Verdict.ERROR]}]error[/]: {marked(problem)}")
    for problem in result.untested:
        console.print(f"[{STYLES[Verdict.ERROR]}]required[/]: {marked(problem)}")
    for problem in result.expectation_errors:
        console.print(f"[{STYLES[Verdict.ERROR]}]wrong expectation[/]: {marked(problem)}")
    took = duration(result.seconds)
    if result.planned_seconds:
        took += f" (planned: {duration(result.planned_seconds)})"
    style = _OVERALL_STYLES[result.verdict]
    console.print(
        f"\n[{style}]{result.summary}[/], in {took}: {marked(result.judged)}: {_tally(result)}",
        soft_wrap=True,
    )


def _print_table(console: Console, result: Result) -> None:
    """A row for each requirement; where many were not tested for one reason, one line for all of them."""
    reasons = Counter(row.reason for row in result.requirements if row.verdict is Verdict.NOT_TESTED)
    many = {reason: count for reason, count in reasons.items() if count > TOLD_ALONE}
    rows = []
    for row in result.requirements:
        if row.verdict is Verdict.NOT_TESTED and row.reason in many:
            continue
        text = row.reason or requirements()[row.id].text
        if row.verdict is Verdict.OBSERVED:
            text = "; ".join(dict.fromkeys(check.actual for check in row.checks))
        verdict = f"[{STYLES[row.verdict]}]{row.verdict}[/]"
        rows.append((row.id, row.level, verdict, str(len(row.checks) or ""), marked(text)))
    if rows:
        print_table(console, ("id", "level", "verdict", "checks", ""), rows)
    for reason, count in many.items():
        what = f"{count} requirement{'s' * (count != 1)} not tested"
        console.print(f"{what}: {marked(reason)}", style=STYLES[Verdict.NOT_TESTED])


def _tally(result: Result) -> str:
    counts = Counter(row.verdict for row in result.requirements)
    tally = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    expected = sum(bool(row.expected_failure) for row in result.requirements)
    return f"{tally} ({expected} of them expected to fail)" if expected else tally


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def _print_failure(console: Console, row: RequirementResult) -> None:
    requirement = requirements()[row.id]
    style = STYLES[row.verdict]
    where = f"{row.id} (§{requirement.section})"
    console.print(f"\n[{style}]{row.verdict}[/] {where}: {marked(requirement.text)}")
    if row.verdict is Verdict.ERROR:
        console.print(f"  {marked(row.reason)}")
    if row.expected_failure:
        console.print(f"  expected: {marked(row.expected_failure)}")
    for check in row.checks:
        if check.verdict in (Verdict.FAIL, Verdict.WARN):
            console.print(f"  {marked(check.name)}")
            console.print(f"    expected  {marked(check.expected)}")
            console.print(f"    actual    {marked(check.actual)}")
            console.print(f"    evidence  {marked(check.evidence)}", style="dim")
