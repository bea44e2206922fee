"""START and STOP again and again in quick succession: from some point on START gets 204, as real recorders
were seen to do. From which, and for how long, is not known."""

from __future__ import annotations

from collections import deque

from nvr_emulator.recorder.replies import Refused

MOST = 16
WINDOW = 10.0
"""So many STOPs of one camera on one UID within so many seconds, and the next START is refused."""


class Churn:
    """Knows when the live streams of each camera were stopped on each UID lately. Times are Unix seconds."""

    def __init__(self) -> None:
        self._stopped: dict[tuple[int, int], deque[float]] = {}

    def stopped(self, uid: int, camera: int, now: float) -> None:
        """A stream of a camera was stopped."""
        self._stopped.setdefault((uid, camera), deque(maxlen=MOST)).append(now)

    def check(self, uid: int, camera: int, now: float) -> None:
        """Refuse a START behind too many STOPs."""
        stops = self._stopped.get((uid, camera))
        if stops and len(stops) == MOST and now - stops[0] < WINDOW:
            raise Refused(204, f"CAM: camera {camera} was stopped {MOST} times within {WINDOW:.0f} s")

    def forget(self, uid: int) -> None:
        """The UID ended."""
        for key in [key for key in self._stopped if key[0] == uid]:
            del self._stopped[key]
