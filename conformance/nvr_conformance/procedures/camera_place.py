"""Where a camera stands when its control is judged (§4): away from the ends of its axes, wherever others, or
an earlier run, have left it. For cameras that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nvr_conformance.facts.camera_control import STILL, Camera

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.exchange import Exchange

MOVES = 2.5  # seconds in which a camera comes to rest that was moved once
STEP = 0.5  # seconds between two looks on the way back to the middle
TRIES = 14  # of moving on: an axis takes some ten seconds from end to end
TURNED = {"pan": "PAN", "tilt": "TILT"}
RETURNED = 6.0  # seconds in which iris and focus go where they go by themselves


class Operator(Protocol):
    """Who controls one camera."""

    target: Target
    camera: int

    def at_once(self, key: str, **values: Any) -> Exchange:
        """One command."""

    def sight(self) -> Camera | None:
        """What is to be seen of the camera."""


def bring_to_the_middle(operator: Operator) -> None:
    """Pan, tilt and focus halfway between their ends, zoom as wide as it goes, iris as it is by default, no
    AUX open. Once a run; one that was started for the run is there."""
    target, key = operator.target, f"camera {operator.camera} was brought to the middle"
    if target.told("in the middle", lambda: target.emulated or target.recall(key) is not None):
        return
    seen = operator.sight()
    if seen is None:
        return
    target.remember(key, ["so"])
    for number in seen["open_auxiliaries"]:
        operator.at_once("auxiliary", CMD=f"AUX{number}", CTRL="CLOSE")
    low = _to_the_end(
        operator, ("pan", "tilt", "zoom"), lambda: _turn(operator, PAN=-256, TILT=-256, ZOOM=-4)
    )
    high = _to_the_end(operator, ("pan", "tilt"), lambda: _turn(operator, PAN=256, TILT=256))
    for axis, name in TURNED.items():
        middle = (low[axis] + high[axis]) / 2
        for _ in range(4 * TRIES):
            if (operator.sight() or {})[axis] <= middle:
                break
            _turn(operator, **{name: -256})
            target.pass_time(STEP)
        _turn(operator)
    far = _to_the_end(operator, ("focus",), lambda: operator.at_once("focus", CTRL="FAR"))
    near = _to_the_end(operator, ("focus",), lambda: operator.at_once("focus", CTRL="NEAR"))
    for _ in range(TRIES):
        if (operator.sight() or {})["focus"] >= (far["focus"] + near["focus"]) / 2:
            break
        operator.at_once("focus", CTRL="FAR")
        target.pass_time(MOVES)
    operator.at_once("focus", CTRL="AUTO")
    operator.at_once("iris", CTRL="RESET")
    target.pass_time(RETURNED)


def _turn(operator: Operator, **speeds: int) -> None:
    operator.at_once("pan_tilt_zoom", **{"PAN": 0, "TILT": 0, "ZOOM": 0, **speeds})


def _to_the_end(operator: Operator, axes: tuple[str, ...], move: Callable[[], object]) -> dict[str, float]:
    """Move until none of these axes does; where they are then."""
    place = {axis: float((operator.sight() or {})[axis]) for axis in axes}
    for _ in range(TRIES):
        move()
        operator.target.pass_time(MOVES)
        before, place = place, {axis: float((operator.sight() or {})[axis]) for axis in axes}
        if all(abs(place[axis] - before[axis]) <= STILL for axis in axes):
            break
    return place
