"""The judge: scenarios, checks and verdicts for a recorder or its stand-in.

``judge`` a recorder and get a ``Result``; ``fuzz`` it; ``rejudge`` what a run kept. Authors of scenarios
import ``nvr_conformance.scenario``, property tests ``nvr_conformance.strategies``. Each name is imported when
it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nvr_conformance.client.options import TargetOptions, User
    from nvr_conformance.engine.events import (
        CheckMade,
        Event,
        Reporter,
        RunFinished,
        RunStarted,
        ScenarioFinished,
        ScenarioStarted,
    )
    from nvr_conformance.engine.judge import judge
    from nvr_conformance.engine.rejudging import rejudge
    from nvr_conformance.engine.run_options import RunOptions
    from nvr_conformance.fuzzing.run import FuzzRun, fuzz
    from nvr_conformance.judgement.expected_failures import read_expected_failures
    from nvr_conformance.judgement.requirements import Requirement, requirements
    from nvr_conformance.judgement.result import RequirementResult, Result
    from nvr_conformance.judgement.verdicts import Overall, Verdict
    from nvr_conformance.profile.observing import Profile, observe_profile
    from nvr_conformance.sources.source import TargetSource

__all__ = [
    "CheckMade",
    "Event",
    "FuzzRun",
    "Overall",
    "Profile",
    "Reporter",
    "Requirement",
    "RequirementResult",
    "Result",
    "RunFinished",
    "RunOptions",
    "RunStarted",
    "ScenarioFinished",
    "ScenarioStarted",
    "TargetOptions",
    "TargetSource",
    "User",
    "Verdict",
    "fuzz",
    "judge",
    "observe_profile",
    "read_expected_failures",
    "rejudge",
    "requirements",
]

_HOMES = {
    "client.options": ("TargetOptions", "User"),
    "engine.events": (
        "CheckMade",
        "Event",
        "Reporter",
        "RunFinished",
        "RunStarted",
        "ScenarioFinished",
        "ScenarioStarted",
    ),
    "engine.judge": ("judge",),
    "engine.rejudging": ("rejudge",),
    "engine.run_options": ("RunOptions",),
    "fuzzing.run": ("FuzzRun", "fuzz"),
    "judgement.expected_failures": ("read_expected_failures",),
    "judgement.requirements": ("Requirement", "requirements"),
    "judgement.result": ("RequirementResult", "Result"),
    "judgement.verdicts": ("Overall", "Verdict"),
    "profile.observing": ("Profile", "observe_profile"),
    "sources.source": ("TargetSource",),
}
_HOME_OF = {name: home for home, there in _HOMES.items() for name in there}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
