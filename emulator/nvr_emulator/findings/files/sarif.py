"""Findings as SARIF 2.1.0, for CI and editors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nvr_emulator.findings.registry import CHAPTERS
from nvr_emulator.findings.rule import Finding, Rule
from nvr_emulator.journal.entries import iso
from nvr_emulator.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(findings: Sequence[Finding]) -> dict[str, Any]:
    """The log of one run. A result's place is the request line that shows it; `properties.entries` are
    numbers of the journal."""
    rules = [(title, rule) for title, chapter in CHAPTERS.items() for rule in chapter.rules]
    places = {rule.id: index for index, (_, rule) in enumerate(rules)}
    driver = {
        "name": "nvr-emulator",
        "version": __version__,
        "rules": [_rule(title, rule) for title, rule in rules],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, places[finding.rule]) for finding in findings],
            }
        ],
    }


def _rule(chapter: str, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.wrong},
        "help": {"text": rule.instead},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"section": rule.section, "tags": [chapter]},
    }


def _result(finding: Finding, place: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": finding.severity.value,
        "message": {"text": f"{finding.text}. {finding.instead}"},
        "occurrenceCount": finding.count,
        "properties": {"entries": list(finding.entries), "at": finding.at, "time": iso(finding.at)},
    }
    if finding.command:
        method, _, target = finding.command.partition(" ")
        name = target.partition("?")[0].rpartition("/")[2]
        result["webRequest"] = {"method": method, "target": target}
        result["locations"] = [{"logicalLocations": [{"name": name, "fullyQualifiedName": target}]}]
    if finding.uid is not None:
        # As text: 19 digits do not fit the numbers of every reader of JSON.
        result["properties"]["uid"] = str(finding.uid)
    return result
