"""The checks of a run made again, from what was kept of it (``nvr-conformance rejudge``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.engine.claims import SCENARIOS
from nvr_conformance.engine.judge import judge_source
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence.index import read_index
from nvr_conformance.sources.replayed import EvidenceSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nvr_conformance.engine.events import Reporter
    from nvr_conformance.judgement.expected_failures import ExpectedFailure
    from nvr_conformance.judgement.result import Result


def rejudge(
    report: Path,
    *,
    reporters: Sequence[Reporter] = (),
    scenarios: Path = SCENARIOS,
    expected_failures: Sequence[ExpectedFailure] = (),
    problems: Sequence[str] = (),
) -> Result:
    """Judge what the run kept in the directory ``report``. ValueError, in one line, where there is nothing
    to judge.

    Files that were changed or are missing since the run are errors of the result, as are ``problems`` that
    are known already: it is inconclusive at best.
    Where a password was taken out of a scenario's evidence, what is broken there may have been whole: it is
    not tested.
    """
    folder = report / "evidence"
    source = EvidenceSource(folder, read_index(folder), list(problems))
    return judge_source(
        source,
        RunOptions(
            select=source.index.selected,
            scenarios=scenarios,
            expected_failures=expected_failures,
            problems=source.problems,
            required=source.index.about.required,
            doubtful={name: _masked(name, count) for name, count in source.index.masked.items()},
        ),
        reporters=reporters,
    )


def _masked(scenario: str, count: int) -> str:
    return (
        f"the evidence of {scenario} cannot tell: a password was taken out of it in {count} places, and what "
        "stands there instead may be what is wrong; judge the recorder again, with another password"
    )
