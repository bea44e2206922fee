"""What time it is for the recorder: real, or manual (it moves when it is told)."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """The recorder's time, in Unix seconds."""

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""


class RealClock:
    """Follows the monotonic clock from `start` (Unix seconds; None: the wall time at start): an NTP step of
    the host is no jump here."""

    def __init__(self, start: float | None = None) -> None:
        self._offset = (time.time() if start is None else start) - time.monotonic()

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""
        return time.monotonic() + self._offset


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        """The present moment, Unix seconds (UTC)."""
        return self._now

    def move_to(self, moment: float) -> None:
        """Set the time; it never runs backwards."""
        self._now = max(self._now, moment)
