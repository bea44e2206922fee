"""Camera control (§4.2.1, §4.2.2): PAN, TILT and ZOOM, and what the camera does where the control port tells.

Cameras move: on a real recorder only with --allow ptz. The camera is moved back about as far as it was moved.
"""

from __future__ import annotations

from nvr_conformance.facts.camera_control import CLOSE, Camera, all_of, goes, its_way, no_slower, went
from nvr_conformance.procedures.camera_functions import Functions
from nvr_conformance.procedures.camera_operator import (
    NO_SPEED,
    PAUSE,
    STOPPED,
    Operator,
    another,
    fixed_cameras,
    operator_of,
)
from nvr_conformance.scenario import Check, Client, Fact, NotTested, Observe, Require, Target, scenario

AT_FULL_SPEED = (
    ("PAN", 16),
    ("TILT", 16),
    ("ZOOM", 4),
    ("PAN", -16),
    ("TILT", -16),
    ("ZOOM", -4),
)
"""Each but the first from where another axis is not where it was at first: what goes back shows."""
FASTEST = {"PAN": 256, "TILT": 256, "ZOOM": 4}
TOP_ZOOM = 4
OF_SIXTEEN = tuple(range(1, 17))
BEYOND = (17, 32, 64, 100, 128, 200, 255, 256)
BRIEF = 0.5  # seconds
PRESSED = 0.3  # seconds that a button is held
PARTS: tuple[dict[str, int], ...] = (
    {"PAN": 1},
    {"TILT": 1},
    {"ZOOM": 1},
    {"PAN": -1, "TILT": -1},
    {"PAN": 1, "ZOOM": -1},
    {"TILT": -1, "ZOOM": 1},
    {"ZOOM": -1},
)
"""What is left of a command where something is left out."""
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


