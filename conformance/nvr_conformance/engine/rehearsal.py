"""A run played through beforehand on an emulated recorder: which scenarios, how many commands, how long.

The scenarios believe in real time and a recorder of which nothing is known but what it shows; the emulator's
clock is moved meanwhile. So a run of hours is known in seconds.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.engine.events import Event, ScenarioStarted
from nvr_conformance.engine.judge import NOT_SELECTED, judge_source
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.sources.embedded import stand_in
from nvr_conformance.sources.rehearsed import RehearsalSource

if TYPE_CHECKING:
    from nvr_conformance.engine.run_options import RunOptions
    from nvr_conformance.judgement.result import Result
    from nvr_conformance.sources.source import TargetSource


@dataclass(frozen=True, slots=True)
class PlannedScenario:
    """One scenario as it went in rehearsal: the commands that it sends, the seconds that it takes."""

    name: str
    ids: tuple[str, ...]
    commands: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run. ``left_out``: the requirements that it does not test, and why. ``result``: what the
    rehearsal said of the emulated recorder, which should be nothing bad."""

    scenarios: tuple[PlannedScenario, ...]
    left_out: dict[str, str]
    result: Result

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return sum(each.seconds for each in self.scenarios)

    @property
    def commands(self) -> int:
        """How many commands are sent."""
        return sum(each.commands for each in self.scenarios)


def rehearse(source: TargetSource, run: RunOptions | None = None) -> Plan:
    """Play through a run of ``source``, which is prepared, on an emulated recorder in its place.
    PrerequisiteFailed where the recorder does not tell its cameras."""
    with source.open() as target:
        setup = stand_in(target)
    options = dataclasses.replace(source.options, url=None, control=None, defects=(), setup=setup)
    rehearsal = RehearsalSource(options, source.model, source.seed)
    claimed: dict[str, tuple[str, ...]] = {}

    def listen(event: Event) -> None:
        if isinstance(event, ScenarioStarted):
            claimed[event.name] = event.ids

    result = judge_source(rehearsal, run, reporters=[listen])
    if result.interrupted:
        raise KeyboardInterrupt  # it is the whole run that is to end
    return Plan(
        tuple(
            PlannedScenario(name, claimed[name], commands, seconds)
            for name, (commands, seconds) in rehearsal.took.items()
        ),
        {
            row.id: row.reason
            for row in result.requirements
            if row.verdict in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE) and row.reason != NOT_SELECTED
        },
        result,
    )
