"""Verdicts: of a check, of a requirement, of a recorder; and how one follows from the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_FAILURES, EXIT_KIT_BROKE
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.judgement.requirements import Level, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ELLIPSIS = "…"
TEXT_LIMIT = 400  # characters kept of an expected or actual value


class Verdict(StrEnum):
    """What is said of one check, and of one requirement."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"  # a "should" that does not hold: the recorder's verdict stays
    OBSERVED = "observed"  # the document is silent: recorded, not judged
    NOT_APPLICABLE = "not-applicable"  # this recorder lacks what the row is about
    NOT_TESTED = "not-tested"  # always with a reason
    ERROR = "error"  # the kit broke: never the recorder's fault


class Overall(StrEnum):
    """What is said of the recorder."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not-conformant"
    INCOMPLETE = "incomplete"  # what was tested holds, and not all was tested that had to be
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check that was made. ``evidence`` names where in the scenario's history to look; ``basis`` the one
    of its row's that it stands on, empty: all of them."""

    id: str
    name: str
    verdict: Verdict
    expected: str
    actual: str
    evidence: str
    scenario: str
    basis: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", plain(self.name))


@dataclass(frozen=True, slots=True)
class Note:
    """Why a scenario made no check of a requirement: verdict error, not-tested or not-applicable. ``unsaid``:
    the scenario gave no reason of its own."""

    id: str
    verdict: Verdict
    reason: str
    scenario: str
    unsaid: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", plain(self.reason))


@dataclass(frozen=True, slots=True)
class RequirementVerdict:
    """The judgement of one requirement."""

    requirement: Requirement
    verdict: Verdict
    reason: str
    checks: tuple[CheckRecord, ...]


def verdict_of_check(level: Level, holds: bool) -> Verdict:
    """A check that holds passes; one that does not fails, or warns where the document only advises."""
    if holds:
        return Verdict.PASS
    return Verdict.WARN if level is Level.SHOULD else Verdict.FAIL


def without_doubtful(
    checks: Sequence[CheckRecord], doubtful: Mapping[str, str]
) -> tuple[list[CheckRecord], list[Note]]:
    """The checks of the requirements that can be judged, and of each other one why it cannot.

    ``doubtful``: scenarios in which a breach proves nothing, and why. A requirement that is broken there
    alone is not judged; the rest of its checks do not show that it holds.
    """

    def is_open(check: CheckRecord) -> bool:
        return check.verdict in _BREACHES and check.scenario in doubtful

    proven = {check.id for check in checks if check.verdict in _BREACHES and not is_open(check)}
    unknown = {check.id for check in checks if is_open(check)} - proven
    kept = [check for check in checks if check.id not in unknown and not is_open(check)]
    notes = [
        Note(check.id, Verdict.NOT_TESTED, doubtful[check.scenario], check.scenario)
        for check in checks
        if check.id in unknown and is_open(check)
    ]
    return kept, notes


_BREACHES = (Verdict.FAIL, Verdict.WARN)
_WORST_FIRST = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN, Verdict.PASS, Verdict.OBSERVED)


def judge_requirement(
    requirement: Requirement, model: int, checks: Iterable[CheckRecord], notes: Iterable[Note]
) -> RequirementVerdict:
    """The verdict of one requirement from the checks made of it and the notes on those that were not made.

    The worst of fail, error, warn, pass, observed stands. Without any of them the requirement is
    not tested, or not applicable where that is all that scenarios said of it, or all that there is.
    """
    made = tuple(check for check in checks if check.id == requirement.id)
    said = [note for note in notes if note.id == requirement.id]
    if model not in requirement.models:
        return RequirementVerdict(
            requirement, Verdict.NOT_APPLICABLE, f"MODEL {model} has no such requirement", made
        )
    verdicts = {check.verdict for check in made}
    errors = [note for note in said if note.verdict is Verdict.ERROR]
    if errors:
        verdicts.add(Verdict.ERROR)
    for verdict in _WORST_FIRST:
        if verdict in verdicts:
            return RequirementVerdict(requirement, verdict, _reason(verdict, made, errors), made)
    said = [note for note in said if not note.unsaid] or said
    untested = [note for note in said if note.verdict is Verdict.NOT_TESTED]
    if untested:
        return RequirementVerdict(requirement, Verdict.NOT_TESTED, _joined(untested), made)
    if said:
        return RequirementVerdict(requirement, Verdict.NOT_APPLICABLE, _joined(said), made)
    reason = f"untestable: {requirement.untestable}" if requirement.untestable else "no scenario claims it"
    return RequirementVerdict(requirement, Verdict.NOT_TESTED, reason, made)


def _reason(verdict: Verdict, checks: Sequence[CheckRecord], errors: Sequence[Note]) -> str:
    if verdict is Verdict.ERROR:
        return _joined(errors)
    if verdict in (Verdict.FAIL, Verdict.WARN):
        broken = [check for check in checks if check.verdict is verdict]
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return f"{broken[0].name}: expected {broken[0].expected}, got {broken[0].actual}{more}"
    return ""


def _joined(notes: Sequence[Note]) -> str:
    return "; ".join(dict.fromkeys(note.reason for note in notes))


def overall_verdict(
    rows: Iterable[RequirementVerdict], *, interrupted: bool = False, kit_errors: Sequence[str] = ()
) -> Overall:
    """The verdict on the recorder.

    A failed "must" is not-conformant. An interrupted run, an error of the kit and a run in which
    nothing was judged (only observed, or not even that) prove nothing: inconclusive.
    """
    verdicts = {row.verdict for row in rows}
    if interrupted:
        return Overall.INCONCLUSIVE
    if Verdict.FAIL in verdicts:
        return Overall.NOT_CONFORMANT
    ran = verdicts & {Verdict.PASS, Verdict.WARN, Verdict.OBSERVED}
    if Verdict.ERROR in verdicts or kit_errors or not ran:
        return Overall.INCONCLUSIVE
    return Overall.CONFORMANT


def summary(overall: Overall, verdicts: Iterable[Verdict]) -> str:
    """The verdict on the recorder, and of how many requirements it is."""
    counts = Counter(verdicts)
    untested = counts[Verdict.NOT_TESTED] + counts[Verdict.ERROR]
    tested = counts.total() - untested - counts[Verdict.NOT_APPLICABLE]
    match overall:
        case Overall.NOT_CONFORMANT:
            said = f"in {counts[Verdict.FAIL]} of {tested} tested"
        case Overall.CONFORMANT:
            said = f"in {counts[Verdict.PASS] + counts[Verdict.OBSERVED]} of {tested} tested"
        case _:
            said = f"with {tested} tested"
    return f"{overall} {said}, {untested} not tested"


def exit_status(overall: Overall) -> int:
    """The exit status of the command: 0 conformant, 1 not conformant or not all tested that had to
    be, 4 inconclusive."""
    return {
        Overall.CONFORMANT: EXIT_CONFORMANT,
        Overall.NOT_CONFORMANT: EXIT_FAILURES,
        Overall.INCOMPLETE: EXIT_FAILURES,
        Overall.INCONCLUSIVE: EXIT_KIT_BROKE,
    }[overall]


def shown(value: object) -> str:
    """A value as the report shows it: bytes in hex, long things cut."""
    if isinstance(value, bytes | bytearray | memoryview):
        head = bytes(value[:64])
        more = f" {ELLIPSIS} ({len(value)} bytes)" if len(value) > len(head) else ""
        return head.hex(" ") + more
    text = plain(str(value)[: TEXT_LIMIT + 1])
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + ELLIPSIS
