"""Camera control (§4): what is accepted, and what the camera does where the control port tells.

Cameras move, and their AUX are switched: on a real recorder only with --allow ptz. The camera is moved back
about as far as it was moved, and every AUX is left closed. Presets are touched with --allow presets alone,
and so that they stay what they are: the camera goes to a preset first, and the preset is registered again
there, when the camera has arrived. (One that did not exist is registered where the camera stood; the document
has no way to remove it, nor to tell where a camera stands.)
"""

from typing import Any

from nvr_conformance.procedures.uid_commands import RECALLED, first_camera
from nvr_conformance.scenario import Check, Client, Exchange, Observe, Require, Session, Target, scenario

STILL = {"PAN": 0, "TILT": 0, "ZOOM": 0}
PAUSE = 1.0
"""Seconds between two commands where the pace itself is not what is judged."""
STOPPED = 3.0
"""Seconds after which a camera stands still: it moves for about 2 s."""
CLOSE = 0.5
"""Degrees within which a camera is where it should be."""
OUT_OF_RANGE = (
    "PAN=257&TILT=0&ZOOM=0",
    "PAN=-257&TILT=0&ZOOM=0",
    "PAN=0&TILT=257&ZOOM=0",
    "PAN=0&TILT=-257&ZOOM=0",
    "PAN=0&TILT=0&ZOOM=5",
    "PAN=0&TILT=0&ZOOM=-5",
    "PAN=right&TILT=0&ZOOM=0",
    "PAN=0&TILT=1.5&ZOOM=0",
    "PAN=0&TILT=0&ZOOM=",
)


class Operator:
    """Somebody who controls one camera, and sees what it does where the control port tells."""

    def __init__(self, target: Target, session: Session, camera: int) -> None:
        self.target = target
        self.session = session
        self.camera = camera

    def send(self, key: str, **values: Any) -> Exchange:
        """One command, a second after the one before."""
        self.target.pass_time(PAUSE)
        return self.session.get(key, CH=self.camera, **values)

    def move(self, **speeds: int) -> Exchange:
        """PAN, TILT and ZOOM, 0 where nothing is said."""
        return self.send("pan_tilt_zoom", **{**STILL, **speeds})

    def raw(self, rest: str, cgi: str = "camctl") -> Exchange:
        """A command with these very parameters."""
        self.target.pass_time(PAUSE)
        return self.session.raw(f"/cgi-bin/{cgi}.cgi?UID={{uid}}&CH={self.camera}&{rest}&PC=AS60")

    def sight(self) -> dict[str, Any] | None:
        """What the control port says of the camera; None where there is none, or the camera has no PTZ."""
        state = self.target.state()
        cameras = [] if state is None else state["cameras"]
        return next((seen for seen in cameras if seen["number"] == self.camera and seen["ptz"]), None)

    def follow(self, seconds: float) -> dict[str, float] | None:
        """How far each axis goes in that time; None where it cannot be seen."""
        before = self.sight()
        self.target.pass_time(seconds)
        after = self.sight()
        if before is None or after is None:
            return None
        return {name: after[name] - before[name] for name in ("pan", "tilt", "zoom", "focus", "iris")}


def _movable(target: Target) -> int:
    """The first camera that moves, where the control port tells; else the first."""
    seen = {camera["number"] for camera in (target.state() or {}).get("cameras", ()) if camera["ptz"]}
    return next((camera for camera in target.cameras if camera in seen), first_camera(target))


@scenario("CTL-01", "CTL-02", needs=("ptz",))
def test_speeds(target: Target, client: Client, check: Check) -> None:
    """Each direction at the fastest of 16 speeds and of 256, and 0; it moves so, and stops by itself."""
    operator = Operator(target, client.login(), _movable(target))
    for axis, speed in (("PAN", 16), ("PAN", -16), ("TILT", 16), ("TILT", -16), ("ZOOM", 4), ("ZOOM", -4)):
        moved = operator.move(**{axis: speed})
        check("CTL-01", moved.ok, "accepted", moved, f"{axis}={speed}")
        went = operator.follow(PAUSE)
        if moved.ok and went is not None:
            right = went[axis.lower()] * speed > 0
            check("CTL-01", right, f"{axis} moves its way", went, f"direction of {axis}={speed}")
        target.pass_time(STOPPED)
        rest = operator.follow(PAUSE)
        if moved.ok and rest is not None:
            check("CTL-01", not any(rest.values()), "stands still", rest, f"stops after {axis}={speed}")
    operator.move(PAN=16)
    stopped = operator.move()
    check("CTL-01", stopped.ok, "accepted", stopped, "all 0")
    rest = operator.follow(0.5)
    if stopped.ok and rest is not None:
        check("CTL-01", not any(rest.values()), "stands still", rest, "0 stops")
    operator.move(PAN=-16)
    for axis in ("PAN", "TILT"):
        slow = _distance(operator, axis, 16)
        _distance(operator, axis, -16)
        for speed in (256, -256):
            moved = operator.move(**{axis: speed})
            check("CTL-02", moved.ok, "accepted", moved, f"{axis}={speed}")
            went = operator.follow(1.0)
            if moved.ok and went is not None:
                fast = abs(went[axis.lower()])
                check(
                    "CTL-02",
                    fast > slow * 2,
                    f"more than at {axis}=16: {slow:.2f}",
                    fast,
                    f"speed of {axis}={speed}",
                )
            target.pass_time(STOPPED)

    _judge_two_cameras(target, operator, check)


