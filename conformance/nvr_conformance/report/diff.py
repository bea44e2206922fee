"""What changed between two results, requirement by requirement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.report.result_files import read_result

if TYPE_CHECKING:
    from pathlib import Path

    from nvr_conformance.judgement.result import RequirementResult, Result

# What is another in each run, of a recorder that is as it was: the time of day, UIDs, names made of a time.
_OF_THIS_RUN = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|(?<=\bUID )\d+|\d{12,}", re.ASCII
)

_WORSE = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN)


class Change(msgspec.Struct, frozen=True):
    """One requirement that is not as it was. ``before`` and ``after`` are verdicts; empty where a result does
    not have the requirement. ``details``: which checks changed, and how."""

    id: str
    before: str
    after: str
    details: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """ "worse", "better", or "changed"."""
        if self.before == self.after:
            return "changed"
        if self.after in _WORSE and self.before not in _WORSE:
            return "worse"
        if self.before in _WORSE and self.after == Verdict.PASS:
            return "better"
        return "changed"


def load_result(path: Path) -> Result:
    """A ``result.json``, or the one in a report's directory. ValueError that says what is wrong, OSError."""
    file = path / "result.json" if path.is_dir() else path
    try:
        return read_result(read_file(file))
    except ValueError as problem:
        raise ValueError(f"{file} is no result: {problem}") from None


def of_another_model(report: Path, model: int) -> list[str]:
    """What is wrong with a report's evidence that is of ``model``: nothing, or the result beside it is of
    another one. Where that cannot be read, nothing is known."""
    try:
        judged = load_result(report).model
    except (OSError, ValueError):
        return []
    return (
        [] if judged == model else [f"the evidence says that it is of MODEL {model}, result.json of {judged}"]
    )


def changes(before: Result, after: Result, *, verdicts_only: bool = False) -> list[Change]:
    """What is different, in the order of ``after``, then what it no longer has.

    Verdicts are compared, checks by their names and verdicts, what was observed, and what was measured: of
    that only counts what cannot be the same number. Times of day and UIDs in names and observations are of
    the run and not of the recorder: they are "…". ``verdicts_only`` looks at the verdicts of the
    requirements alone.
    """
    old = {row.id: row for row in before.requirements}
    new = {row.id: row for row in after.requirements}
    found: list[Change] = []
    for id_ in (*new, *(id_ for id_ in old if id_ not in new)):
        first, second = old.get(id_), new.get(id_)
        if first is None or second is None:
            found.append(Change(id_, first.verdict if first else "", second.verdict if second else ""))
            continue
        details = () if verdicts_only else (*_details(first, second), *_measured(before, after, id_))
        if first.verdict is not second.verdict or details:
            found.append(Change(id_, first.verdict, second.verdict, details))
    return found


def _details(before: RequirementResult, after: RequirementResult) -> tuple[str, ...]:
    old, new = _checks(before), _checks(after)
    lines: list[str] = []
    for name in dict.fromkeys((*old, *new)):
        first, second = old.get(name), new.get(name)
        if first == second:
            continue
        if second is None:
            lines.append(f"{name}: no longer checked")
        elif first is None:
            lines.append(f"{name}: new: {second}")
        else:
            lines.append(f"{name}: {first} → {second}")
    if before.expected_failure != after.expected_failure:
        lines.append("expected to fail" if after.expected_failure else "no longer expected to fail")
    return tuple(lines)


def _measured(before: Result, after: Result, id_: str) -> list[str]:
    return [
        f"{old.name}: {old.text} → {new.text}"
        for old in before.measurements
        for new in after.measurements
        if (old.id, old.name) == (id_, new.name) and new.id == id_ and not old.agrees(new)
    ]


def _checks(row: RequirementResult) -> dict[str, str]:
    """What to compare of each check: its verdict (the worst of several of one name), or what was observed."""
    compared: dict[str, str] = {}
    for check in row.checks:
        text = f"“{check.actual}”" if check.verdict is Verdict.OBSERVED else check.verdict.value
        name, text = _OF_THIS_RUN.sub("…", check.name), _OF_THIS_RUN.sub("…", text)
        if name not in compared or check.verdict in _WORSE:
            compared[name] = text
    return compared
