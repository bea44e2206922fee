"""What a run shows of a recorder, as a declaration: supported, lacking, not tested, observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import Verdict

if TYPE_CHECKING:
    from nvr_conformance.judgement.result import RequirementResult, Result

_HEADINGS = {
    Verdict.PASS: "supported",
    Verdict.FAIL: "lacking",
    Verdict.WARN: "lacking",
    Verdict.NOT_APPLICABLE: "not_applicable",
    Verdict.NOT_TESTED: "not_tested",
    Verdict.ERROR: "not_tested",
    Verdict.OBSERVED: "observed",
}


def declaration(result: Result) -> dict[str, Any]:
    """The declaration as plain data; every requirement stands under one heading.

    ``supported``: each check made of it held. ``lacking``: one did not (a "should" among them, see
    ``level``). ``observed``: what the recorder does where the document is silent. ``measured``: numbers that
    lie above ``low`` and not above ``high``.
    """
    made: dict[str, Any] = {
        "target": result.target,
        "model": result.model,
        "verdict": result.verdict.value,
        "begun": result.begun,
        **{heading: [] for heading in dict.fromkeys(_HEADINGS.values())},
    }
    for row in result.requirements:
        made[_HEADINGS[row.verdict]].append(_entry(row))
    made["measured"] = [
        {key: value for key, value in msgspec.to_builtins(each).items() if key != "samples"}
        for each in result.measurements
    ]
    return made


def _entry(row: RequirementResult) -> dict[str, Any]:
    requirement = requirements().get(row.id)
    entry: dict[str, Any] = {
        "id": row.id,
        "level": row.level,
        "section": requirement.section if requirement else "",
        "text": requirement.text if requirement else "",
    }
    if row.reason:
        entry["reason"] = row.reason
    if observed := {check.name: check.actual for check in row.checks if check.verdict is Verdict.OBSERVED}:
        entry["observed"] = observed
    if row.expected_failure:
        entry["expected_failure"] = row.expected_failure
    return entry


def declaration_json(result: Result) -> bytes:
    """``declaration.json``: UTF-8, indented."""
    return msgspec.json.format(msgspec.json.encode(declaration(result)), indent=2) + b"\n"