def _judge_two_cameras(target: Target, operator: Operator, check: Check) -> None:
    """CTL-01: CH moves that camera, and leaves the others as they are. For cameras that can be seen."""
    other = _another(target, operator)
    if other is None or operator.sight() is None:
        return
    operator.move(PAN=16)
    other.move(TILT=-16)
    before = operator.sight() or {}
    went = other.follow(0.5)
    after = operator.sight() or {}
    check("CTL-01", went and went["tilt"] < 0 == went["pan"], "tilts up", went, "a second camera moves")
    gone = after["pan"] - before["pan"]
    check("CTL-01", gone > CLOSE, "pans on", f"{gone:.2f} degrees", "the first one meanwhile")
    target.pass_time(STOPPED)


def _another(target: Target, operator: Operator) -> Operator | None:
    """Somebody who controls another camera: the one of the highest number that can be seen."""
    others = [Operator(target, operator.session, camera) for camera in reversed(target.cameras)]
    return next((one for one in others if one.camera != operator.camera and one.sight() is not None), None)


def _distance(operator: Operator, axis: str, speed: int) -> float:
    """How far the camera goes in a second of a command; 0 where it cannot be seen."""
    operator.move(**{axis: speed})
    went = operator.follow(1.0)
    operator.target.pass_time(STOPPED)
    return 0.0 if went is None else abs(went[axis.lower()])


@scenario("CTL-03", "CTL-04", "CTL-10", needs=("ptz",))
def test_parameters(target: Target, client: Client, check: Check, observe: Observe, require: Require) -> None:
    """Values out of range beside one that is in it; parameters left out; commands 0.2 s apart."""
    operator = Operator(target, client.login(), _movable(target))
    within = operator.move(PAN=1)
    require(within.ok, f"PAN=1 is not accepted: {within}")
    for values in OUT_OF_RANGE:
        observe("CTL-03", operator.raw(values, "directctrl"), values)
    operator.move()
    for speeds in ({"PAN": 1}, {"TILT": 1}, {"ZOOM": 1}, {"PAN": -1, "TILT": -1}, {"ZOOM": -1}):
        left_out = operator.send("pan_tilt_zoom", **speeds)
        name = f"only {' and '.join(speeds)}"
        check("CTL-04", left_out.ok, "accepted", left_out, name)
        went = operator.follow(PAUSE)
        if left_out.ok and went is not None:
            right = all(went[axis.lower()] * speed > 0 for axis, speed in speeds.items())
            check("CTL-04", right, "moves its way", went, f"{name}: it moves")
    target.pass_time(STOPPED)
    quick = []
    for number in range(10):
        quick.append(
            operator.session.get("pan_tilt_zoom", CH=operator.camera, PAN=(-1) ** number, TILT=0, ZOOM=0)
        )
        target.pass_time(0.2)
    late = [answer for answer in quick if not answer.ok]
    check("CTL-10", not late, "10 commands 0.2 s apart accepted", f"{len(late)} refused")


@scenario("CTL-05", "CTL-06", "CTL-07", needs=("ptz",))
def test_centering_focus_iris(target: Target, client: Client, check: Check, observe: Observe) -> None:
    """The corners and the middle of the picture; each focus and iris command; both with one CTRL of two."""
    operator = Operator(target, client.login(), _movable(target))
    for x, y in ((0, 0), (32, 32), (0, 32), (32, 0), (16, 16)):
        centred = operator.send("centering", X=x, Y=y)
        check("CTL-05", centred.ok, "accepted", centred, f"X={x}, Y={y}")
        went = operator.follow(STOPPED)
        if centred.ok and went is not None:
            # X grows to the left, Y upwards; pan is positive to the right, tilt downwards.
            right = _sign(went["pan"]) == _sign(16 - x) and _sign(went["tilt"]) == _sign(16 - y)
            check("CTL-05", right, "turns towards the point", went, f"direction of X={x}, Y={y}")
    by_cam = (
        f"/cgi-bin/camctl.cgi?UID={{uid}}&CAM={operator.camera}&CMD=CENTERING&CTRL=START&X=16&Y=16&PC=AS60"
    )
    observe("CTL-05", operator.session.raw(by_cam), "CAM instead of CH")
    for wanted in ("FAR", "NEAR", "AUTO"):
        focused = operator.send("focus", CTRL=wanted)
        check("CTL-06", focused.ok, "accepted", focused, wanted)
        went = operator.follow(1.0)
        if focused.ok and went is not None and wanted != "AUTO":
            right = went["focus"] > 0 if wanted == "FAR" else went["focus"] < 0
            check("CTL-06", right, f"focus goes {wanted.lower()}", went["focus"], f"direction of {wanted}")
    for wanted in ("OPEN", "CLOSE", "RESET"):
        set_ = operator.send("iris", CTRL=wanted)
        check("CTL-07", set_.ok, "accepted", set_, wanted)
        went = operator.follow(1.0)
        if set_.ok and went is not None and wanted != "RESET":
            right = went["iris"] > 0 if wanted == "OPEN" else went["iris"] < 0
            check("CTL-07", right, f"iris: {wanted.lower()}", went["iris"], f"direction of {wanted}")
    observe("CTL-06", operator.raw("CMD=FOCUS&CTRL=FAR"), "FAR, without START")
    observe("CTL-07", operator.raw("CMD=IRIS&CTRL=OPEN"), "OPEN, without START")


