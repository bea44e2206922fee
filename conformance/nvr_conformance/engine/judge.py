"""Judging one recorder: run the scenarios, then say what follows from their checks."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from nvr_conformance import interrupts
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.claim import NEEDS
from nvr_conformance.engine.claims import SCENARIOS, files_claiming
from nvr_conformance.engine.events import Event, RunFinished
from nvr_conformance.engine.own_pytest import own_modules, own_pytest
from nvr_conformance.engine.plugin import EnginePlugin
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.about import About, kit_version
from nvr_conformance.judgement.completeness import hold_complete
from nvr_conformance.judgement.expected_failures import apply_expected_failures
from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.judgement.requirements import matching, requirements
from nvr_conformance.judgement.result import make_result
from nvr_conformance.judgement.verdicts import (
    Note,
    Verdict,
    judge_requirement,
    overall_verdict,
    without_doubtful,
)
from nvr_conformance.sources.source import TargetSource

if TYPE_CHECKING:
    from pathlib import Path

    from nvr_conformance.engine.events import Reporter
    from nvr_conformance.judgement.result import Result
    from nvr_conformance.sources.source import Source

NOT_SELECTED = "not selected"
_PYTEST_OPTIONS = (
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",
    "--continue-on-collection-errors",
    "-c",
    os.devnull,
    *(
        word
        for name in (
            "cacheprovider",
            "unraisableexception",
            "threadexception",
            "faulthandler",
            "logging",
            "doctest",
        )
        for word in ("-p", f"no:{name}")
    ),
)


def judge(
    options: TargetOptions | None = None,
    run: RunOptions | None = None,
    *,
    reporters: Sequence[Reporter] = (),
) -> Result:
    """Judge a recorder (without ``options``: an emulated one, MODEL 2). May be called many times in one
    process.

    TargetUnreachableError where there is no recorder, ValueError for a pattern that matches nothing. Ctrl-C
    ends the scenario under way cleanly; the result of what was done until then is inconclusive.
    """
    run = run or RunOptions()
    return judge_source(TargetSource(options or TargetOptions(), run.seed), run, reporters=reporters)


def judge_source(
    source: Source, run: RunOptions | None = None, *, reporters: Sequence[Reporter] = ()
) -> Result:
    """As ``judge``, the targets of a source. It has a seed of its own."""
    run = run or RunOptions()
    selected = chosen_ids(run.select, run.skip)
    source.prepare()
    whole = all(source.provides(need) for need in NEEDS)

    def emit(event: Event) -> None:
        for reporter in reporters:
            reporter(event)

    plugin = EnginePlugin(source, selected, emit, run.focus, run.besides, run.only, capture=run.capture)
    begun, started = time.monotonic(), datetime.now(UTC)
    root = run.scenarios if run.scenarios.is_dir() else run.scenarios.parent
    with own_pytest(), nullcontext() if root == SCENARIOS else own_modules(root):
        terminal = () if run.verbose else ("-p", "no:terminal")
        files = map(str, _files(run))
        pytest.main([*_PYTEST_OPTIONS, *terminal, f"--rootdir={root}", *files], plugins=[plugin])
    errors = [*run.problems, *plugin.errors]
    unselected = [
        Note(id_, Verdict.NOT_TESTED, NOT_SELECTED, "") for id_ in requirements() if id_ not in selected
    ]
    checks, doubts = without_doubtful(plugin.checks, run.doubtful)
    notes = unselected + plugin.notes + doubts
    rows = [
        judge_requirement(requirement, source.model, checks, notes) for requirement in requirements().values()
    ]
    overall = overall_verdict(rows, interrupted=plugin.interrupted, kit_errors=errors)
    result = make_result(
        rows,
        overall,
        target=source.name,
        model=source.model,
        seed=source.seed,
        seconds=time.monotonic() - begun,
        errors=errors,
        begun=started.isoformat(timespec="seconds"),
        measurements=plugin.measurements,
        planned_seconds=run.planned_seconds,
        spent=plugin.spent,
        interrupted=plugin.interrupted,
        about=msgspec.structs.replace(source.about(_words(run)), packets_read=dict(plugin.packets_read)),
    )
    result = apply_expected_failures(result, run.expected_failures, started.date(), selected)
    result = hold_complete(result, run.required, claimed=plugin.claimed, whole=whole)
    with interrupts.shielded():
        emit(RunFinished(result))
    return result


def _files(run: RunOptions) -> Sequence[Path]:
    """What pytest is to collect."""
    if run.focus is None or not run.scenarios.is_dir():
        return [run.scenarios]
    try:
        return files_claiming(run.scenarios, run.focus, besides=run.besides) or [run.scenarios]
    except KitError:
        return [run.scenarios]  # pytest says what is wrong with which file


def _words(run: RunOptions) -> About:
    """What was asked of the run."""
    return About(
        kit=kit_version(),
        select=tuple(run.select),
        skip=tuple(run.skip),
        required=tuple(run.required),
        scenarios="" if run.scenarios == SCENARIOS else str(run.scenarios),
        notes=dict(run.notes),
    )


def chosen_ids(select: Sequence[str], skip: Sequence[str]) -> frozenset[str]:
    """The ids that the patterns leave. ValueError for a pattern without a match, and if nothing is left."""
    chosen = (matching(select) if select else frozenset(requirements())) - matching(skip)
    if not chosen:
        raise ValueError("--select and --skip leave no requirement")
    return chosen
