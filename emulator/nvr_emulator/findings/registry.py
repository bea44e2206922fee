"""All rules, chapter by chapter."""

from __future__ import annotations

from collections.abc import Iterable

from nvr_emulator.findings.camera_control import CameraControl
from nvr_emulator.findings.chapter import Chapter
from nvr_emulator.findings.digest import Digest
from nvr_emulator.findings.download import Download
from nvr_emulator.findings.live import Live
from nvr_emulator.findings.pace import Pace
from nvr_emulator.findings.parameters import Parameters
from nvr_emulator.findings.playback import Playback
from nvr_emulator.findings.rule import Finding, Rule, Severity
from nvr_emulator.findings.sessions import Sessions

CHAPTERS: dict[str, type[Chapter]] = {
    "Sessions": Sessions,
    "Digest": Digest,
    "Pace": Pace,
    "Parameters": Parameters,
    "Live": Live,
    "Playback": Playback,
    "Camera control": CameraControl,
    "Download": Download,
}
"""The chapters by their titles."""

RULES: dict[str, Rule] = {rule.id: rule for chapter in CHAPTERS.values() for rule in chapter.rules}
"""The rules by id."""


def as_bad_as(
    findings: Iterable[Finding], level: Severity | str = Severity.WARNING, ignore: Iterable[str] = ()
) -> list[Finding]:
    """The findings that are at least as bad as `level`, without those of the rules that are ignored.

    ValueError for a level or a rule that there is not.
    """
    ignored = set(ignore)
    if unknown := sorted(ignored - RULES.keys()):
        raise ValueError(f"{unknown[0]!r} is no rule; see nvr-emulator rules")
    lowest = Severity(level)
    return [one for one in findings if one.severity.at_least(lowest) and one.rule not in ignored]
