"""Camera control (§4.2.3 … §4.2.5): CENTERING, FOCUS and IRIS. On a real recorder with --allow ptz."""

from __future__ import annotations

from nvr_conformance.facts.camera_control import CLOSE, goes, turns_less
from nvr_conformance.procedures.camera_functions import Functions
from nvr_conformance.procedures.camera_operator import STOPPED, Operator, operator_of
from nvr_conformance.scenario import Check, Client, NotTested, Observe, Target, scenario

CORNERS = ((0, 0), (32, 32), (0, 32), (32, 0), (16, 16))
HALF_WAY = ((24, 16), (16, 8))
"""Between the middle and an edge: to the left of it, and below it."""
MIDDLE = 16
BRIEF = 0.5  # seconds: with the pause, less than a camera moves on one command
RETURNED = 6.0  # seconds after which the iris is back from where OPEN or CLOSE brought it
SAME = 0.01  # of what there is between an open iris and a closed one


@scenario("CTL-05", "CTL-06", "CTL-07", needs=("ptz",))
def test_centering_focus_iris(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe
) -> None:
    """The corners, the middle of the picture and what is half way; each focus and iris command; both with one
    CTRL of two."""
    operator = operator_of(target, client.login())
    accepted = Functions(operator, check, not_tested)
    with operator.away():
        _judge_centering(operator, check, accepted)
        if accepted.has("CENTERING"):
            by_cam = (
                f"/cgi-bin/camctl.cgi?UID={{uid}}&CAM={operator.camera}"
                "&CMD=CENTERING&CTRL=START&X=16&Y=16&PC=AS60"
            )
            observe("CTL-05", operator.session.raw(by_cam), "CAM instead of CH")
        _judge_focus(operator, check, accepted)
        _judge_iris(operator, check, accepted)
        if accepted.has("FOCUS"):
            observe("CTL-06", operator.raw("CMD=FOCUS&CTRL=FAR"), "FAR, without START")
        if accepted.has("IRIS"):
            observe("CTL-07", operator.raw("CMD=IRIS&CTRL=OPEN"), "OPEN, without START")
    accepted.close()


def _judge_centering(operator: Operator, check: Check, accepted: Functions) -> None:
    """CTL-05: X grows to the left, Y upwards; pan is positive to the right, tilt downwards."""
    turned = {}
    for x, y in CORNERS + HALF_WAY:
        centred = operator.send("centering", X=x, Y=y)
        accepted("CTL-05", "CENTERING", centred, f"X={x}, Y={y}")
        way = operator.follow(STOPPED)
        if centred.ok and way is not None:
            right = goes(way, CLOSE, pan=MIDDLE - x, tilt=MIDDLE - y)
            check("CTL-05", *right, f"direction of X={x}, Y={y}")
            turned[x, y] = way
    pairs = (("pan", (24, 16), (32, 32)), ("tilt", (16, 8), (0, 0)))
    for axis, half, whole in pairs:
        if half in turned and whole in turned:
            nearer = turns_less(turned[half][axis], turned[whole][axis])
            check("CTL-05", *nearer, f"{axis}: half way to the edge")


def _judge_focus(operator: Operator, check: Check, accepted: Functions) -> None:
    """CTL-06: FAR and NEAR go their way, NEAR while FAR moves; AUTO focuses by itself from then on."""
    for wanted in ("FAR", "NEAR", "AUTO"):
        focused = operator.send("focus", CTRL=wanted)
        accepted("CTL-06", "FOCUS", focused, wanted)
        way = operator.follow(BRIEF)
        if not focused.ok or way is None:
            continue
        signs = {} if wanted == "AUTO" else {"focus": 1 if wanted == "FAR" else -1}
        check("CTL-06", *goes(way, **signs), f"direction of {wanted}")
        sight = operator.sight()
        if wanted == "AUTO" and sight is not None:
            by_itself = sight["auto_focus"]
            check("CTL-06", by_itself, "by itself", "by itself" if by_itself else "by hand", "AUTO focuses")


def _judge_iris(operator: Operator, check: Check, accepted: Functions) -> None:
    """CTL-07: OPEN, while focus moves, and CLOSE go their way; RESET brings the iris back from either to one
    place."""
    default: float | None = None
    for wanted in ("RESET", "OPEN", "RESET", "CLOSE", "RESET"):
        if wanted == "OPEN":
            operator.send("focus", CTRL="NEAR")
        set_ = operator.send("iris", CTRL=wanted)
        accepted("CTL-07", "IRIS", set_, wanted)
        way = operator.follow(1.0)
        if not set_.ok or way is None:
            continue
        signs = {} if wanted == "RESET" else {"iris": 1 if wanted == "OPEN" else -1}
        check("CTL-07", *goes(way, **signs), f"direction of {wanted}")
        operator.target.pass_time(RETURNED)
        sight = operator.sight()
        if wanted == "RESET" and sight is not None:
            found = sight["iris"]
            default = found if default is None else default
            same = abs(found - default) < SAME
            check("CTL-07", same, f"{default:.2f}, as before", f"{found:.2f}", "RESET brings it back")
    operator.send("focus", CTRL="AUTO")
