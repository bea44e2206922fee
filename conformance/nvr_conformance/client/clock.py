"""The time that a target lives in: the world's, one that is moved by hand, or one that is played through
beforehand.

Each keeps the receivers whose streams must be read while time passes.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal

from nvr_conformance import interrupts
from nvr_conformance.wire.receiver import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.control_port import Control
    from nvr_conformance.wire.receiver import Receiver

STEP = 0.25  # seconds of the manual clock between two readings of the running streams
REAL_SETTLE = 0.3  # seconds that a real recorder is given for what is under way
_BRIEF = QUIET / 5  # between steps: what comes late is counted in the next


class TargetTime(ABC):
    """A clock in seconds, and the ways to let it go on.

    ``clock`` is what scenarios are told: "manual" where a wait costs nothing, "real" where it takes its time.
    """

    clock: Literal["manual", "real"]

    def __init__(self) -> None:
        self.receivers: list[Receiver] = []
        self.on_tick: Callable[[float], None] | None = None
        """Told the new time whenever a clock moved by hand has moved."""

    @abstractmethod
    def now(self) -> float:
        """Seconds since some moment."""

    def stopwatch(self) -> float:
        """Seconds for how long an answer took; where the clock is real, those of ``now``."""
        return time.monotonic()

    @abstractmethod
    def unix(self) -> float:
        """What time it should be on the recorder, in Unix seconds."""

    @abstractmethod
    def pass_time(self, seconds: float, step: float = STEP) -> None:
        """Let seconds pass; streams are read meanwhile, ``step`` seconds at a time where the clock jumps."""

    @abstractmethod
    def settle(self) -> None:
        """Read what is under way: on return, whatever was due by now has been captured."""

    @abstractmethod
    def keep_apart(self, since: float, seconds: float) -> float:
        """Wait until ``seconds`` have passed since a moment that this method gave; the moment it is then."""

    def streams_run(self) -> bool:
        """Whether any stream is being read."""
        return any(receiver.watching for receiver in self.receivers)

    def drain(self, quiet: float = QUIET) -> None:
        """Read all streams until they are quiet."""
        for receiver in self.receivers:
            if receiver.watching:
                receiver.drain(quiet)


class RealTime(TargetTime):
    """The world's time. ``control`` knows the recorder's own, where there is a control port."""

    clock = "real"

    def __init__(self, control: Control | None = None) -> None:
        super().__init__()
        self._control = control

    def now(self) -> float:
        return time.monotonic()

    def unix(self) -> float:
        return time.time() if self._control is None else self._control.now()

    def pass_time(self, seconds: float, step: float = STEP) -> None:
        interrupts.wait(seconds)

    def settle(self) -> None:
        if self.streams_run():
            interrupts.wait(REAL_SETTLE)

    def keep_apart(self, since: float, seconds: float) -> float:
        left = since + seconds - time.monotonic()
        if left > 0:
            interrupts.wait(left)
        return time.monotonic()


class ManualTime(TargetTime):
    """The clock of an emulator, which moves when told. ``now`` counts from 0."""

    clock: Literal["manual", "real"] = "manual"

    def __init__(self, control: Control) -> None:
        super().__init__()
        self._control = control
        self._elapsed = 0.0

    def now(self) -> float:
        return self._elapsed

    def unix(self) -> float:
        return self._control.now()

    def pass_time(self, seconds: float, step: float = STEP) -> None:
        end = self._elapsed + seconds
        while (left := end - self._elapsed) > 1e-9:
            length = min(step, left) if self.streams_run() else left
            self._elapsed = end if length == left else self._elapsed + length
            if self.on_tick is not None:
                self.on_tick(self._elapsed)
            self._control.advance(length)
            self.drain(_BRIEF)

    def settle(self) -> None:
        self.drain()

    def keep_apart(self, since: float, seconds: float) -> float:
        """The pace is a courtesy to the machine that answers: it is kept on the world's clock."""
        left = since + seconds - time.monotonic()
        if left > 0:
            interrupts.wait(left)
        return time.monotonic()


class RehearsedTime(ManualTime):
    """Real time as far as scenarios can tell, on an emulator whose clock is moved: so a run of hours is
    played through in seconds, to know what it takes. ``commands`` counts what was sent."""

    clock = "real"

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self.commands = 0

    def stopwatch(self) -> float:
        return self._elapsed

    def settle(self) -> None:
        if self.streams_run():
            self.pass_time(REAL_SETTLE)
        super().settle()

    def keep_apart(self, since: float, seconds: float) -> float:
        self.commands += 1
        left = since + seconds - self._elapsed
        if left > 0:
            self.pass_time(left)
        return self._elapsed
