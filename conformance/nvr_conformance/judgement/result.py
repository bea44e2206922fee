"""The outcome of a run, and its form as ``result.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.about import About
from nvr_conformance.judgement.measurement import Measurement, put_together
from nvr_conformance.judgement.plain_struct import PlainStruct
from nvr_conformance.judgement.verdicts import Overall, Verdict, exit_status, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nvr_conformance.judgement.verdicts import RequirementVerdict


class CheckResult(PlainStruct, frozen=True, omit_defaults=True):
    """One check. ``basis``: the one of its row's that it stands on; without it, all of them."""

    name: str
    verdict: Verdict
    expected: str
    actual: str
    evidence: str
    basis: str = ""


class RequirementResult(PlainStruct, frozen=True, omit_defaults=True):
    """One row of the catalogue. ``expected_failure``: why a failure is excused (``--expected-failures``).

    ``basis``: where the document says what is held against a recorder, by a short name. ``not_held``: what it
    leaves open beside that.
    """

    id: str
    level: str
    verdict: Verdict
    reason: str
    checks: tuple[CheckResult, ...]
    expected_failure: str = ""
    basis: dict[str, str] = {}
    not_held: tuple[str, ...] = ()


class Result(PlainStruct, frozen=True, omit_defaults=True):
    """A whole run; every row of the catalogue is in it. ``errors``: what broke in the kit.

    ``begun``: when, ISO 8601 in UTC. ``expectation_errors``: expected failures that are not so.
    ``measurements``: numbers that were measured, one of each name. ``planned_seconds``: how long it should
    take, where that was found out ahead. ``untested``: what had to be tested and was not. ``about``: the
    circumstances. ``spent``: seconds by requirement, its share of the scenarios that claim it.
    ``interrupted``: by a signal.
    """

    verdict: Overall
    target: str
    model: int
    seed: int
    seconds: float
    requirements: tuple[RequirementResult, ...]
    errors: tuple[str, ...] = ()
    begun: str = ""
    expectation_errors: tuple[str, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    planned_seconds: float | None = None
    untested: tuple[str, ...] = ()
    about: About = About()
    spent: dict[str, float] = {}
    interrupted: bool = False

    @property
    def judged(self) -> str:
        """What was judged, in one word or two: where it is, and its model."""
        return f"{self.target}, MODEL {self.model}"

    @property
    def exit_status(self) -> int:
        """The exit status of the command."""
        return exit_status(self.verdict)

    @property
    def summary(self) -> str:
        """The verdict, and of how many requirements it is."""
        return summary(self.verdict, (row.verdict for row in self.requirements))

    def ids(self, *verdicts: Verdict) -> frozenset[str]:
        """The ids of the requirements with one of these verdicts."""
        return frozenset(row.id for row in self.requirements if row.verdict in verdicts)

    @property
    def broken(self) -> frozenset[str]:
        """The ids that do not hold: failed, or warned of."""
        return self.ids(Verdict.FAIL, Verdict.WARN)


def make_result(
    rows: Iterable[RequirementVerdict],
    overall: Overall,
    *,
    target: str,
    model: int,
    seed: int,
    seconds: float,
    errors: Sequence[str] = (),
    begun: str = "",
    measurements: Iterable[Measurement] = (),
    planned_seconds: float | None = None,
    about: About | None = None,
    spent: Mapping[str, float] | None = None,
    interrupted: bool = False,
) -> Result:
    """Put a result together."""
    return Result(
        overall,
        target,
        model,
        seed,
        round(seconds, 3),
        tuple(
            RequirementResult(
                row.requirement.id,
                row.requirement.level.value,
                row.verdict,
                row.reason,
                tuple(
                    CheckResult(
                        check.name, check.verdict, check.expected, check.actual, check.evidence, check.basis
                    )
                    for check in row.checks
                ),
                basis=row.requirement.basis,
                not_held=row.requirement.not_held,
            )
            for row in rows
        ),
        tuple(errors),
        begun,
        measurements=put_together(measurements),
        planned_seconds=None if planned_seconds is None else round(planned_seconds, 1),
        about=about or About(),
        spent={id_: round(seconds, 3) for id_, seconds in (spent or {}).items()},
        interrupted=interrupted,
    )
