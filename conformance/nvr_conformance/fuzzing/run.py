"""Fuzzing with a budget of time: random runs against the reference model, until one disagrees."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from nvr_conformance.fuzzing.coverage import Combination, possible_combinations
from nvr_conformance.fuzzing.driver import DisagreementError, Driver
from nvr_conformance.fuzzing.rules.state_machine import RecorderMachine
from nvr_conformance.fuzzing.shrinking import Finding, confirm, replay, shrink
from nvr_conformance.fuzzing.surroundings import surroundings_of
from nvr_conformance.judgement.outcomes import PrerequisiteFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nvr_conformance.client.target import Target
    from nvr_conformance.fuzzing.reference_model import Surroundings
    from nvr_conformance.fuzzing.steps import Step

BATCH = 10
"""Examples of one seed. Behind the tenth hypothesis would go over to variants of the examples before."""
OVERTIME = 0.08
"""The part of the budget by which a run that finds something at last may exceed it, to shrink that …"""
LEAST_OVERTIME = 5.0
"""… and the seconds that it may take in any case."""


class _BudgetOver(BaseException):
    """Ends hypothesis in the midst of an example; no failure to be looked into."""


@dataclass(slots=True)
class FuzzRun:
    """What was done so far, and what was found. ``seconds`` are real ones.

    ``possible``: the combinations that there are on this recorder. ``once``: disagreements that did not come
    again when the same steps were done again, on a recorder that others may use.
    """

    possible: frozenset[Combination] = frozenset()
    commands: int = 0
    examples: int = 0
    seconds: float = 0.0
    combinations: Counter[Combination] = field(default_factory=Counter)
    successions: Counter[tuple[str, str]] = field(default_factory=Counter)
    finding: Finding | None = None
    once: list[str] = field(default_factory=list)
    shrinking: bool = False

    @property
    def covered(self) -> frozenset[Combination]:
        """Those of the possible combinations that came up."""
        return self.possible & self.combinations.keys()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of step that were done."""
        return frozenset(combination.kind for combination in self.combinations)

    @property
    def possible_kinds(self) -> frozenset[str]:
        """The kinds of step that there are."""
        return frozenset(combination.kind for combination in self.possible)

    def cover(self, seen: Sequence[Combination]) -> None:
        """Count what an example came across."""
        self.combinations.update(seen)
        self.successions.update((first.kind, second.kind) for first, second in pairwise(seen))


def fuzz(
    target: Target,
    *,
    budget: float,
    seed: int = 0,
    most_examples: int | None = None,
    steps: int = 30,
    shard: tuple[int, int] = (1, 1),
    known_steps: Iterable[Sequence[Step]] = (),
    on_progress: Callable[[FuzzRun], None] | None = None,
) -> FuzzRun:
    """Fuzz a target for ``budget`` seconds (or ``most_examples``); stops at the first disagreement, shrunk.

    PrerequisiteFailed where the recorder has no camera, or nobody may log in any more.

    ``steps``: rules in an example. The same seed on the same recorder makes the same runs; ``shard`` K of N
    makes every N-th batch of them. First the ``known_steps`` are done again, which disagreed some time.
    """
    known = _with_cameras(target)
    run = FuzzRun(possible_combinations(known, ptz=target.allows("ptz"), eviction=target.allows("eviction")))
    begun = time.monotonic()
    deadline = begun + budget
    batch, over = shard[0] - 1, False

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
        def __init__(self) -> None:
            super().__init__(Driver(target, each_command))

        def teardown(self) -> None:
            run.examples += bool(self.driver.steps)
            run.cover(self.driver.seen)
            super().teardown()
            if run.examples == most_examples:
                raise end()

        def do(self, *steps: Step) -> None:
            try:
                super().do(*steps)
            except DisagreementError as found:
                run.finding = Finding(
                    tuple(self.driver.steps), str(found), run.examples + 1, run.commands, run.seconds
                )
                raise end() from found

    run.finding = _first_again(target, known_steps, deadline)
    while time.monotonic() < deadline and not over and run.finding is None:
        try:
            _run_batch(seeded(seed * 1_000_003 + batch)(Machine), steps)
        except (_BudgetOver, HypothesisException):
            # Ended in the midst of an example, hypothesis may call it inconsistent.
            if not over:
                raise
        batch += shard[1]
        if run.finding is not None:
            run.shrinking = True
            if on_progress is not None:
                on_progress(run)
            over = _look_into(target, run, run.finding, deadline + max(OVERTIME * budget, LEAST_OVERTIME))
            run.shrinking = False
    run.seconds = time.monotonic() - begun
    return run


def _with_cameras(target: Target) -> Surroundings:
    known = surroundings_of(target)
    if not known.cameras:
        raise PrerequisiteFailed("as_getinfo.cgi names no camera that is connected")
    return known


def _first_again(target: Target, known: Iterable[Sequence[Step]], until: float) -> Finding | None:
    """The first of these steps that disagree again; they are small already."""
    for steps in known:
        if time.monotonic() >= until:
            break
        found = replay(target, steps, until=until)
        if found is not None:
            return found
    return None


def _look_into(target: Target, run: FuzzRun, found: Finding, until: float) -> bool:
    """Shrink a finding. Where others use the recorder too it is forgotten unless it comes again (False).

    At Ctrl-C it stays as it is.
    """
    with suppress(KeyboardInterrupt):
        found = confirm(target, found, until)
        if found.again is False and not surroundings_of(target).alone:
            run.once.append(found.text)
            run.finding = None
            return False
        run.finding = found
        run.finding = shrink(target, found, until)
    return True


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
