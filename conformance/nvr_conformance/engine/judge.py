"""Judging one recorder: run the scenarios, then say what follows from their checks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.claims import SCENARIOS
from nvr_conformance.engine.events import Event, RunFinished
from nvr_conformance.engine.plugin import EnginePlugin
from nvr_conformance.judgement.expected_failures import ExpectedFailure, apply_expected_failures
from nvr_conformance.judgement.requirements import matching, requirements
from nvr_conformance.judgement.result import make_result
from nvr_conformance.judgement.verdicts import Note, Verdict, judge_requirement, overall_verdict
from nvr_conformance.sources.source import TargetSource

if TYPE_CHECKING:
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
    *,
    select: Sequence[str] = (),
    skip: Sequence[str] = (),
    focus: frozenset[str] | None = None,
    seed: int = 0,
    reporters: Sequence[Reporter] = (),
    scenarios: Path = SCENARIOS,
    verbose: bool = False,
    capture: bool = False,
    expected_failures: Sequence[ExpectedFailure] = (),
    source: Source | None = None,
    problems: Sequence[str] = (),
    planned_seconds: float | None = None,
) -> Result:
    """Judge a recorder (without ``options``: an emulated one, MODEL 2). May be called many times in one
    process.

    ``focus`` leaves out the scenarios that claim none of these ids; all that the others find counts.
    ``select`` and ``skip`` are id patterns (``LIV-*``); ``seed`` makes what is chosen at random repeatable;
    ``scenarios`` is the directory (or file) of the scenarios. ``capture`` keeps the bytes of the wire for
    reporters that write them down. ``expected_failures`` are excused. ``source`` is asked for the targets
    instead of one made from ``options``; ``problems`` that are known ahead leave the result inconclusive at
    best. TargetUnreachableError where there is
    no recorder, ValueError for a pattern that matches nothing. Ctrl-C ends the scenario under way cleanly;
    the result of what was done until then is inconclusive.
    """
    selected = chosen_ids(select, skip)
    source = source or TargetSource(options or TargetOptions(), seed)
    source.prepare()

    def emit(event: Event) -> None:
        for reporter in reporters:
            reporter(event)

    plugin = EnginePlugin(source, selected, emit, focus, capture=capture)
    begun, started = time.monotonic(), datetime.now(UTC)
    with _own_pytest():
        terminal = () if verbose else ("-p", "no:terminal")
        root = scenarios if scenarios.is_dir() else scenarios.parent
        pytest.main([*_PYTEST_OPTIONS, *terminal, f"--rootdir={root}", str(scenarios)], plugins=[plugin])
    errors = [*problems, *plugin.errors]
    unselected = [
        Note(id_, Verdict.NOT_TESTED, NOT_SELECTED, "") for id_ in requirements() if id_ not in selected
    ]
    notes = unselected + plugin.notes
    rows = [
        judge_requirement(requirement, source.model, plugin.checks, notes)
        for requirement in requirements().values()
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
        planned_seconds=planned_seconds,
    )
    result = apply_expected_failures(result, expected_failures, started.date(), selected)
    emit(RunFinished(result))
    return result


def chosen_ids(select: Sequence[str], skip: Sequence[str]) -> frozenset[str]:
    """The ids that the patterns leave. ValueError for a pattern without a match, and if nothing is left."""
    chosen = (matching(select) if select else frozenset(requirements())) - matching(skip)
    if not chosen:
        raise ValueError("--select and --skip leave no requirement")
    return chosen


@contextmanager
def _own_pytest() -> Iterator[None]:
    """Keep pytest options and plugins of the surroundings out."""
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in (*ours, "PYTEST_CURRENT_TEST")}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