def _sign(value: float) -> int:
    return (value > CLOSE) - (value < -CLOSE)


def _switch(operator: Operator, check: Check, number: int, wanted: str) -> None:
    """CTL-09: AUX ``number``, OPEN or CLOSE, is accepted, and does so where the control port tells."""
    switched = operator.send("auxiliary", CMD=f"AUX{number}", CTRL=wanted)
    check("CTL-09", switched.ok, "accepted", switched, f"AUX{number} {wanted}")
    sight = operator.sight()
    if switched.ok and sight is not None:
        opened = sight["open_auxiliaries"]
        right = opened == [number] * (wanted == "OPEN")
        check("CTL-09", right, wanted, opened, f"AUX{number} after {wanted}")


@scenario("CTL-08", needs=("ptz", "presets"))
def test_presets(target: Target, client: Client, check: Check, observe: Observe) -> None:
    """Presets 1, 128 and 256 are gone to and registered again where they are. Then 0 and 257, which no client
    should name: the camera is sent there, and nothing is registered."""
    operator = Operator(target, client.login(), _movable(target))
    for number in (1, 128, 256):
        gone = operator.send("preset_go", NO=number)
        check("CTL-08", gone.ok, "accepted", gone, f"go to preset {number}")
        target.pass_time(RECALLED)
        registered = operator.send("preset_set", NO=number)
        check("CTL-08", registered.ok, "accepted", registered, f"register preset {number}")
    if operator.sight() is not None:
        _judge_recall(target, operator, check)
    for number in (0, 257):
        observe("CTL-08", operator.raw(f"CMD=PRESET&NO={number}"), f"go to preset {number}")


PLACES = {1: (64, 0, 0), 128: (0, 64, 1), 256: (-128, -32, 0)}
"""PAN, TILT and ZOOM that lead from the place of one preset to that of the next."""
AXES = ("pan", "tilt", "zoom")


def _judge_recall(target: Target, operator: Operator, check: Check) -> None:
    """Presets bring the camera back to where each was registered, whatever other presets and other cameras
    have. For cameras that can be seen."""
    other = _another(target, operator)
    kept = {}
    for number, (pan, tilt, zoom) in PLACES.items():
        for one in filter(None, (operator, other)):
            # The other camera keeps other places under the same numbers.
            one.move(PAN=pan if one is operator else tilt, TILT=tilt, ZOOM=zoom)
            target.pass_time(STOPPED)
            one.send("preset_set", NO=number)
            kept[one.camera, number] = one.sight() or {}
    for one in filter(None, (operator, other)):
        for number in PLACES:
            one.send("preset_go", NO=number)
            target.pass_time(RECALLED)
            found, wanted = one.sight() or {}, kept[one.camera, number]
            right = all(abs(found[axis] - wanted[axis]) < CLOSE for axis in AXES)
            places = [{axis: place[axis] for axis in AXES} for place in (wanted, found)]
            name = f"preset {number} of camera {one.camera} is recalled"
            check("CTL-08", right, places[0], places[1], name)


@scenario("CTL-09", needs=("ptz",))
def test_auxiliaries(target: Target, client: Client, check: Check, observe: Observe) -> None:
    """AUX1 … AUX8 are opened and closed; then AUX0 and AUX9, which no client should name, are closed."""
    operator = Operator(target, client.login(), _movable(target))
    for number in range(1, 9):
        try:
            _switch(operator, check, number, "OPEN")
        finally:  # closed again, whatever ends the run
            _switch(operator, check, number, "CLOSE")
    for number in (0, 9):
        observe("CTL-09", operator.raw(f"CMD=AUX{number}&CTRL=CLOSE"), f"AUX{number} CLOSE")