@scenario("CTL-01", "CTL-02", needs=("ptz",))
def test_speeds(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """Each direction at the fastest of 16 speeds and of 256, and 0; it moves so, and stops by itself."""
    operator = operator_of(target, client.login())
    accepted = Functions(operator, check, not_tested)
    for axis, speed in AT_FULL_SPEED:
        moved = operator.move(**{axis: speed})
        accepted("CTL-01", axis, moved, f"{axis}={speed}")
        way = operator.follow(PAUSE)
        if moved.ok and way is not None:
            check("CTL-01", *goes(way, **{axis.lower(): speed}), f"direction of {axis}={speed}")
        target.pass_time(STOPPED)
        rest = operator.follow(PAUSE)
        if moved.ok and rest is not None:
            check("CTL-01", *goes(rest), f"stops after {axis}={speed}")
    operator.move(PAN=16)
    stopped = operator.move()
    accepted("CTL-01", "all 0", stopped, "all 0")
    rest = operator.follow(BRIEF)
    if stopped.ok and rest is not None:
        check("CTL-01", *goes(rest), "0 stops")
    operator.move(PAN=-16)
    for axis in ("PAN", "TILT"):
        slow = _distance(operator, axis, 16)
        _distance(operator, axis, -16)
        for speed in (256, -256):
            moved = operator.move(**{axis: speed})
            accepted("CTL-02", axis, moved, f"{axis}={speed}")
            way = operator.follow(1.0)
            if moved.ok and way is not None:
                fast = abs(way[axis.lower()])
                check(
                    "CTL-02",
                    fast > slow * 2,
                    f"more than at {axis}=16: {slow:.2f}",
                    fast,
                    f"speed of {axis}={speed}",
                )
            target.pass_time(STOPPED)
    accepted.close()
    for fixed in fixed_cameras(target)[:1]:
        answer = Operator(target, operator.session, fixed).move()
        observe("CTL-01", answer, f"camera {fixed}, which has no PTZ")
    if operator.sight() is not None:
        _judge_stops(operator, check)
        if target.clock == "manual":
            with operator.away():  # from the ends of all axes
                _judge_each_speed(target, operator, check, "CTL-01", OF_SIXTEEN)
                _judge_each_speed(target, operator, check, "CTL-02", BEYOND)
        _judge_two_cameras(target, operator, check)


def _distance(operator: Operator, axis: str, speed: int) -> float:
    """How far the camera goes in a second of a command; 0 where it cannot be seen."""
    operator.move(**{axis: speed})
    way = operator.follow(1.0)
    operator.target.pass_time(STOPPED)
    return 0.0 if way is None else abs(way[axis.lower()])


def _judge_stops(operator: Operator, check: Check) -> None:
    """CTL-01: 0 stops an axis at any speed, all of them together and each while another goes on."""
    for name, speeds in (
        ("all at 256", {}),
        ("pan and zoom, not tilt", {"TILT": -16}),
        ("tilt and zoom, not pan", {"PAN": -16}),
    ):
        operator.move(**FASTEST)
        stopped = operator.move(**speeds)
        way = operator.follow(BRIEF)
        if stopped.ok and way is not None:
            ways = {axis.lower(): speed for axis, speed in speeds.items()}
            check("CTL-01", *goes(way, **ways), f"0 stops {name}")
        operator.move(**{axis: -speed for axis, speed in FASTEST.items()})
        operator.move()  # a second of it is the way back


def _judge_each_speed(
    target: Target, operator: Operator, check: Check, id_: str, speeds: tuple[int, ...]
) -> None:
    """Each speed, to and fro: accepted, its way, and no slower than those below. On a clock that stands while
    the control port is asked."""
    facts: list[tuple[str, Fact]] = []
    far: dict[tuple[str, int], list[tuple[int, float]]] = {}
    target.pass_time(PAUSE)
    before: Camera = operator.sight() or {}
    for speed in speeds:
        for way in (1, -1):
            zoom = way * speed if speed <= TOP_ZOOM else 0
            asked = {"PAN": way * speed, "TILT": -way * speed, "ZOOM": zoom}
            moved = operator.at_once("pan_tilt_zoom", **asked)
            target.pass_time(PAUSE)
            after: Camera = operator.sight() or before
            gone = went(before, after)
            before = after
            name = f"PAN={asked['PAN']}, TILT={asked['TILT']}, ZOOM={zoom}"
            facts.append((name, Fact(moved.ok, "accepted", str(moved))))
            facts.append((name, goes(gone, **{axis.lower(): value for axis, value in asked.items()})))
            for axis, value in asked.items():
                if value:
                    far.setdefault((axis, way), []).append((value, gone[axis.lower()]))
    operator.move()
    check(id_, *all_of(facts), f"each speed from {speeds[0]} to {speeds[-1]}")
    for (axis, way), distances in far.items():
        check(id_, *no_slower(distances), f"speeds of {axis} from {way * speeds[0]} on")


def _judge_two_cameras(target: Target, operator: Operator, check: Check) -> None:
    """CTL-01: CH moves that camera, and leaves the others as they are. For cameras that can be seen."""
    other = another(target, operator)
    if other is None:
        return
    operator.move(PAN=16)
    other.move(TILT=-16)
    before = operator.sight() or {}
    way = other.follow(BRIEF)
    after = operator.sight() or {}
    if way is not None:
        check("CTL-01", *goes(way, tilt=-1), "a second camera moves")
    gone = after["pan"] - before["pan"]
    check("CTL-01", gone > CLOSE, "pans on", f"{gone:.2f} degrees", "the first one meanwhile")
    target.pass_time(STOPPED)


@scenario("CTL-01", "CTL-03", "CTL-04", "CTL-10", needs=("ptz",))
def test_parameters(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe, require: Require
) -> None:
    """Values out of range beside one that is in it; parameters left out; commands 0.2 s apart."""
    operator = operator_of(target, client.login())
    within = operator.move(PAN=1)
    require(within.ok, f"PAN=1 is not accepted: {within}")
    for values in OUT_OF_RANGE:
        observe("CTL-03", operator.raw(values, "directctrl"), values)
    operator.move()
    with operator.away():
        for speeds in PARTS:
            _judge_part(target, operator, check, not_tested, speeds)
    quick = []
    for number in range(10):
        quick.append(
            operator.session.get("pan_tilt_zoom", CH=operator.camera, PAN=(-1) ** number, TILT=0, ZOOM=0)
        )
        target.pass_time(0.2)
    late = [answer for answer in quick if not answer.ok]
    check("CTL-10", not late, "10 commands 0.2 s apart accepted", f"{len(late)} refused")
    _judge_a_brief_press(target, operator, check)


def _judge_a_brief_press(target: Target, operator: Operator, check: Check) -> None:
    """CTL-01: a button is held for a moment; the camera stops as soon as it is let go. For cameras that can
    be seen."""
    operator.move(PAN=1)
    target.pass_time(PRESSED)
    stopped = operator.at_once("pan_tilt_zoom", **NO_SPEED)
    way = operator.follow(BRIEF)
    if way is not None and stopped.ok:
        check("CTL-01", *goes(way), f"stops {PRESSED} s behind the start")


def _judge_part(
    target: Target, operator: Operator, check: Check, not_tested: NotTested, speeds: dict[str, int]
) -> None:
    """CTL-04: what is not left out moves, and nothing else. Which way, and that it stops, is for CTL-01."""
    left_out = operator.send("pan_tilt_zoom", **speeds)
    name = f"only {' and '.join(f'{axis}={speed}' for axis, speed in speeds.items())}"
    if not left_out.ok and not operator.known and not operator.move(**speeds).ok:
        not_tested("CTL-04", f"{name}: {operator.lacking}: {left_out}")
        return
    check("CTL-04", left_out.ok, "accepted", left_out, name)
    way = operator.follow(PAUSE)
    target.pass_time(STOPPED)
    rest = None if way is None else operator.follow(PAUSE)
    if left_out.ok and way is not None:
        ways = {axis.lower(): speed for axis, speed in speeds.items()}
        far = {axis: abs(distance) for axis, distance in way.items()}
        check("CTL-04", *goes(far, **dict.fromkeys(ways, 1)), f"{name}: it moves")
        check("CTL-01", *its_way(way, **ways), f"direction of {name}")
    if left_out.ok and rest is not None:
        check("CTL-01", *goes(rest), f"stops after {name}")
        operator.move()
