"""Fuzzing with a budget of time: random runs against the reference model, until one disagrees."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from nvr_conformance.fuzz_driver import DisagreementError, Driver
from nvr_conformance.state_machine import RecorderMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.fuzz_steps import Step
    from nvr_conformance.target import Target

BATCH = 200
"""Examples that hypothesis makes of one seed."""
LONGEST_SHRINKING = 60.0
"""Seconds that shrinking may take, where the budget leaves as much."""
OVERTIME = 0.08
"""The part of the budget by which a run that finds something at last may exceed it, to shrink that."""


class _BudgetOver(BaseException):
    """Ends hypothesis in the midst of an example; no failure to be looked into."""


@dataclass(slots=True)
class Finding:
    """A disagreement: the steps that show it, what was wrong at the last one, and the lines for a shell.

    ``examples`` is the number of the example that found it.
    """

    steps: tuple[Step, ...]
    text: str
    curl: tuple[str, ...]
    examples: int


@dataclass(slots=True)
class FuzzRun:
    """What was done so far, and what was found. ``seconds`` are real ones."""

    commands: int = 0
    examples: int = 0
    seconds: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)
    combinations: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    successions: Counter[tuple[str, str]] = field(default_factory=Counter)
    finding: Finding | None = None

    def cover(self, seen: Sequence[tuple[str, str, str]]) -> None:
        """Count what a run came across."""
        self.combinations.update(seen)
        self.rules.update(rule for rule, _, _ in seen)
        self.successions.update((first[0], second[0]) for first, second in pairwise(seen))


def fuzz(
    target: Target,
    *,
    budget: float,
    seed: int = 0,
    most_examples: int | None = None,
    steps: int = 30,
    on_progress: Callable[[FuzzRun], None] | None = None,
) -> FuzzRun:
    """Fuzz a target for ``budget`` seconds (or ``most_examples``); stops at the first disagreement, shrunk.

    ``steps``: rules in an example. The same seed on the same recorder makes the same runs.
    """
    run = FuzzRun()
    begun = time.monotonic()
    deadline = begun + budget
    batch, over = 0, False

    def end() -> _BudgetOver:
        nonlocal over
        over = True
        return _BudgetOver()

    def each_command() -> None:
        run.commands += 1
        run.seconds = time.monotonic() - begun
        if on_progress is not None:
            on_progress(run)
        if time.monotonic() >= deadline:
            raise end()

    class Machine(RecorderMachine):
        def make_driver(self) -> Driver:
            run.examples += 1
            return Driver(target, each_command)

        def teardown(self) -> None:
            run.cover(self.driver.seen)
            super().teardown()
            if run.examples == most_examples:
                raise end()

        def do(self, *steps: Step) -> None:
            try:
                super().do(*steps)
            except DisagreementError as found:
                driver = self.driver
                run.finding = Finding(tuple(driver.steps), str(found), tuple(driver.curl), run.examples)
                raise end() from found

    while time.monotonic() < deadline and not over:
        try:
            _run_batch(seeded(seed * 1_000_003 + batch)(Machine), steps)
        except (_BudgetOver, HypothesisException):
            # Ended in the midst of an example, hypothesis may call it inconsistent.
            if not over:
                raise
        batch += 1
    if run.finding is not None:
        run.finding = shrink(
            target, run.finding, min(time.monotonic() + LONGEST_SHRINKING, deadline + OVERTIME * budget)
        )
    run.seconds = time.monotonic() - begun
    return run


def _run_batch(machine: type[RecorderMachine], steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=BATCH,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        ),
    )


def shrink(target: Target, found: Finding, deadline: float) -> Finding:
    """Leave out what is not needed: first large pieces, at last single steps; any disagreement counts."""
    best = found
    size = max(1, len(best.steps) // 2)
    while size and time.monotonic() < deadline:
        position, smaller = 0, False
        while position < len(best.steps) and time.monotonic() < deadline:
            fewer = best.steps[:position] + best.steps[position + size :]
            again = replay(target, fewer)
            if again is not None and len(again.steps) < len(best.steps):
                best, smaller = Finding(again.steps, again.text, again.curl, found.examples), True
            else:
                position += size
        if size > 1 or not smaller:
            size //= 2
    return best


def replay(target: Target, steps: Sequence[Step]) -> Finding | None:
    """Do the steps again, from a recorder without UIDs on; what was wrong, if anything."""
    with Driver(target) as driver:
        try:
            for step in steps:
                driver.run(step)
        except DisagreementError as found:
            return Finding(tuple(driver.steps), str(found), tuple(driver.curl), 0)
    return None
