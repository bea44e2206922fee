"""All rules, chapter by chapter."""

from __future__ import annotations

from nvr_emulator.findings.camera_control import CameraControl
from nvr_emulator.findings.chapter import Chapter
from nvr_emulator.findings.digest import Digest
from nvr_emulator.findings.download import Download
from nvr_emulator.findings.live import Live
from nvr_emulator.findings.pace import Pace
from nvr_emulator.findings.parameters import Parameters
from nvr_emulator.findings.playback import Playback
from nvr_emulator.findings.rule import Rule
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
