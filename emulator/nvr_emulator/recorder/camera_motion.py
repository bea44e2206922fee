"""How a camera moves: an axis, and a motion along it that is a pure function of time (§4.2).

Times are Unix seconds. Nothing runs: where a camera stands at a moment is computed when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

MOVE_SECONDS = 2.0
"""How long a camera moves on one command before it stops by itself (§4.2.1)."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What can be moved: its ends, where it stands at first, and its highest speed in units per second."""

    low: float
    high: float
    home: float
    fastest: float

    def clamp(self, position: float) -> float:
        """The nearest position that the axis can take."""
        return min(max(position, self.low), self.high)


AXES = {
    "pan": Axis(-180.0, 180.0, 0.0, 60.0),
    "tilt": Axis(-90.0, 90.0, 0.0, 60.0),
    "zoom": Axis(1.0, 30.0, 1.0, 5.0),
    "focus": Axis(0.0, 1.0, 0.5, 0.1),
    "iris": Axis(0.0, 1.0, 0.5, 0.1),
}
"""Pan in degrees to the right, tilt in degrees down, zoom as a factor, focus from 0 (near) to 1 (far), iris
from 0 (closed) to 1 (open). The figures are this project's own: the document leaves them to the camera."""


@dataclass(frozen=True, slots=True)
class Motion:
    """A way from `origin` (left at `begun`) to `goal` (reached at `ends`) at an even speed."""

    origin: float
    goal: float
    begun: float
    ends: float

    def at(self, now: float) -> float:
        """Where it is at `now`; exactly the goal once it has ended."""
        if now >= self.ends:
            return self.goal
        if now <= self.begun:
            return self.origin
        share = (now - self.begun) / (self.ends - self.begun)
        position = self.origin + (self.goal - self.origin) * share
        return min(max(position, min(self.origin, self.goal)), max(self.origin, self.goal))


def at_rest(position: float) -> Motion:
    """No motion at all."""
    return Motion(position, position, 0.0, 0.0)


def driven(axis: Axis, before: Motion, share: float, now: float) -> Motion:
    """The motion that a speed command starts: `share` (-1 … 1) of the highest speed for `MOVE_SECONDS`, or to
    the end of the axis. 0 stops."""
    origin, speed = before.at(now), share * axis.fastest
    if speed == 0:
        return Motion(origin, origin, now, now)
    goal = axis.clamp(origin + speed * MOVE_SECONDS)
    return Motion(origin, goal, now, now + min((goal - origin) / speed, MOVE_SECONDS))


def headed(axis: Axis, before: Motion, goal: float, now: float) -> Motion:
    """The motion to a place, at the highest speed."""
    origin, goal = before.at(now), axis.clamp(goal)
    return Motion(origin, goal, now, now + abs(goal - origin) / axis.fastest)
