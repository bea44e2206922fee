"""The book that a scenario writes its checks into, and the pens that it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from nvr_conformance.engine.events import CheckMade
from nvr_conformance.judgement.measurement import Measurement, Sample, measured
from nvr_conformance.judgement.outcomes import KitError, PrerequisiteFailed
from nvr_conformance.judgement.requirements import Level, Requirement, requirements
from nvr_conformance.judgement.verdicts import CheckRecord, Note, Verdict, shown, verdict_of_check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from nvr_conformance.client.history import History
    from nvr_conformance.engine.events import Event

CHECK_LIMIT = 5000  # checks of one scenario: more is a loop gone wild

T = TypeVar("T")


@dataclass
class Book:
    """The checks, measurements and notes of one scenario."""

    scenario: str
    ids: tuple[str, ...]
    selected: frozenset[str]
    history: History
    emit: Callable[[Event], None]
    checks: list[CheckRecord] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)

    def record(
        self, id_: str, verdict: Verdict, expected: object, actual: object, name: str, basis: str = ""
    ) -> None:
        """Write a check down, and tell the reporters. ``basis``: the one of its row's that it stands on."""
        if len(self.checks) >= CHECK_LIMIT:
            raise KitError(f"{self.scenario}: more than {CHECK_LIMIT} checks")
        check = CheckRecord(
            id_,
            name or requirements()[id_].text,
            verdict,
            shown(expected),
            shown(actual),
            f"{self.scenario}, exchange {self.history.last_number}",
            self.scenario,
            basis,
        )
        self.history.remark(f"{id_} {verdict}: {check.name}: expected {check.expected}, got {check.actual}")
        if id_ in self.selected:
            self.checks.append(check)
            self.emit(CheckMade(check))

    def measure(self, measurement: Measurement) -> None:
        """Write down what was measured."""
        self.declared(measurement.id)
        self.history.remark(f"{measurement.id} measured: {measurement.name}: {measurement.text}")
        if measurement.id in self.selected:
            self.measurements.append(measurement)

    def note(self, id_: str, verdict: Verdict, reason: str, *, unsaid: bool = False) -> None:
        """Say why there is no check."""
        self.declared(id_)
        if id_ in self.selected:
            self.notes.append(Note(id_, verdict, reason, self.scenario, unsaid))

    def declared(self, id_: str) -> Requirement:
        """The row of an id; KitError for one that this scenario did not declare."""
        if id_ not in self.ids:
            raise KitError(f"{self.scenario} did not declare {id_}")
        return requirements()[id_]

    def close(self, verdict: Verdict, reason: str, *, unsaid: Collection[str] = ()) -> None:
        """Say of every claimed requirement that has neither check nor note why that is so. ``unsaid``: those
        of which the reason says nothing of its own."""
        spoken = {check.id for check in self.checks} | {note.id for note in self.notes}
        for id_ in self.ids:
            if id_ not in spoken:
                self.note(id_, verdict, reason, unsaid=id_ in unsaid)


class Check:
    """``check(id, condition, expected, actual, name=…)`` records, returns the condition, and never raises
    for a recorder's fault. A judging function's ``Fact`` fits in: ``check("LIV-06", *fact)``.

    A check stands on what its row stands on (``Requirement.basis``); ``basis`` names one of several where it
    stands on that one alone. What has no basis is observed: of a row without any, a check is an error of the
    kit. ``warns``: a breach of this check warns, whatever the level of its row.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    def __call__(
        self,
        id_: str,
        condition: object,
        expected: object = "",
        actual: object = "",
        name: str = "",
        *,
        basis: str = "",
        warns: bool = False,
    ) -> bool:
        row = self._book.declared(id_)
        if not row.basis:
            raise KitError(f"{id_} is only observed: use observe()")
        if basis and basis not in row.basis:
            raise KitError(f"{id_} has no basis {basis!r}: there is {', '.join(row.basis)}")
        holds = bool(condition)
        level = Level.SHOULD if warns else row.level
        self._book.record(id_, verdict_of_check(level, holds), expected, actual, name, basis)
        return holds


class Observe:
    """``observe(id, value, name=…)`` records what the recorder does where the document is silent.

    Beside the checks of a row it judges nothing: it tells in which of the ways that the document leaves open
    the recorder keeps it.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    def __call__(self, id_: str, value: object, name: str = "") -> None:
        self._book.declared(id_)
        self._book.record(id_, Verdict.OBSERVED, "", value, name)


class Measure:
    """``measure(id, name, samples, unit=…, stated=…, how=…)`` keeps a number between the bounds that samples
    give it, and returns it. It judges nothing: ``check`` does.

    What several scenarios measure under one id and name is put together.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    def __call__(
        self,
        id_: str,
        name: str,
        samples: Sequence[Sample],
        *,
        unit: str,
        how: str,
        stated: float | None = None,
    ) -> Measurement:
        made = measured(id_, name, samples, unit=unit, stated=stated, how=how)
        self._book.measure(made)
        return made


class Require:
    """``require(condition, reason)`` ends the scenario where the rest cannot be tested; it gives the
    condition back.

    The ids that were claimed and not checked yet become not-tested, for that reason.
    """

    def __call__(self, condition: T | None, reason: str) -> T:
        if not condition:
            raise PrerequisiteFailed(reason)
        return condition


class NotTested:
    """``not_tested(id, reason)``: this one requirement could not be tested; the scenario goes on."""

    verdict = Verdict.NOT_TESTED

    def __init__(self, book: Book) -> None:
        self._book = book

    def __call__(self, id_: str, reason: str) -> None:
        self._book.note(id_, self.verdict, reason)


class NotApplicable(NotTested):
    """``not_applicable(id, reason)``: this recorder lacks what the requirement is
    about; the scenario goes on."""

    verdict = Verdict.NOT_APPLICABLE
