"""What faults need of the machine that they befall."""

from __future__ import annotations

from typing import Protocol

from nvr_emulator.findings.observer import Observer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.server.clock import Clock
from nvr_emulator.server.doors import Doors


class FaultyMachine(Protocol):
    """A machine (`nvr_emulator.server.machine`) as faults see it."""

    recorder: Recorder
    clock: Clock
    doors: Doors
    observer: Observer

    def step_clock(self, seconds: float) -> None:
        """Let the recorder's clock jump."""

    def wake(self) -> None:
        """What falls due next has changed."""
