"""What time it is for the recorder: real, or manual (it moves when it is told)."""

from __future__ import annotations

import time
from typing import Protocol

from nvr_emulator.configuration.settings import LATEST, moment_problem


class ClockError(ValueError):
    """A clock cannot be moved so; one line says why."""


class RealClockError(ClockError):
    """The clock follows the host's: nobody moves it."""


class Clock(Protocol):
    """The recorder's time, in Unix seconds; never before `EARLIEST` nor after `LATEST` of the settings.
    `speed`: how many times faster than real time it runs by itself."""

    speed: float

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""

    def after(self, seconds: object) -> float:
        """The moment so many seconds from now. `ClockError` where the clock cannot be moved there."""

    def move_to(self, moment: float) -> None:
        """Set the time; it never runs backwards."""

    def step(self, seconds: float) -> None:
        """Set the clock by so many seconds, backwards too. `ClockError` where it cannot show that."""

    def restart(self) -> None:
        """Go back to the moment of the start."""


class RealClock:
    """Follows the monotonic clock from `start` (Unix seconds; None: the wall time at start): an NTP step of
    the host is no jump here. It stands still at `LATEST`. `speed`: how many times faster than real time."""

    def __init__(self, start: float | None = None, *, speed: float = 1.0) -> None:
        self._start = start
        self.speed = speed
        self.restart()

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""
        return min(time.monotonic() * self.speed + self._offset, LATEST)

    def after(self, seconds: object) -> float:
        """Nobody moves this clock."""
        kind = "real" if self.speed == 1 else "fast"
        raise RealClockError(
            f"the clock is {kind}: a manual one can be moved (--clock manual, clock='manual')"
        )

    def move_to(self, moment: float) -> None:
        """Nobody moves this clock."""
        self.after(moment)

    def step(self, seconds: float) -> None:
        """Set the clock by so many seconds, backwards too. `ClockError` where it cannot show that."""
        _check(self.now() + seconds)
        self._offset += seconds

    def restart(self) -> None:
        """Run from the start again."""
        start = time.time() if self._start is None else self._start
        self._offset = start - time.monotonic() * self.speed


class ManualClock:
    """Stands still until it is moved."""

    speed = 1.0

    def __init__(self, start: float) -> None:
        self._start = self._now = start

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""
        return self._now

    def after(self, seconds: object) -> float:
        """The moment so many seconds from now. `ClockError` where the clock cannot be moved there."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ClockError(f"seconds: must be a number, not {str(seconds)[:40]!r}")
        if not seconds >= 0:
            raise ClockError("seconds: must be 0 or more: the clock never runs backwards")
        if seconds > LATEST:  # an integer may be too big for a float
            raise ClockError(f"seconds: {moment_problem(LATEST + 1)}")
        moment = self._now + seconds
        if problem := moment_problem(moment):
            raise ClockError(f"seconds: {problem}")
        return moment

    def move_to(self, moment: float) -> None:
        """Set the time; it never runs backwards."""
        self._now = max(self._now, moment)

    def step(self, seconds: float) -> None:
        """Set the clock by so many seconds, backwards too. `ClockError` where it cannot show that."""
        _check(self._now + seconds)
        self._now += seconds

    def restart(self) -> None:
        """Go back to the moment of the start."""
        self._now = self._start


def _check(moment: float) -> None:
    if problem := moment_problem(moment):
        raise ClockError(problem)
