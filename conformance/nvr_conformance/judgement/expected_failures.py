"""Failures that are known and accepted until a date, so that a run tells only of what is new.

The file is TOML::

    [[failure]]
    id = "PLB-12"
    reason = "expected 0x000C"     # part of what the check says: "name: expected …, got …"
    owner = "recorder team"
    until = 2027-03-31             # the last day
    models = [2]                   # optional
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_toml
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import Overall, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nvr_conformance.judgement.result import RequirementResult, Result

_BROKEN = (Verdict.FAIL, Verdict.WARN)


class ExpectedFailure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry. ``reason`` must be part of each failed check's text; ``until`` is the last day it holds."""

    id: str
    reason: str
    owner: str
    until: date
    models: frozenset[int] = frozenset((1, 2, 3))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    failure: list[ExpectedFailure] = []


def read_expected_failures(path: Path) -> tuple[ExpectedFailure, ...]:
    """Read the file. ValueError that says what is wrong with it, OSError if it cannot be read."""
    try:
        entries = msgspec.convert(read_toml(read_file(path)), _File).failure
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    for entry in entries:
        if entry.id not in requirements():
            raise ValueError(f"{path}: there is no requirement {entry.id}")
        if not entry.reason.strip() or not entry.owner.strip():
            raise ValueError(f"{path}: {entry.id} lacks a reason or an owner")
    return tuple(entries)


def apply_expected_failures(
    result: Result, entries: Sequence[ExpectedFailure], today: date, selected: frozenset[str]
) -> Result:
    """The result with the expected failures marked and its verdict drawn anew.

    A failure is excused only where an entry matches each of its failed checks. An entry whose date is past,
    whose requirement holds, or that matches nothing is an expectation that is wrong (``expectation_errors``):
    nobody else would notice, so a run that would conform is inconclusive then.
    Of an entry whose requirement is not ``selected`` only the date is looked at.
    """
    errors = [
        f"{entry.id}: expected to fail until {entry.until}, which is past ({entry.owner})"
        for entry in entries
        if entry.until < today and result.model in entry.models
    ]
    entries = [entry for entry in entries if entry.until >= today]
    rows = [
        _marked(
            row,
            [entry for entry in entries if entry.id == row.id and result.model in entry.models],
            errors,
        )
        if row.id in selected
        else row
        for row in result.requirements
    ]
    marked = msgspec.structs.replace(result, requirements=tuple(rows), expectation_errors=tuple(errors))
    return msgspec.structs.replace(marked, verdict=_verdict(marked))


def _marked(row: RequirementResult, entries: list[ExpectedFailure], errors: list[str]) -> RequirementResult:
    if not entries:
        return row
    if row.verdict not in _BROKEN:
        said = f"it is {row.verdict}" + (f": {row.reason}" if row.reason else "")
        errors += [
            f"{entry.id}: expected to fail ({entry.reason}; {entry.owner}), but {said}" for entry in entries
        ]
        return row
    texts = [
        f"{check.name}: expected {check.expected}, got {check.actual}"
        for check in row.checks
        if check.verdict in _BROKEN
    ]
    for entry in entries:
        if not any(entry.reason in text for text in texts):
            errors.append(f"{entry.id}: no failed check says {entry.reason!r} ({entry.owner})")
    if not all(any(entry.reason in text for entry in entries) for text in texts):
        return row
    note = "; ".join(f"{entry.reason} ({entry.owner}, until {entry.until})" for entry in entries)
    return msgspec.structs.replace(row, expected_failure=note)


def _verdict(result: Result) -> Overall:
    if result.verdict is Overall.INCONCLUSIVE:
        return result.verdict
    if any(row.verdict is Verdict.FAIL and not row.expected_failure for row in result.requirements):
        return Overall.NOT_CONFORMANT
    broke = any(row.verdict is Verdict.ERROR for row in result.requirements)
    return Overall.INCONCLUSIVE if broke or result.errors or result.expectation_errors else Overall.CONFORMANT
