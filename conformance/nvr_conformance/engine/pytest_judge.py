"""The judge in a plain pytest run: a scenario with a failed check is a failed test.

What ends a scenario early, and what it needs and does not have, is a skip with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nvr_conformance.engine.claim import claim_of
from nvr_conformance.engine.judge import chosen_ids
from nvr_conformance.engine.plugin import BOOK, EnginePlugin, checked_claim, place_of
from nvr_conformance.evidence.transcript import transcript
from nvr_conformance.judgement.exit_status import EXIT_UNREACHABLE
from nvr_conformance.judgement.outcomes import ScenarioStopped, TargetUnreachableError
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import Verdict, judge_requirement, overall_verdict, summary
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.sources.target_options import OptionError, read_target_options

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from _pytest.terminal import TerminalReporter

    from nvr_conformance.engine.events import Event
    from nvr_conformance.evidence.transcript import transcript
from nvr_conformance.judgement.verdicts import CheckRecord

_TRANSCRIPT = 20_000  # characters of it beside a failure: the last


def make_judge(
    words: Mapping[str, Any], *, select: Sequence[str], skip: Sequence[str], seed: int
) -> PytestJudge:
    """The plugin. ``words`` are what ``read_target_options`` takes. UsageError for what cannot be."""
    try:
        source = TargetSource(read_target_options(**words, prefix="--nvr-"), seed)
        return PytestJudge(source, chosen_ids(select, skip), _tell_nobody)
    except OptionError as problem:
        raise pytest.UsageError(f"--nvr-{problem.option}: {problem}") from None
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def _tell_nobody(event: Event) -> None:
    """pytest has reporters of its own."""


class PytestJudge(EnginePlugin):
    """The engine's books and fixtures among the hooks of somebody else's run. Tests that are no scenarios are
    left alone."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(  # type: ignore[override]
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Say why a scenario does not run, once others have said which tests are wanted at all (-k, -m)."""
        yield
        scenarios = [item for item in items if claim_of(getattr(item, "function", None)) is not None]
        if not scenarios or config.option.collectonly:
            return
        try:
            self.source.prepare()
        except TargetUnreachableError as problem:
            pytest.exit(str(problem), EXIT_UNREACHABLE)
        unselected = []
        for item in scenarios:
            claim = checked_claim(item)
            if isinstance(claim, str):
                raise pytest.UsageError(claim)
            item.user_properties.append(("requirements", " ".join(claim.ids)))
            before = len(self.notes)
            if self._is_wanted(item, claim):
                self._claims[item.nodeid] = claim
            elif len(self.notes) > before:
                item.add_marker(pytest.mark.skip(reason=self.notes[-1].reason))
            else:
                unselected.append(item)
        if unselected:
            items[:] = [item for item in items if item not in unselected]
            config.hook.pytest_deselected(items=unselected)
        items.sort(key=lambda item: place_of(self._claims.get(item.nodeid)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.nodeid not in self._claims:
            return (yield)
        return (yield from super().pytest_runtest_protocol(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if item.nodeid not in self._claims:
            return (yield)
        report = yield from super().pytest_runtest_makereport(item, call)
        book = item.stash[BOOK]
        if call.when != "call":
            if call.excinfo is not None and isinstance(call.excinfo.value, ScenarioStopped):
                _skip(report, item, call.excinfo.value.reason)
            return report
        failed = [check for check in book.checks if check.verdict is Verdict.FAIL]
        problem = None if call.excinfo is None else call.excinfo.value
        if failed and (problem is None or isinstance(problem, ScenarioStopped | pytest.skip.Exception)):
            report.outcome = "failed"
            report.longrepr = "\n".join(map(_described, failed))
            report.sections.append(("what was asked and answered", transcript(book.history)[-_TRANSCRIPT:]))
        elif isinstance(problem, ScenarioStopped):
            _skip(report, item, problem.reason)
        return report

    def pytest_internalerror(self, excrepr: object) -> bool:
        return False

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """The verdict, as ``nvr-conformance run`` counts."""
        if not self._begun:
            return
        rows = [
            judge_requirement(requirement, self.source.model, self.checks, self.notes)
            for requirement in requirements().values()
        ]
        overall = overall_verdict(rows, interrupted=self.interrupted, kit_errors=self.errors)
        terminalreporter.section("nvr-conformance")
        tally = [(verdict, sum(row.verdict is verdict for row in rows)) for verdict in Verdict]
        counts = ", ".join(f"{count} {verdict}" for verdict, count in tally if count)
        said = summary(overall, (row.verdict for row in rows))
        terminalreporter.write_line(f"{self.source.name}, MODEL {self.source.model}: {said}: {counts}")


def _described(check: CheckRecord) -> str:
    requirement = requirements()[check.id]
    return (
        f"{check.id} (§{requirement.section}): the recorder {requirement.text}\n"
        f"  {check.name}\n    expected  {check.expected}\n    actual    {check.actual}"
    )


def _skip(report: pytest.TestReport, item: pytest.Item, reason: str) -> None:
    path, line, _ = item.location
    report.outcome = "skipped"
    report.longrepr = (path, (line or 0) + 1, f"Skipped: {reason}")
