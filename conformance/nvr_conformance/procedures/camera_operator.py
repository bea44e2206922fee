"""Somebody who controls a camera (§4), and sees what it does where the control port tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nvr_conformance.facts.camera_control import Camera, went
from nvr_conformance.procedures.camera_place import bring_to_the_middle
from nvr_conformance.procedures.uid_commands import first_camera

if TYPE_CHECKING:
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.exchange import Exchange

NO_SPEED = {"PAN": 0, "TILT": 0, "ZOOM": 0}
TRIED = 16
"""Cameras among which one that takes camera control is sought: a fifth of a second each."""
NONE_TAKES = "no camera takes camera control; whether one could is not known"
PAUSE = 1.0
"""Seconds between two commands where the pace itself is not what is judged."""
KEPT = 40.0
"""Seconds after which a UID is kept alive."""
STOPPED = 3.0
"""Seconds after which a camera stands still: it moves for about 2 s."""
AWAY = {"PAN": 64, "TILT": 64, "ZOOM": 1}


class Operator:
    """Somebody who controls one camera. ``known``: that it moves is known. ``lacking``: what a refusal means
    where it is not."""

    def __init__(self, target: Target, session: Session, camera: int, *, known: bool = True) -> None:
        self.target = target
        self.session = session
        self.camera = camera
        self.known = known
        self.lacking = f"camera {camera} takes none of it; whether it could is not known"
        self._kept = target.now()

    def send(self, key: str, **values: Any) -> Exchange:
        """One command, a second after the one before."""
        self._pause()
        return self.at_once(key, **values)

    def at_once(self, key: str, **values: Any) -> Exchange:
        """One command, without a pause."""
        return self.session.get(key, CH=self.camera, **values)

    def move(self, **speeds: int) -> Exchange:
        """PAN, TILT and ZOOM, 0 where nothing is said."""
        return self.send("pan_tilt_zoom", **{**NO_SPEED, **speeds})

    def raw(self, rest: str, cgi: str = "camctl") -> Exchange:
        """A command with these very parameters."""
        self._pause()
        return self.session.raw(f"/cgi-bin/{cgi}.cgi?UID={{uid}}&CH={self.camera}&{rest}&PC=AS60")

    def _pause(self) -> None:
        """Between two commands; that they keep the UID alive is for SES-08."""
        self.target.pass_time(PAUSE)
        if self.target.now() - self._kept > KEPT:
            self.session.get("keep_alive")
            self._kept = self.target.now()

    def sight(self) -> Camera | None:
        """What the control port says of the camera; None where there is none, or the camera has no PTZ."""
        return movable(self.target).get(self.camera)

    def follow(self, seconds: float) -> dict[str, float] | None:
        """How far each axis goes in that time; None where it cannot be seen."""
        before = self.sight()
        self.target.pass_time(seconds)
        after = self.sight()
        return None if before is None or after is None else went(before, after)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile the camera is off the place where it was, where that can be seen: what goes back there
        shows."""
        seen = self.sight() is not None
        if seen:
            self._go(AWAY)
        try:
            yield
        finally:
            if seen:
                self._go({name: -speed for name, speed in AWAY.items()})

    def _go(self, speeds: Mapping[str, int]) -> None:
        """For two seconds; a camera that does not stop by itself is stopped."""
        self.move(**speeds)
        self.target.pass_time(PAUSE)
        self.move()


def all_seen(target: Target) -> dict[int, Camera]:
    """All cameras that the control port tells of, by number; none where there is none."""
    state = target.state()
    return {} if state is None else {camera["number"]: camera for camera in state["cameras"]}


def movable(target: Target) -> dict[int, Camera]:
    """Those that have PTZ."""
    return {number: seen for number, seen in all_seen(target).items() if seen["ptz"]}


def fixed_cameras(target: Target) -> list[int]:
    """Those of which the control port tells that they have none."""
    seen = all_seen(target)
    return [camera for camera in target.cameras if camera in seen and not seen[camera]["ptz"]]


def operator_of(target: Target, session: Session) -> Operator:
    """Somebody who controls the first camera that moves, where the control port tells; else the first that
    takes a command by which nothing moves, or the first of all where none does."""
    first, seen = first_camera(target), movable(target)
    for camera in target.cameras:
        if camera in seen:
            operator = Operator(target, session, camera)
            bring_to_the_middle(operator)
            return operator
    for camera in target.cameras[:TRIED]:
        operator = Operator(target, session, camera, known=False)
        if operator.at_once("pan_tilt_zoom", **NO_SPEED).ok:
            return operator
    operator = Operator(target, session, first, known=False)
    operator.lacking = NONE_TAKES
    return operator


def another(target: Target, operator: Operator) -> Operator | None:
    """Somebody who controls another camera: the one of the highest number that can be seen."""
    seen = movable(target)
    others = (camera for camera in reversed(target.cameras) if camera in seen and camera != operator.camera)
    other = next((Operator(target, operator.session, camera) for camera in others), None)
    if other is not None:
        bring_to_the_middle(other)
    return other
