"""What the engine tells its reporters while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.client.history import History
    from nvr_conformance.judgement.result import Result
    from nvr_conformance.judgement.verdicts import CheckRecord


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The target is there and the scenarios are chosen. ``selected``: the ids that are judged; ``needs``:
    which needs of scenarios are met."""

    target: str
    model: int
    seed: int
    scenarios: tuple[str, ...]
    selected: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioStarted:
    """A scenario begins; ``ids`` are the requirements that it claims."""

    name: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckMade:
    """A check or an observation was recorded."""

    check: CheckRecord


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    """A scenario is over. ``outcome``: finished, stopped (a prerequisite failed), error (the kit broke, by
    ``problem``), interrupted."""

    name: str
    outcome: str
    reason: str
    seconds: float
    history: History
    checks: tuple[CheckRecord, ...] = ()
    problem: BaseException | None = None


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Everything is judged."""

    result: Result


Event = RunStarted | ScenarioStarted | CheckMade | ScenarioFinished | RunFinished
Reporter = Callable[[Event], None]
